#include "base/text.h"

#include <string.h>
#include <unistd.h>

uint32_t
utf8_get(const char *p, size_t n, size_t *len)
{
	const uint8_t *b = (const uint8_t *)p;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = b[0];
	size_t want = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 :
	    c >> 3 == 30 ? 4 : 0;

	*len = 1;
	if (want == 1)
		return c;
	if (want == 0 || want > n)
		return UINT32_MAX;
	c &= 0x7fu >> want;
	for (size_t i = 1; i < want; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return UINT32_MAX;
		c = c << 6 | (b[i] & 0x3f);
	}
	if (c < least[want] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return UINT32_MAX;
	*len = want;
	return c;
}

size_t
utf8_put(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t
utf8_check(const char *p, size_t n)
{
	size_t i = 0, len;
	uint64_t word;

	while (i < n) {
		if (n - i >= 8) {
			memcpy(&word, p + i, 8);
			if ((word & 0x8080808080808080u) == 0) {
				i += 8;
				continue;
			}
		}
		if (utf8_get(p + i, n - i, &len) == UINT32_MAX)
			return i;
		i += len;
	}
	return n;
}

static bool
turns(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool
text_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || turns(c);
}

void
text_clean(char *s)
{
	size_t n = strlen(s), len;

	for (size_t i = 0; i < n; i += len) {
		uint32_t c = utf8_get(s + i, n - i, &len);

		if (c == UINT32_MAX || text_is_control(c))
			memset(s + i, '?', len);
	}
}

void
text_escape(struct buf *out, const char *p, size_t n, char quote)
{
	size_t len, from = 0;

	for (size_t i = 0; i < n; i += len) {
		uint32_t c = utf8_get(p + i, n - i, &len);
		bool quoted = c == '\\' || (quote != 0 && c == (uint8_t)quote);

		if (c != UINT32_MAX && !text_is_control(c) && !quoted)
			continue;
		buf_put(out, p + from, i - from);
		from = i + len;
		if (quoted)
			buf_printf(out, "\\%c", (char)c);
		else if (c == '\n')
			buf_lit(out, "\\n");
		else if (c == '\r')
			buf_lit(out, "\\r");
		else if (c == '\t')
			buf_lit(out, "\\t");
		else
			for (size_t k = 0; k < len; k++)
				buf_printf(out, "\\x%02x",
				    (unsigned)(uint8_t)p[i + k]);
	}
	if (from < n)			/* p may be NULL */
		buf_put(out, p + from, n - from);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
text_unescape(struct buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c != '\\') {
			buf_putc(out, c);
			continue;
		}
		if (++i == n)
			return -1;
		switch (c = p[i]) {
		case 'n': buf_putc(out, '\n'); break;
		case 'r': buf_putc(out, '\r'); break;
		case 't': buf_putc(out, '\t'); break;
		case 'x':
			if (i + 2 >= n || hex_get(out, p + i + 1, 2) < 0)
				return -1;
			i += 2;
			break;
		case '\\': case '\'': case '"': case ')':
			buf_putc(out, c);
			break;
		default:
			return -1;
		}
	}
	return 0;
}

void
hex_put(struct buf *out, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++) {
		buf_putc(out, digits[b[i] >> 4]);
		buf_putc(out, digits[b[i] & 15]);
	}
}

int
hex_random(struct buf *out, size_t n)
{
	uint8_t random[HEX_RANDOM_MAX];

	if (n > sizeof random || getentropy(random, n) < 0)
		return -1;
	hex_put(out, random, n);
	return 0;
}

int
hex_get(struct buf *out, const char *p, size_t n)
{
	if (n % 2 != 0)
		return -1;
	for (size_t i = 0; i < n; i += 2) {
		int hi = hex_digit(p[i]), lo = hex_digit(p[i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		buf_putc(out, (char)(hi << 4 | lo));
	}
	return 0;
}

int
text_number(const char *p, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		uint64_t digit = (uint64_t)(p[i] - '0');

		if (p[i] < '0' || p[i] > '9' || v > (max - digit) / 10 ||
		    digit > max)
			return -1;
		v = v * 10 + digit;
	}
	*out = v;
	return 0;
}

size_t
text_distance(const char *a, const char *b)
{
	size_t rows[3][64], n = strlen(a), m = strlen(b);

	if (n >= 64 || m >= 64)
		return n + m;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = rows[i % 3], *up = rows[(i + 2) % 3];
		const size_t *up2 = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[n % 3][m];
}

bool
bytes_equal_ct(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= x[i] ^ y[i];
	return diff == 0;
}
