/*
 * event.h - what a commit means to those who watch a query: the event's XML.
 *
 *	<message type="headline"><event xmlns="urn:M" watch="ID" rev="R"
 *	branch="B" author="JID" time="..." message="...">BASE64</event>
 *	</message>
 *
 * The payload is a list of changes: {"change": what happened, "_key", "_path",
 * "item": the item as it is after the commit; absent when it is gone}.  What
 * happened: create, save, move (with "from", the path it had), order, remove;
 * enter and leave for an item that came into or out of the query's result.
 */
#ifndef SERVICE_EVENT_H
#define SERVICE_EVENT_H

#include "service/watch_table.h"
#include "store/commit.h"
#include "store/view.h"

struct plan_run;

/* Append the event without its beginning up to the watch's number, or
 * nothing when the commit does not concern the group.  1, 0, -1. */
int event_write(const struct watch_group *g, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e);

/* Append the beginning and what event_write gave: one whole message. */
void event_put(struct buf *out, uint64_t watch, const struct buf *rest);

/* Append a whole message: the watch is ended, and may go on from rev. */
void event_gap(struct buf *out, uint64_t watch, uint64_t rev,
    const char *why);

#endif
