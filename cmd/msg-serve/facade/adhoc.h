/*
 * adhoc.h - ad-hoc commands (XEP-0050) with data forms (XEP-0004) for every
 * command of urn:M, so that clients offer them in their menus.
 *
 * Nodes are the commands' words: "get-item".  The first form has the argument
 * and the attributes, as the table of commands describes them; of sets of
 * actions also the methods and what they take.  A method that changes fields
 * has a second form, made of the kind's schema.  What was refused is told in
 * a note above the same form, to be put right.
 *
 * Limits: ADHOC_MAX of a stream are begun at a time, the one used longest ago
 * goes; each for ADHOC_IDLE_US after it was last touched, and with forms and
 * an item that take ADHOC_BYTES.
 */
#ifndef FACADE_ADHOC_H
#define FACADE_ADHOC_H

#include "facade/facade.h"

#define ADHOC_MAX	8
#define ADHOC_IDLE_US	((int64_t)600 * 1000000)
#define ADHOC_BYTES	((size_t)2 << 20)

struct adhoc;

extern const struct facade facade_adhoc;

/* Append what disco#info or disco#items (query) has in it of this node; false:
 * it is none of ours, or not for him. */
bool adhoc_disco(const struct session *s, const struct stanza *query,
    const char *node, struct buf *out);

void adhoc_clear(struct session *s);
#endif
