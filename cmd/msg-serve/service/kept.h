/*
 * kept.h - answers that are asked for again while nothing has changed.
 *
 * Many clients that show the same page ask the same.  While the store's head
 * is what it was, so is the answer, for everybody who may read everything: a
 * worker keeps the newest answers with the revision they are of.  An answer
 * is kept when it was asked for twice at one head, so a store that changes
 * all the time pays for a look only.  A commit makes all of them old at once.
 *
 * Knows bytes and revisions; knows no stanza and no right.
 * Limits: KEPT_SLOTS answers, KEPT_KEY and KEPT_ANSWER bytes each, KEPT_BYTES
 * in all; past them nothing is kept.
 */
#ifndef SERVICE_KEPT_H
#define SERVICE_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define KEPT_SLOTS	512
#define KEPT_KEY	1024
#define KEPT_ANSWER	((size_t)32 << 10)
#define KEPT_BYTES	((size_t)2 << 20)

struct kept;

/* As it goes out, and of how many bytes of payload it was made. */
struct kept_answer {
	struct str text;
	size_t payload_n;
};

struct kept *kept_new(void);
void kept_free(struct kept *k);		/* NULL is fine */

/* The answer to a query on a branch as of head; false: it is not here.  Lent
 * until the next call. */
bool kept_find(struct kept *k, uint64_t head, struct str branch,
    struct str query, struct kept_answer *out);

/* What kept_find did not have.  Copies all. */
void kept_put(struct kept *k, uint64_t head, struct str branch,
    struct str query, struct kept_answer answer);

#endif
