/*
 * pairs.h - which request an answer belongs to.
 *
 * By connection, direction and id (RFC 6120 8.2.3).  At most PAIRS_MAX
 * requests are remembered; the oldest go first.
 */
#ifndef DUMP_PAIRS_H
#define DUMP_PAIRS_H

#include <stdbool.h>

#include "item.h"

#define PAIRS_MAX	10000
#define PAIRS_ID_MAX	1000	/* bytes of an id that are looked at */

struct pairs;

struct pairs *pairs_new(void);		/* gives (pairs_free) */
void pairs_free(struct pairs *p);	/* NULL is fine */

/* A request is remembered with whether it is shown.  Others: nothing. */
void pairs_asked(struct pairs *p, const struct item *it, bool shown);

/* True for the answer to one that was: asked, took_us and *shown are set, and
 * it is forgotten.  asked is good until the next call. */
bool pairs_answered(struct pairs *p, struct item *it, bool *shown);

#endif
