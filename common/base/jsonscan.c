#include "base/jsonscan.h"

#include <string.h>

#include "base/text.h"

const char *
json_string_rest(const char *p, const char *end, unsigned *what,
    const char **at)
{
	unsigned bits, high, i;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c == '"')
			return p;
		if (c == '\\') {
			*what |= JSON_BYTES_ESCAPE;
			p = end - p < 2 ? end : p + 2;
			continue;
		}
		if (c < 0x20) {
			*at = p;
			return NULL;
		}
		if (c >= 0x80)
			*what |= JSON_BYTES_HIGH;
		p++;
		while (end - p >= JSON_STEP) {
			bits = json_special(p, &high);
			i = bits == 0 ? JSON_STEP :
			    (unsigned)__builtin_ctz(bits);
			if ((high & ((1u << i) - 1)) != 0)
				*what |= JSON_BYTES_HIGH;
			p += i;
			if (bits != 0)
				break;
		}
	}
	*at = end;
	return NULL;
}

static int
hex4(const char *p, const char *end, uint32_t *out)
{
	uint32_t v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];
		uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0') :
		    (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ?
		    (uint32_t)((c | 0x20) - 'a' + 10) : 16;

		if (d == 16)
			return -1;
		v = v << 4 | d;
	}
	*out = v;
	return 0;
}

/* p is behind "\u".  A surrogate needs its other half. */
static const char *
unicode(const char *p, const char *end, char **to)
{
	uint32_t c, low;

	if (hex4(p, end, &c) < 0)
		return NULL;
	p += 4;
	if (c >= 0xd800 && c < 0xe000) {
		if (c >= 0xdc00 || end - p < 6 || p[0] != '\\' ||
		    p[1] != 'u' || hex4(p + 2, end, &low) < 0 ||
		    low < 0xdc00 || low >= 0xe000)
			return NULL;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	*to += utf8_put(*to, c);
	return p;
}

ptrdiff_t
json_unescape(char *out, const char *p, size_t n, const char **at)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *end = p + n, *which;
	char *o = out;

	while (p < end) {
		const char *b = memchr(p, '\\', (size_t)(end - p));
		size_t plain = (size_t)((b == NULL ? end : b) - p);

		memmove(o, p, plain);
		o += plain;
		p += plain;
		if (b == NULL)
			break;
		*at = p;
		if (end - p < 2)
			return -1;
		if (p[1] == 'u') {
			p = unicode(p + 2, end, &o);
			if (p == NULL)
				return -1;
			continue;
		}
		which = p[1] == '\0' ? NULL : strchr(from, p[1]);
		if (which == NULL)
			return -1;
		*o++ = to[which - from];
		p += 2;
	}
	return o - out;
}

const char *
json_skip(const char *p, const char *end, size_t depth)
{
	size_t open = 0;
	unsigned what;
	const char *at;

	while (p < end) {
		switch (*p++) {
		case '"':
			p = json_string_end(p, end, &what, &at);
			if (p == NULL)
				return NULL;
			p++;
			break;
		case '{': case '[':
			if (++open > depth)
				return NULL;
			continue;
		case '}': case ']':
			open -= open > 0;
			break;
		case ' ': case '\n': case '\r': case '\t': case ',': case ':':
			continue;
		default:		/* number, true, false, null */
			while (p < end && strchr(" \n\r\t,:]}\"[{", *p) ==
			    NULL)
				p++;
			break;
		}
		if (open == 0)
			return p;
	}
	return NULL;
}

#ifdef __SSE2__
/* Of n bytes, n a multiple of 16 below 256 * 16: no counter overflows. */
static size_t
lines_of(const char *p, size_t n)
{
	__m128i sum = _mm_setzero_si128(), nl = _mm_set1_epi8('\n'), v;

	for (size_t i = 0; i < n; i += 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(v, nl));
	}
	sum = _mm_sad_epu8(sum, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si32(sum) +
	    (size_t)_mm_cvtsi128_si32(_mm_srli_si128(sum, 8));
}
#endif

size_t
json_lines(const char *p, size_t n)
{
	size_t count = 0;

#ifdef __SSE2__
	while (n >= 16) {
		size_t some = n < 255 * 16 ? n & ~(size_t)15 : 255 * 16;

		count += lines_of(p, some);
		p += some;
		n -= some;
	}
#endif
	for (; n > 0; n--)
		count += *p++ == '\n';
	return count;
}

void
json_place(const char *p, size_t n, size_t offset, size_t *line,
    size_t *column)
{
	const char *start = p, *end = p + (offset < n ? offset : n), *nl;

	*line = 1;
	while ((nl = memchr(start, '\n', (size_t)(end - start))) != NULL) {
		start = nl + 1;
		++*line;
	}
	*column = 1;
	for (; start < end; start++)
		*column += ((unsigned char)*start & 0xc0) != 0x80;
}
