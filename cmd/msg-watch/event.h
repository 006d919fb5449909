/*
 * event.h - an event as it is printed: for people, or as one line of JSON.
 *
 * Knows the stanzas of set-watch; knows no connection.
 */
#ifndef WATCH_EVENT_H
#define WATCH_EVENT_H

#include <stdint.h>

#include "base/buf.h"
#include "cli/output.h"
#include "xmpp/stanza.h"

#define EVENT_MAX	(128u << 20)	/* bytes of one event */

enum event_kind {
	EVENT_NONE,			/* some other stanza */
	EVENT_CHANGES,
	EVENT_GAP	/* events were lost, the watch is over */
};

struct event {
	enum event_kind kind;
	const struct stanza *st;	/* it came as this */
	bool diff;			/* print fields, too */
	uint64_t rev;			/* of a gap: told up to here */
	uint64_t oldest;		/* to go on from after a gap */
	struct str branch, author, time, message;	/* n 0: none */
	struct str why;			/* of a gap */
	const struct json *changes;	/* NULL: none */
	struct buf text;		/* of changes; event_free */
	struct arena arena;
};

/* Borrows st; what *out holds lives as long as st.  ERR_NO_ANSWER when it
 * cannot be understood. */
int event_read(struct event *out, const struct stanza *st, struct err *e);
void event_free(struct event *ev);

/* {"rev":..,"branch":..,"author":..,"time":..,"message":..,"changes":[..]},
 * without newline; {"gap":..,"oldest":..,"why":..} for a gap. */
void event_json(struct buf *out, const struct event *ev);

/* As out->text says; for people, changes that have "before" with the fields
 * that differ, a line each. */
void event_print(struct output *out, const struct event *ev);

/* event_diff.c: the lines under a change, "    - title: "Old"".  NULL: it was
 * not there, or is no more. */
void event_diff(struct output *out, const struct json *before,
    const struct json *after);

#endif
