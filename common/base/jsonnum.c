#include "base/jsonnum.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

#define DIGITS_MAX	19		/* that always fit 64 bits */
#define E_MAX		100000000	/* more than a text has digits */

static inline bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static const char *
exponent(const char *p, const char *end, struct json_num *x)
{
	bool neg = false;
	int32_t e = 0;

	p++;
	if (p < end && (*p == '+' || *p == '-'))
		neg = *p++ == '-';
	if (p == end || !is_digit(*p)) {
		x->p = p;
		return NULL;
	}
	for (; p < end && is_digit(*p); p++)
		if (e < E_MAX)
			e = e * 10 + (*p - '0');
	x->e += neg ? -e : e;
	x->whole = false;
	return p;
}

/* More than 19 digits were written: zeros in front do not count; keep the
 * first 19 of the others and remember whether the rest is more than zeros. */
static void
cut(struct json_num *x, const char *p, const char *end)
{
	const char *dot = NULL;
	int64_t kept = 0, dropped = 0, after = 0;
	uint64_t m = 0;

	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			dot = p;
			continue;
		}
		after += dot != NULL;
		if (kept == 0 && *p == '0')
			continue;
		if (kept < DIGITS_MAX) {
			m = m * 10 + (uint64_t)(*p - '0');
			kept++;
		} else {
			dropped++;
			x->cut |= *p != '0';
		}
	}
	x->m = m;
	x->e += (int32_t)(dropped - after);
}

const char *
json_num_scan(const char *p, const char *end, struct json_num *x)
{
	const char *start, *point = NULL;
	uint64_t m = 0;

	x->p = p;
	x->e = 0;
	x->whole = true;
	x->cut = false;
	x->neg = p < end && *p == '-';
	start = p += x->neg;
	p = json_digits(p, end, &m);
	if (p == start || (*start == '0' && p - start > 1)) {
		x->p = p == start ? p : start + 1;
		return NULL;
	}
	if (p < end && *p == '.') {
		point = ++p;
		p = json_digits(p, end, &m);
		if (p == point) {
			x->p = p;
			return NULL;
		}
		x->whole = false;
	}
	x->end = p;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p = exponent(p, end, x);
		if (p == NULL)
			return NULL;
	}
	if (x->end - start - (point != NULL) > DIGITS_MAX) {
		cut(x, start, x->end);
	} else {
		x->m = m;
		x->e -= point == NULL ? 0 : (int32_t)(x->end - point);
	}
	x->end = p;
	return p;
}

/* A whole number of 20 digits or more. */
static bool
long_whole(const struct json_num *x, uint64_t *out)
{
	uint64_t m = 0;

	for (const char *p = x->p + x->neg; p < x->end; p++)
		if (__builtin_mul_overflow(m, 10, &m) ||
		    __builtin_add_overflow(m, (uint64_t)(*p - '0'), &m))
			return false;
	*out = m;
	return true;
}

static bool
magnitude(const struct json_num *x, uint64_t *out)
{
	uint64_t m = x->m;
	int32_t e = x->e;

	if (x->whole && e == 0) {
		*out = m;
		return true;
	}
	if (x->whole)
		return long_whole(x, out);
	if (x->cut)
		return false;
	for (; e < 0 && m != 0; e++, m /= 10)
		if (m % 10 != 0)
			return false;
	for (; e > 0 && m != 0; e--)
		if (__builtin_mul_overflow(m, 10, &m))
			return false;
	*out = m;
	return true;
}

bool
json_num_uint64(const struct json_num *x, uint64_t *out)
{
	return magnitude(x, out) && (!x->neg || *out == 0);
}

bool
json_num_int64(const struct json_num *x, int64_t *out)
{
	uint64_t m;

	if (!magnitude(x, &m) || m > (uint64_t)INT64_MAX + x->neg)
		return false;
	*out = x->neg ? (int64_t)(0 - m) : (int64_t)m;
	return true;
}

/* --- to the nearest double or float (Lemire, "Number Parsing at a Gigabyte
 * per Second", 2021) ------------------------------------------------------- */

struct format {
	int bits;		/* of the mantissa as stored */
	int least, most; /* exponent fields: bias, and that of infinity */
	int even_min, even_max;	/* powers of ten where a tie can be exact */
};

static const struct format binary64 = { 52, -1023, 0x7ff, -4, 23 };
static const struct format binary32 = { 23, -127, 0xff, -17, 10 };

/* The bits without sign; false when 128 bits of the power are not enough. */
static bool
nearest(const struct format *f, uint64_t w, int32_t e, uint64_t *out)
{
	uint64_t mask = UINT64_MAX >> (f->bits + 3), m;
	struct json_u128 x, y;
	int lz, upper, shift;
	int32_t power;

	*out = 0;
	if (w == 0 || e < JSON_POW_MIN)
		return true;
	*out = (uint64_t)f->most << f->bits;
	if (e > 308)
		return true;
	lz = __builtin_clzll(w);
	w <<= lz;
	x = json_mul(w, json_pow10[e - JSON_POW_MIN][0]);
	if ((x.hi & mask) == mask) {
		uint64_t low = json_pow10[e - JSON_POW_MIN][1];

		y = json_mul(w, low + (e < 0 && e >= -27));
		x.lo += y.hi;
		x.hi += x.lo < y.hi;
	}
	if (x.lo == UINT64_MAX && (e < -27 || e > 55))
		return false;
	upper = (int)(x.hi >> 63);
	shift = upper + 64 - f->bits - 3;
	m = x.hi >> shift;
	power = (217706 * e >> 16) + 63 + upper - lz - f->least;
	if (power <= 0) {		/* subnormal */
		if (-power + 1 >= 64) {
			*out = 0;
			return true;
		}
		m >>= -power + 1;
		m = (m + (m & 1)) >> 1;
		*out = m;		/* 2^bits itself is the least normal */
		return true;
	}
	if (x.lo <= 1 && e >= f->even_min && e <= f->even_max &&
	    (m & 3) == 1 && m << shift == x.hi)
		m &= ~(uint64_t)1;
	m = (m + (m & 1)) >> 1;
	if (m >> (f->bits + 1) != 0) {
		m >>= 1;
		power++;
	}
	if (power < f->most)
		*out = (m & (((uint64_t)1 << f->bits) - 1)) |
		    (uint64_t)power << f->bits;
	return true;
}

/* For what comes too near to a tie, and has too many digits: libc decides,
 * in the C locale. */
static double
by_libc(const struct json_num *x, bool single)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t old = uselocale(c);	/* of this thread */
	size_t n = (size_t)(x->end - x->p);
	char *copy = mem_strn(x->p, n);
	double v;

	v = single ? (double)strtof(copy, NULL) : strtod(copy, NULL);
	free(copy);
	uselocale(old);
	if (c != (locale_t)0)
		freelocale(c);
	return v;
}

static bool
bits_of(const struct json_num *x, const struct format *f, uint64_t *out)
{
	uint64_t above;

	return nearest(f, x->m, x->e, out) && (!x->cut ||
	    (nearest(f, x->m + 1, x->e, &above) && above == *out));
}

double
json_num_double(const struct json_num *x)
{
	static const double exact[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6,
	    1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
	    1e18, 1e19, 1e20, 1e21, 1e22 };
	uint64_t bits;
	double v;

	if (x->e >= -22 && x->e <= 22 && x->m <= (uint64_t)1 << 53 && !x->cut) {
		v = (double)x->m;
		v = x->e < 0 ? v / exact[-x->e] : v * exact[x->e];
		return x->neg ? -v : v;
	}
	if (!bits_of(x, &binary64, &bits))
		return by_libc(x, false);	/* has its sign */
	memcpy(&v, &bits, sizeof v);
	return x->neg ? -v : v;
}

float
json_num_float(const struct json_num *x)
{
	uint64_t bits;
	uint32_t low;
	float v;

	if (!bits_of(x, &binary32, &bits))
		return (float)by_libc(x, true);	/* has its sign */
	low = (uint32_t)bits;
	memcpy(&v, &low, sizeof v);
	return x->neg ? -v : v;
}
