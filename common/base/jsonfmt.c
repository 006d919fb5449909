#include "base/jsonnum.h"

#include <string.h>

#include "base/bytes.h"

/*
 * The shortest decimal that reads back as the same binary number, and of
 * these the nearest (Giulietti, "The Schubfach way to render doubles", 2020).
 */

/* v = c * 2^q; the neighbours' midpoints are at c -+ 1/2, or at c - 1/4 when
 * c is the least of its exponent. */
struct binary {
	uint64_t c;
	int32_t q;
	bool least;
};

struct decimal {
	uint64_t m;
	int32_t e;
};

static int32_t
floor_log2_pow10(int32_t e)
{
	return e * 1741647 >> 19;
}

/* 10^k rounded up to 128 bits. */
static struct json_u128
pow10_up(int32_t k)
{
	const uint64_t *p = json_pow10[k - JSON_POW_MIN];
	struct json_u128 g = { p[0], p[1] };

	if (k < 0 || k > 55) {
		g.lo++;
		g.hi += g.lo == 0;
	}
	return g;
}

__extension__ typedef unsigned __int128 u128;

/* The upper 64 bits of 128, the last one set when anything was below. */
static inline uint64_t
round_to_odd(u128 x)
{
	return (uint64_t)(x >> 64) | ((uint64_t)x > 1);
}

/* Of the decimals between below and above, all 4 * 10^k times too big, the
 * shortest, and of these the nearest to v. */
static inline struct decimal
nearest(uint64_t v, uint64_t below, uint64_t above, int32_t k)
{
	uint64_t s = v / 4, tens = s / 10;
	bool ten_down = below <= 40 * tens, ten_up = 40 * tens + 40 <= above;
	bool down = below <= 4 * s, up = 4 * s + 4 <= above;
	bool half = v > 4 * s + 2 || (v == 4 * s + 2 && (s & 1) != 0);
	bool ten = s >= 10 && ten_down != ten_up;

	/* which it is cannot be foreseen: no branches */
	s += down != up ? up : half;
	return (struct decimal){ ten ? tens + ten_up : s, k + ten };
}

static struct decimal
shortest(struct binary b)
{
	bool odd = b.c % 2 != 0;
	int32_t k = (b.q * 1262611 - (b.least ? 524031 : 0)) >> 22;
	int32_t h = b.q + floor_log2_pow10(-k) + 1;
	struct json_u128 g = pow10_up(-k), low = json_mul(g.lo, 4 * b.c << h);
	/* of g * 4c and of g * 2, both << h, the upper 128 of 192 bits */
	u128 x = (u128)g.hi * (4 * b.c << h) + low.hi;
	u128 d = (u128)(g.hi >> (63 - h)) << 64 | g.hi << (h + 1) |
	    g.lo >> (63 - h);
	uint64_t rest = g.lo << (h + 1);
	uint64_t v = round_to_odd(x), below, above;

	above = round_to_odd(x + d + (low.lo + rest < rest)) - odd;
	if (b.least) {
		rest = rest >> 1 | (uint64_t)d << 63;
		d >>= 1;
	}
	below = round_to_odd(x - d - (low.lo < rest)) + odd;
	return nearest(v, below, above, k);
}

/*
 * The eight digits of v < 10^8 as bytes 0 to 9, the first one lowest: halves,
 * then quarters, then digits are divided side by side in one register.  What
 * goes through memory in small pieces cannot be loaded as a whole for some
 * twenty cycles.
 */
static inline uint64_t
digits8(uint32_t v)
{
	uint64_t x = v / 10000 | (uint64_t)(v % 10000) << 32, q;

	q = (x * 10486 >> 20) & 0x7f0000007f;
	x = (x - 100 * q) << 16 | q;
	q = (x * 103 >> 10) & 0xf000f000f000f;
	return (x - 10 * q) << 8 | q;
}

#define ZEROS	0x3030303030303030u

static inline void
put8(char *out, uint32_t v)
{
	put_le64(out, digits8(v) | ZEROS);
}

/* Up to eight digits without zeros in front; eight bytes are written. */
static inline size_t
put_small(char *out, uint32_t v)
{
	uint64_t x = digits8(v);
	unsigned none = (unsigned)__builtin_ctzll(x | (uint64_t)1 << 56) / 8;

	put_le64(out, (x | ZEROS) >> none * 8);
	return 8 - none;
}

size_t
json_num_put_uint(char *out, uint64_t v)
{
	uint64_t high;
	size_t n;

	if (v < 100000000)
		return put_small(out, (uint32_t)v);
	high = v / 100000000;
	if (high < 100000000) {
		n = put_small(out, (uint32_t)high);
	} else {
		n = put_small(out, (uint32_t)(high / 100000000));
		put8(out + n, (uint32_t)(high % 100000000));
		n += 8;
	}
	put8(out + n, (uint32_t)(v % 100000000));
	return n + 8;
}

size_t
json_num_put_int(char *out, int64_t v)
{
	if (v >= 0)
		return json_num_put_uint(out, (uint64_t)v);
	out[0] = '-';
	return 1 + json_num_put_uint(out + 1, 0 - (uint64_t)v);
}

/* 10^i; [0]: less than any number that is counted. */
static const uint64_t pow10[] = { 0, 10, 100, 1000, 10000, 100000, 1000000,
    10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000, 100000000000000000 };

#define DIGITS	17		/* no double needs more */

/* The digits of a number without zeros behind: 1, 8 and 8 of them, which are
 * zeros from n on. */
struct digits {
	char first;
	uint64_t a, b;			/* as digits8 gives them, in ASCII */
	size_t n;
	int32_t point;			/* so many stand before it */
};

static struct digits
split(struct decimal x)
{
	size_t n = (size_t)(64 - __builtin_clzll(x.m | 1)) * 1233 >> 12;
	uint64_t rest;
	struct digits d;

	n += x.m >= pow10[n];
	x.m *= n < DIGITS ? pow10[DIGITS - n] : 1;
	d.point = x.e + (int32_t)n;
	d.first = (char)('0' + x.m / 10000000000000000);
	rest = x.m % 10000000000000000;
	d.a = digits8((uint32_t)(rest / 100000000));
	d.b = digits8((uint32_t)(rest % 100000000));
	d.n = d.b != 0 ? 17 - (size_t)__builtin_clzll(d.b) / 8 :
	    d.a != 0 ? 9 - (size_t)__builtin_clzll(d.a) / 8 : 1;
	d.a |= ZEROS;
	d.b |= ZEROS;
	return d;
}

/* The compiler would put a and b into one register of vectors, and all that
 * led to them: the way there costs more than a store. */
#define APART()	__asm__("" : : : "memory")

static inline void
put_digits(char *out, const struct digits *d)
{
	out[0] = d->first;
	put_le64(out + 1, d->a);
	APART();
	put_le64(out + 9, d->b);
}

/* 1.5e300 */
static size_t
put_exponent(char *out, const struct digits *d)
{
	size_t at = 1;

	put_digits(out + 1, d);
	out[0] = out[1];
	out[1] = '.';
	if (d->n > 1)
		at = d->n + 1;
	out[at++] = 'e';
	return at + json_num_put_int(out + at, d->point - 1);
}

/* 0.00123: point is 0 to -5. */
static size_t
put_fraction(char *out, const struct digits *d)
{
	size_t at = (size_t)(2 - d->point);

	memset(out, '0', 8);
	out[1] = '.';
	put_digits(out + at, d);
	return at + d->n;
}

static size_t
put_decimal(char *out, struct decimal x)
{
	struct digits d = split(x);
	size_t at = (size_t)d.point;

	if (d.point > DIGITS || d.point < -5)
		return put_exponent(out, &d);
	if (d.point <= 0)
		return put_fraction(out, &d);
	put_digits(out, &d);
	/* once more from the point on, one further: what was written by
	 * pieces is not read again */
	if (at <= 9) {
		put_le64(out + at + 1, at < 9 ? d.a >> 8 * (at - 1) : 0);
		put_le64(out + 10, d.b);
	} else {
		put_le64(out + at + 1, at < 17 ? d.b >> 8 * (at - 9) : 0);
	}
	out[at] = '.';
	if (d.n > at)
		return d.n + 1;
	out[at + 1] = '0';
	return at + 2;
}

/* bits: without the sign; width: of the mantissa; bias: for c whole. */
static size_t
put(char *out, uint64_t bits, int width, int32_t bias)
{
	uint64_t low = bits & (((uint64_t)1 << width) - 1);
	int32_t field = (int32_t)(bits >> width);
	struct binary b = { low, 1 - bias, false };

	if (bits == 0) {
		memcpy(out, "0.0", 3);
		return 3;
	}
	if (field != 0) {
		b.c = low | (uint64_t)1 << width;
		b.q = field - bias;
		b.least = low == 0 && field > 1;
		if (b.q <= 0 && b.q > -width - 1 &&
		    (b.c & (((uint64_t)1 << -b.q) - 1)) == 0)
			return put_decimal(out,
			    (struct decimal){ b.c >> -b.q, 0 });
	}
	return put_decimal(out, shortest(b));
}

size_t
json_num_put_double(char *out, double v)
{
	uint64_t bits;
	size_t neg;

	memcpy(&bits, &v, sizeof bits);
	neg = bits >> 63;
	out[0] = '-';
	return neg + put(out + neg, bits & INT64_MAX, 52, 1075);
}

size_t
json_num_put_float(char *out, float v)
{
	uint32_t bits;
	size_t neg;

	memcpy(&bits, &v, sizeof bits);
	neg = bits >> 31;
	out[0] = '-';
	return neg + put(out + neg, bits & INT32_MAX, 23, 150);
}
