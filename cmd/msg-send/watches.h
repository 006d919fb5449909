/*
 * watches.h - what is watched at a prompt, through lost connections.
 */
#ifndef SEND_WATCHES_H
#define SEND_WATCHES_H

#include "stream.h"

#define WATCHES_MAX	16

struct watches {
	struct {
		char *query, *branch;	/* branch NULL: the default */
		uint64_t id, rev;	/* of the server; told up to rev */
	} list[WATCHES_MAX];
	size_t n;
};

void watches_clear(struct watches *w);

/* watch [QUERY], unwatch N. */
word_run_fn watches_run, watches_end;

/* On a new stream: each goes on from the revision it was told of. */
int watches_again(struct send *s, struct interrupt *in, struct err *e);

/* Append an event of one of them, a line fit for a terminal; nothing for any
 * other stanza. */
void watches_event(struct buf *out, struct watches *w,
    const struct stanza *st);

#endif
