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
struct session;

#define EVENT_LAST	2

/* In what words the watchers of a group are told. */
struct event_form {
	/* Append what all of them are told, or nothing when the commit does
	 * not concern them.  1, 0, -1; EVENT_LAST: the watches end with it. */
	int (*write)(const struct watch_group *g, struct reader *r,
	    struct plan_run *run, const struct query_limits *limits,
	    const struct commit *c, struct buf *out, struct err *e);

	/* Append one whole message of what write gave, from offset at on;
	 * returns where the next one begins, text->n after the last. */
	size_t (*put)(struct buf *out, const struct session *s,
	    const struct watch *x, const struct buf *text, size_t at);

	/* Append a whole message: the watch is ended; rev was told last, and
	 * it may go on from next, or from the oldest that is kept when that
	 * is newer. */
	void (*gap)(struct buf *out, const struct session *s,
	    const struct watch *x, uint64_t rev, uint64_t next,
	    const char *why);
};

extern const struct event_form event_form_m;	/* that of urn:M, above */

/* The same with "before", the item as it was, in each change. */
extern const struct event_form event_form_diff;

/* Append the payload alone: the list of changes.  1, 0 nothing, -1. */
int event_payload(const struct watch_group *g, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e);

#endif
