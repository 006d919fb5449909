#include "base/base64.h"

#include <stdint.h>

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char urlsafe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* A character's value and one; 0 for what is not in the alphabet. */
#define R4(c, v)	[c] = v + 1, [c + 1] = v + 2, [c + 2] = v + 3, \
			[c + 3] = v + 4
#define R12(c, v)	R4(c, v), R4(c + 4, v + 4), R4(c + 8, v + 8)
#define VALUES(c62, c63) { \
	R12('A', 0), R12('M', 12), ['Y'] = 25, ['Z'] = 26, \
	R12('a', 26), R12('m', 38), ['y'] = 51, ['z'] = 52, \
	R4('0', 52), R4('4', 56), ['8'] = 61, ['9'] = 62, \
	[c62] = 63, [c63] = 64, \
}
static const uint8_t standard_values[256] = VALUES('+', '/');
static const uint8_t urlsafe_values[256] = VALUES('-', '_');
#undef VALUES
#undef R12
#undef R4

static void
put(struct buf *out, const uint8_t *b, size_t n, const char *alphabet,
    bool pad)
{
	size_t i = 0, size = pad ? BASE64_SIZE(n) : (n * 4 + 2) / 3;
	char *to = buf_room(out, size), *start = to;

	if (to == NULL)
		return;
	for (; n - i >= 3; i += 3) {
		uint32_t v = (uint32_t)b[i] << 16 | b[i + 1] << 8 | b[i + 2];

		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		*to++ = alphabet[v >> 6 & 63];
		*to++ = alphabet[v & 63];
	}
	if (i < n) {
		uint32_t v = (uint32_t)b[i] << 16 |
		    (n - i == 2 ? b[i + 1] << 8 : 0);

		*to++ = alphabet[v >> 18];
		*to++ = alphabet[v >> 12 & 63];
		if (n - i == 2)
			*to++ = alphabet[v >> 6 & 63];
		for (size_t k = n - i; pad && k < 3; k++)
			*to++ = '=';
	}
	out->n += (size_t)(to - start);
}

void
base64_put(struct buf *out, const void *p, size_t n)
{
	put(out, p, n, standard, true);
}

void
base64url_put(struct buf *out, const void *p, size_t n)
{
	put(out, p, n, urlsafe, false);
}

static int
bad(struct err *e, size_t at, const char *what)
{
	err_set(e, ERR_SYNTAX, "base64: %s", what);
	return err_at(e, "byte %zu", at + 1);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Room for what n characters may hold; exact when the buffer is nearly full,
 * so that its limit is met by bytes and not by padding or white space. */
static char *
room_for(struct buf *out, const char *p, size_t n, const uint8_t *values)
{
	size_t most = n / 4 * 3 + 3, digits = 0;

	if (out->max - out->n < most) {
		for (size_t i = 0; i < n; i++)
			digits += values[(uint8_t)p[i]] != 0;
		most = digits / 4 * 3 + digits % 4 * 3 / 4;
	}
	return buf_room(out, most);
}

/* Whole groups of four from p[0..n) to *to: how many characters that was. */
static size_t
groups(char **to, const char *p, size_t n, const uint8_t *values)
{
	const uint8_t *b = (const uint8_t *)p;
	size_t i = 0;

	for (; n - i >= 4; i += 4, *to += 3) {
		uint32_t w = values[b[i]], x = values[b[i + 1]];
		uint32_t y = values[b[i + 2]], z = values[b[i + 3]];
		uint32_t v = (w - 1) << 18 | (x - 1) << 12 | (y - 1) << 6 |
		    (z - 1);

		if (w == 0 || x == 0 || y == 0 || z == 0)
			break;
		(*to)[0] = (char)(v >> 16);
		(*to)[1] = (char)(v >> 8);
		(*to)[2] = (char)v;
	}
	return i;
}

static int
get(struct buf *out, const char *p, size_t n, const uint8_t *values,
    bool pad, bool space, struct err *e)
{
	char *to = room_for(out, p, n, values), *start = to;
	unsigned have = 0, pads = 0;
	uint32_t v = 0;

	if (to == NULL)
		return err_set(e, ERR_LIMIT,
		    "base64: over the limit of %zu bytes", out->max);
	for (size_t i = groups(&to, p, n, values); i < n; i++) {
		unsigned d = values[(uint8_t)p[i]];

		if (d == 0) {
			if (space && is_space(p[i])) {
				if (have == 0 && pads == 0)
					i += groups(&to, p + i + 1, n - i - 1,
					    values);
				continue;
			}
			if (p[i] != '=' || !pad || have < 2 || have + pads > 3)
				return bad(e, i, "unexpected character");
			pads++;
			continue;
		}
		if (pads > 0)
			return bad(e, i, "data after the padding");
		v = v << 6 | (d - 1);
		if (++have < 4)
			continue;
		*to++ = (char)(v >> 16);
		*to++ = (char)(v >> 8);
		*to++ = (char)v;
		have = 0;
		v = 0;
	}
	if (have == 1 || (pad && have != 0 && have + pads != 4))
		return bad(e, n, "ends too early");
	if ((have == 2 && (v & 15)) || (have == 3 && (v & 3)))
		return bad(e, n, "unused bits are not zero");
	if (have >= 2)
		*to++ = (char)(v >> (have == 2 ? 4 : 10));
	if (have == 3)
		*to++ = (char)(v >> 2);
	out->n += (size_t)(to - start);
	return 0;
}

int
base64_get(struct buf *out, const char *p, size_t n, struct err *e)
{
	return get(out, p, n, standard_values, true, false, e);
}

int
base64_get_ws(struct buf *out, const char *p, size_t n, struct err *e)
{
	return get(out, p, n, standard_values, true, true, e);
}

int
base64url_get(struct buf *out, const char *p, size_t n, struct err *e)
{
	return get(out, p, n, urlsafe_values, false, false, e);
}
