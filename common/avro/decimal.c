#include <string.h>

#include "avro/logical.h"

/*
 * Decimals of any size up to DECIMAL_BYTES: two's complement, big-endian, to
 * digits and back.
 */

#define LIMBS	(DECIMAL_BYTES / 4 + 1)
#define DIGITS	2470		/* of DECIMAL_BYTES */
#define BILLION	1000000000u

struct big {
	uint32_t limb[LIMBS];	/* the lowest first */
	size_t n;
};

/* x = x / 10^9, the rest is returned. */
static uint32_t
divide(struct big *x)
{
	uint64_t rest = 0;

	for (size_t i = x->n; i-- > 0;) {
		rest = rest << 32 | x->limb[i];
		x->limb[i] = (uint32_t)(rest / BILLION);
		rest %= BILLION;
	}
	while (x->n > 0 && x->limb[x->n - 1] == 0)
		x->n--;
	return (uint32_t)rest;
}

static bool
multiply_add(struct big *x, uint32_t by, uint32_t add)
{
	uint64_t carry = add;

	for (size_t i = 0; i < x->n; i++) {
		carry += (uint64_t)x->limb[i] * by;
		x->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry != 0) {
		if (x->n == LIMBS)
			return false;
		x->limb[x->n++] = (uint32_t)carry;
	}
	return true;
}

static void
magnitude(struct big *x, const uint8_t *p, size_t n, bool neg)
{
	uint32_t carry = neg;

	memset(x, 0, sizeof *x);
	for (size_t i = 0; i < n; i++) {
		uint32_t b = neg ? (uint8_t)~p[n - 1 - i] : p[n - 1 - i];

		b += carry;
		carry = b >> 8;
		x->limb[i / 4] |= (b & 0xff) << i % 4 * 8;
	}
	if (carry != 0)
		x->limb[n / 4] |= 1u << n % 4 * 8;
	x->n = n / 4 + 1;
	while (x->n > 0 && x->limb[x->n - 1] == 0)
		x->n--;
}

int
decimal_put(struct buf *out, const uint8_t *p, size_t n, uint32_t scale)
{
	char digits[DIGITS + 10];
	size_t at = sizeof digits, len;
	bool neg = n > 0 && p[0] >= 0x80;
	struct big x;

	if (n > DECIMAL_BYTES || scale > DIGITS)
		return -1;
	magnitude(&x, p, n, neg);
	while (x.n > 0) {
		uint32_t v = divide(&x);

		for (int i = 0; i < 9; i++, v /= 10)
			digits[--at] = (char)('0' + v % 10);
	}
	while (at < sizeof digits && digits[at] == '0')
		at++;
	len = sizeof digits - at;
	if (neg)
		buf_putc(out, '-');
	if (len <= scale) {
		buf_puts(out, scale > 0 ? "0." : "0");
		for (size_t i = len; i < scale; i++)
			buf_putc(out, '0');
		buf_put(out, digits + at, len);
		return 0;
	}
	buf_put(out, digits + at, len - scale);
	if (scale > 0) {
		buf_putc(out, '.');
		buf_put(out, digits + sizeof digits - scale, scale);
	}
	return 0;
}

/* The digits of a number's text without its point; *e: power of ten that is
 * missing.  -1: none. */
static int
read_digits(const char *p, size_t n, char out[DIGITS], size_t *count,
    int64_t *e)
{
	const char *end = p + n;
	bool point = false, any = false, neg = false;
	int64_t exp = 0;

	*count = 0;
	*e = 0;
	for (; p < end && (*p == '.' || (*p >= '0' && *p <= '9')); p++) {
		if (*p == '.') {
			if (point)
				return -1;
			point = true;
			continue;
		}
		any = true;
		*e -= point;
		if (*count == 0 && *p == '0')
			continue;
		if (*count == DIGITS)
			return -1;
		out[(*count)++] = *p;
	}
	if (!any)
		return -1;
	if (p < end && (*p | 0x20) == 'e') {
		if (++p < end && (*p == '-' || *p == '+'))
			neg = *p++ == '-';
		if (p == end)
			return -1;
		for (; p < end && *p >= '0' && *p <= '9'; p++)
			if ((exp = exp * 10 + (*p - '0')) > DIGITS * 4)
				return -1;
		*e += neg ? -exp : exp;
	}
	return p == end ? 0 : -1;
}

static void
put_bytes(struct buf *out, const struct big *x, bool neg)
{
	uint8_t bytes[LIMBS * 4 + 1];
	size_t n = sizeof bytes, first = 0;
	uint32_t carry = neg;

	memset(bytes, 0, sizeof bytes);
	for (size_t i = 0; i < x->n * 4; i++)
		bytes[n - 1 - i] = (uint8_t)(x->limb[i / 4] >> i % 4 * 8);
	for (size_t i = n; neg && i-- > 0;) {
		carry += (uint8_t)~bytes[i];
		bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
	while (first + 1 < n && bytes[first] == (neg ? 0xff : 0) &&
	    bytes[first + 1] >> 7 == neg)
		first++;
	buf_put(out, bytes + first, n - first);
}

int
decimal_get(struct buf *out, const char *p, size_t n, uint32_t precision,
    uint32_t scale)
{
	char digits[DIGITS];
	bool neg = n > 0 && *p == '-';
	struct big x = { .n = 0 };
	size_t count;
	int64_t e;

	if (n > 0 && (*p == '-' || *p == '+')) {
		p++;
		n--;
	}
	if (read_digits(p, n, digits, &count, &e) < 0)
		return -1;
	e += scale;
	for (; e < 0 && count > 0; e++)
		if (digits[--count] != '0')
			return -1;
	if (count > 0 && (uint64_t)count + (uint64_t)(e < 0 ? 0 : e) >
	    (precision < DIGITS ? precision : DIGITS))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!multiply_add(&x, 10, (uint32_t)(digits[i] - '0')))
			return -1;
	for (; e > 0 && count > 0; e--)
		if (!multiply_add(&x, 10, 0))
			return -1;
	put_bytes(out, &x, neg && x.n > 0);
	return buf_full(out) ? -1 : 0;
}
