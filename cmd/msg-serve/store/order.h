/*
 * order.h - places among siblings: byte strings with room between any two.
 *
 * A place is a number: four digits before the point, any behind it, each a
 * byte 1..255 that stands for 0..254.  The point is not written and neither
 * are zeros at the end behind it, so places sort as bytes do.
 */
#ifndef STORE_ORDER_H
#define STORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define ORDER_WHOLE	4		/* digits before the point */
#define ORDER_MAX	64		/* bytes; longer: number all anew */

struct order {
	size_t n;
	uint8_t p[ORDER_MAX];
};

static inline struct str
order_str(const struct order *o)
{
	return (struct str){ (const char *)o->p, o->n };
}

/* The place number i of a parent numbered anew. */
void order_nth(struct order *out, uint64_t i);

/* A place behind the last one (n 0: there is none).  false: no room. */
bool order_behind(struct order *out, struct str last);

/* A place between two; n 0: before the first, behind the last.  false: there
 * is none short enough, or a does not lie before b. */
bool order_between(struct order *out, struct str a, struct str b);

#endif
