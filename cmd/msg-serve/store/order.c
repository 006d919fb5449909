#include "store/order.h"

#include <string.h>

#define ZERO	1			/* the byte for digit 0 */
#define BASE	255u
#define MIDDLE	(BASE * BASE * BASE * (BASE / 2))

static void
put_whole(struct order *out, uint64_t v)
{
	for (int i = ORDER_WHOLE - 1; i >= 0; i--) {
		out->p[i] = (uint8_t)(v % BASE + ZERO);
		v /= BASE;
	}
	out->n = ORDER_WHOLE;
}

static uint64_t
get_whole(struct str s)
{
	uint64_t v = 0;

	for (size_t i = 0; i < ORDER_WHOLE; i++)
		v = v * BASE + (i < s.n ? (uint8_t)s.p[i] - 1u * ZERO : 0);
	return v;
}

void
order_nth(struct order *out, uint64_t i)
{
	put_whole(out, MIDDLE + i);
}

bool
order_behind(struct order *out, struct str last)
{
	uint64_t v;

	if (last.n == 0) {
		order_nth(out, 0);
		return true;
	}
	v = get_whole(last) + 1;
	if (v >= (uint64_t)BASE * BASE * BASE * BASE)
		return false;
	put_whole(out, v);
	return true;
}

static unsigned
digit(struct str s, size_t i, unsigned behind)
{
	return i < s.n ? (unsigned)(uint8_t)s.p[i] - ZERO : behind;
}

bool
order_between(struct order *out, struct str a, struct str b)
{
	bool open = b.n == 0;		/* nothing above from here on */
	unsigned lo, hi, mid;
	size_t i;

	if (open)
		return order_behind(out, a);
	if (a.n == 0 && get_whole(b) > 0) {
		put_whole(out, get_whole(b) - 1);
		return true;
	}
	for (i = 0; i < ORDER_MAX; i++) {
		lo = digit(a, i, 0);
		hi = open ? BASE : digit(b, i, 0);
		if (hi < lo || (!open && i >= a.n && i >= b.n))
			return false;
		mid = lo + (hi - lo) / 2;
		if (mid > lo)
			break;
		/* No digit between: take the lower one, and when the upper
		 * is larger, everything behind it is free. */
		out->p[i] = (uint8_t)(lo + ZERO);
		open = open || hi > lo;
	}
	if (i == ORDER_MAX)
		return false;
	out->p[i] = (uint8_t)(mid + ZERO);
	for (i++; i < ORDER_WHOLE; i++)
		out->p[i] = ZERO;
	out->n = i;
	return true;
}
