/*
 * jsonscan.h - the smallest steps of reading JSON, for those who read it
 * fast: white space, strings, and what is to be passed over.
 *
 * All of them look at p[0..end) and nothing else.  SSE2 where it is there.
 */
#ifndef BASE_JSONSCAN_H
#define BASE_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "base/bytes.h"

static inline const char *
json_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' ||
	    *p == '\t'))
		p++;
	return p;
}

/* What a string's bytes are, up to the quote that ends it. */
enum json_bytes { JSON_BYTES_ESCAPE = 1, JSON_BYTES_HIGH = 2 };

#ifdef __SSE2__
#define JSON_STEP	16

/* Bits of the bytes that need a look: quote, backslash, control. */
static inline unsigned
json_special(const char *p, unsigned *high)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i q = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i b = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	__m128i c = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);

	*high = (unsigned)_mm_movemask_epi8(v);
	return (unsigned)_mm_movemask_epi8(
	    _mm_or_si128(_mm_or_si128(q, b), c));
}
#else
#define JSON_STEP	8

static inline unsigned
json_special(const char *p, unsigned *high)
{
	unsigned bits = 0;

	*high = 0;
	for (unsigned i = 0; i < JSON_STEP; i++) {
		unsigned char c = (unsigned char)p[i];

		bits |= (unsigned)(c == '"' || c == '\\' || c < 0x20) << i;
		*high |= (unsigned)(c >> 7) << i;
	}
	return bits;
}
#endif

/*
 * From behind the opening quote to the closing one.  *what gets enum
 * json_bytes.  NULL when it does not end before end, or holds a control
 * character: *at is then its place.  Escapes and UTF-8 are not checked.
 */
const char *json_string_rest(const char *p, const char *end, unsigned *what,
    const char **at);

static inline const char *
json_string_end(const char *p, const char *end, unsigned *what,
    const char **at)
{
	unsigned high, bits;
	const char *q = p;

	*what = 0;
	while (end - q >= JSON_STEP) {
		bits = json_special(q, &high);
		if (bits != 0) {
			unsigned i = (unsigned)__builtin_ctz(bits);

			if ((high & ((1u << i) - 1)) != 0)
				*what = JSON_BYTES_HIGH;
			if (q[i] == '"')
				return q + i;
			return json_string_rest(q + i, end, what, at);
		}
		if (high != 0)
			*what = JSON_BYTES_HIGH;
		q += JSON_STEP;
	}
	return json_string_rest(q, end, what, at);
}

/* Write the string p[0..n) unescaped to out, which has room for n bytes.
 * Returns how many, or -1: *at is the bad escape's place. */
ptrdiff_t json_unescape(char *out, const char *p, size_t n, const char **at);

/*
 * Over one value, whatever it is; p is at its first byte.  Only looks for
 * where it ends: what it holds is not checked.  NULL: it does not end before
 * end, or nests deeper than depth.
 */
const char *json_skip(const char *p, const char *end, size_t depth);

/* How many newlines there are. */
size_t json_lines(const char *p, size_t n);

/* "line 3, column 14" of an offset: both from 1, columns in characters. */
void json_place(const char *p, size_t n, size_t offset, size_t *line,
    size_t *column);

#endif
