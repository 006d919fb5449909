#include "base/jsonnum.h"

#include <string.h>

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

/* The upper 64 bits of g * c, its last bit set when anything was below. */
static uint64_t
round_to_odd(struct json_u128 g, uint64_t c)
{
	struct json_u128 x = json_mul(g.lo, c), y = json_mul(g.hi, c);

	y.lo += x.hi;
	y.hi += y.lo < x.hi;
	return y.hi | (y.lo > 1);
}

static struct decimal
shortest(struct binary b)
{
	bool odd = b.c % 2 != 0, down, up;
	int32_t k = (b.q * 1262611 - (b.least ? 524031 : 0)) >> 22;
	int32_t h = b.q + floor_log2_pow10(-k) + 1;
	struct json_u128 g = pow10_up(-k);
	uint64_t below = round_to_odd(g, (4 * b.c - 2 + b.least) << h) + odd;
	uint64_t v = round_to_odd(g, 4 * b.c << h);
	uint64_t above = round_to_odd(g, (4 * b.c + 2) << h) - odd;
	uint64_t s = v / 4, tens, half;

	if (s >= 10) {
		tens = s / 10;
		down = below <= 40 * tens;
		up = 40 * tens + 40 <= above;
		if (down != up)
			return (struct decimal){ tens + up, k + 1 };
	}
	down = below <= 4 * s;
	up = 4 * s + 4 <= above;
	if (down != up)
		return (struct decimal){ s + up, k };
	half = 4 * s + 2;
	up = v > half || (v == half && (s & 1) != 0);
	return (struct decimal){ s + up, k };
}

static const char pairs[] =
    "0001020304050607080910111213141516171819"
    "2021222324252627282930313233343536373839"
    "4041424344454647484950515253545556575859"
    "6061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static inline void
put4(char *out, uint32_t v)
{
	memcpy(out, pairs + v / 100 * 2, 2);
	memcpy(out + 2, pairs + v % 100 * 2, 2);
}

static inline void
put8(char *out, uint32_t v)
{
	put4(out, v / 10000);
	put4(out + 4, v % 10000);
}

/* Up to eight digits without zeros in front; eight bytes are written. */
static inline size_t
put_small(char *out, uint32_t v)
{
	char text[16];
	size_t n = v < 10000 ? v < 100 ? v < 10 ? 1 : 2 : v < 1000 ? 3 : 4 :
	    v < 1000000 ? v < 100000 ? 5 : 6 : v < 10000000 ? 7 : 8;

	put8(text, v);
	memcpy(out, text + 8 - n, 8);
	return n;
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

/* 1.5e300: d is the number of digits before the point would stand. */
static size_t
put_exponent(char *out, const char *digits, size_t n, int32_t d)
{
	size_t at = 0;

	out[at++] = digits[0];
	if (n > 1) {
		out[at++] = '.';
		memcpy(out + at, digits + 1, n - 1);
		at += n - 1;
	}
	out[at++] = 'e';
	return at + json_num_put_int(out + at, d - 1);
}

#define DIGITS_ROOM	24	/* a 64-bit number has 20 at most */

static size_t
put_decimal(char *out, struct decimal x)
{
	char digits[JSON_NUM_MAX];
	size_t n, at;
	int32_t d;

	n = json_num_put_uint(digits, x.m);
	d = (int32_t)n + x.e;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	if (d > 17 || d < -5)
		return put_exponent(out, digits, n, d);
	if (d <= 0) {
		at = (size_t)(2 - d);
		memset(out, '0', 8);
		out[1] = '.';
		memcpy(out + at, digits, DIGITS_ROOM);
		return at + n;
	}
	at = (size_t)d;			/* 1 to 17: copies of one size */
	memcpy(out, digits, DIGITS_ROOM);
	if (n <= at) {
		memset(out + n, '0', at - n);
		memcpy(out + at, ".0", 2);
		return at + 2;
	}
	out[at] = '.';
	memcpy(out + at + 1, digits + at, DIGITS_ROOM);
	return n + 1;
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
