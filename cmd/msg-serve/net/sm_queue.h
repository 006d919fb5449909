/*
 * sm_queue.h - stanzas that were sent and not acknowledged (XEP-0198 4).
 *
 * Stanzas have numbers from 1, modulo 2^32.  Past its limit the queue lets go
 * of the oldest ones: who acknowledged less than that cannot resume, and
 * nobody is given a stream with a hole.
 */
#ifndef NET_SM_QUEUE_H
#define NET_SM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

struct sm_queue {
	struct buf bytes;	/* of each its length, then itself */
	size_t head;		/* where the oldest begins */
	size_t max;		/* bytes, lengths counted */
	uint32_t count;		/* of stanzas here */
	uint32_t last;		/* the newest one's number */
	uint32_t acked;		/* the number last acknowledged */
};

void sm_queue_init(struct sm_queue *q, size_t max);
void sm_queue_clear(struct sm_queue *q);

/* Is there room for a stanza of n bytes beside all that is here? */
bool sm_queue_fits(const struct sm_queue *q, size_t n);

/* Let go of the oldest; there is one. */
void sm_queue_drop(struct sm_queue *q);

/* A stanza was sent: its number is ++last. */
void sm_queue_put(struct sm_queue *q, const char *p, size_t n);

/* All up to number h arrived.  -1: there is no such number, or it is older
 * than what was acknowledged before. */
int sm_queue_ack(struct sm_queue *q, uint32_t h);

/* Could h be acknowledged, and is all that came behind it here? */
bool sm_queue_holds(const struct sm_queue *q, uint32_t h);

/* The stanzas, oldest first: *at starts at 0; false at the end. */
bool sm_queue_next(const struct sm_queue *q, size_t *at, struct str *out);

/* A stanza as sm_queue_next gave it was answered already: it is sent again
 * all the same, but nobody waits for it. */
void sm_queue_mark(struct sm_queue *q, struct str stanza);
bool sm_queue_marked(struct str stanza);

size_t sm_queue_bytes(const struct sm_queue *q);

#endif
