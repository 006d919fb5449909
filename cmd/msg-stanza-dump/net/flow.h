/*
 * flow.h - TCP segments put together: connections, and what their two
 * directions carry (wire.h).
 *
 * A request comes before its answer, also where it was captured behind it: a
 * segment waits for what it acknowledges, for FLOW_TURN_US of the capture.
 *
 * Out of order, again, overlapping: each byte is taken once, the first one
 * that came.  Bytes that never come are a gap, which is told.  The client is
 * who says SYN, or else who talks to a port of XMPP or HTTP, or to the lower
 * port.
 *
 * Limits: FLOWS_MAX connections at once, the one longest silent goes first;
 * FLOW_PENDING_MAX bytes of a direction wait for those before them, then
 * these count as lost.
 */
#ifndef DUMP_FLOW_H
#define DUMP_FLOW_H

#include "item.h"
#include "net/packet.h"

#define FLOWS_MAX		256
#define FLOW_TURN_US		1000000
#define FLOW_PENDING_MAX	(1u << 20)

struct flows;

/* Gives flows (flows_free).  Keeps arg. */
struct flows *flows_new(item_fn *fn, void *arg);
void flows_free(struct flows *f);		/* NULL is fine */

/* Borrows s and its data. */
void flows_segment(struct flows *f, const struct segment *s);

/* No more come: what waits is told, with its gaps. */
void flows_end(struct flows *f);

#endif
