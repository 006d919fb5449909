/*
 * stage.h - where items go, whatever they come from: secrets are masked,
 * answers find their requests, what is not wanted is left out, the rest is
 * explained, shown and recorded.
 */
#ifndef DUMP_STAGE_H
#define DUMP_STAGE_H

#include "base/err.h"
#include "item.h"
#include "options.h"

struct stage;

/* Gives a stage (stage_free).  Keeps o. */
int stage_new(struct stage **out, const struct dump_opts *o, struct err *e);

void stage_item(void *stage, const struct item *it);	/* item_fn */

/* Write what is there; -1: it cannot be. */
int stage_flush(struct stage *s, struct err *e);

/* How many malformed parts there were. */
size_t stage_bad(const struct stage *s);

/* Write the record, too.  NULL is fine. */
int stage_end(struct stage *s, struct err *e);
void stage_free(struct stage *s);

#endif
