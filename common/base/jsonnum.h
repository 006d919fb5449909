/*
 * jsonnum.h - a number of JSON text to the bits of a machine, and back.
 *
 * Nothing is lost on the way: the nearest double or float (ties to even), and
 * the shortest text that reads back as the same one.  No locale, no memory.
 */
#ifndef BASE_JSONNUM_H
#define BASE_JSONNUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The number m * 10^e, or, when cut, a bit more than that. */
struct json_num {
	uint64_t m;		/* its first 19 digits at most */
	int32_t e;
	bool neg;
	bool whole;		/* neither fraction nor exponent is written */
	bool cut;		/* there were more digits, not all zero */
	const char *p;		/* as it stands; when it is none, the place */
	const char *end;	/* where it stops to be one */
};

/* Read a number at p.  Returns behind it; NULL when it is none, x->p is then
 * the place (end: the text ends in the middle). */
const char *json_num_scan(const char *p, const char *end, struct json_num *x);

/* Exactly that integer, or false: a fraction, or over the range. */
bool json_num_int64(const struct json_num *x, int64_t *out);
bool json_num_uint64(const struct json_num *x, uint64_t *out);

/* The nearest; infinite when over the range. */
double json_num_double(const struct json_num *x);
float json_num_float(const struct json_num *x);

#define JSON_NUM_MAX	64	/* room for a number's text, and some more */

/* Give the length; no NUL.  What is behind the text up to JSON_NUM_MAX may be
 * written over.  Finite values only. */
size_t json_num_put_double(char *out, double v);
size_t json_num_put_float(char *out, float v);
size_t json_num_put_int(char *out, int64_t v);
size_t json_num_put_uint(char *out, uint64_t v);

/* Does v have a value that JSON can write as a number? */
static inline bool
json_num_finite(double v)
{
	return v - v == 0;
}

/* --- tables and steps shared by reading and writing ----------------------- */

#define JSON_POW_MIN	(-342)
#define JSON_POW_MAX	324

extern const uint64_t json_pow10[][2];

struct json_u128 {
	uint64_t hi, lo;
};

static inline struct json_u128
json_mul(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 v = (unsigned __int128)a * b;

	return (struct json_u128){ (uint64_t)(v >> 64), (uint64_t)v };
}

/* The digits at p put behind those of *m, of which more than 19 have no
 * meaning.  Eight at once where there are as many bytes: up to eight, how many
 * there are makes no branch. */
static inline const char *
json_digits(const char *p, const char *end, uint64_t *m)
{
	static const uint64_t pow10[] = { 1, 10, 100, 1000, 10000, 100000,
	    1000000, 10000000, 100000000 };
	unsigned d, n = 8;

	while (n == 8 && end - p >= 8) {
		uint64_t t = get_le64(p) ^ 0x3030303030303030;
		uint64_t other = (t | (t + 0x7676767676767676)) &
		    0x8080808080808080;

		n = other == 0 ? 8 : (unsigned)__builtin_ctzll(other) / 8;
		if (n == 0)
			return p;
		t <<= 64 - 8 * n;
		t = (t & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
		t = (t & 0x00ff00ff00ff00ff) * 6553601 >> 16;
		t = (t & 0x0000ffff0000ffff) * 42949672960001 >> 32;
		*m = *m * pow10[n] + t;
		p += n;
	}
	while (n == 8 && p < end && (d = (unsigned char)(*p - '0')) < 10) {
		*m = *m * 10 + d;
		p++;
	}
	return p;
}

#endif
