/*
 * sink.h - where items go, whatever they come from: secrets are masked,
 * answers find their requests, what is not wanted is left out, the rest is
 * explained, shown and recorded.
 */
#ifndef DUMP_SINK_H
#define DUMP_SINK_H

#include "base/err.h"
#include "item.h"
#include "options.h"

struct sink;

/* Gives a sink (sink_free).  Keeps o. */
int sink_new(struct sink **out, const struct dump_opts *o, struct err *e);

void sink_item(void *sink, const struct item *it);	/* item_fn */

/* Write what is there; -1: it cannot be. */
int sink_flush(struct sink *s, struct err *e);

/* How many malformed parts there were. */
size_t sink_bad(const struct sink *s);

/* Write the record, too.  NULL is fine. */
int sink_end(struct sink *s, struct err *e);
void sink_free(struct sink *s);

#endif
