/*
 * answer.h - where stanzas end, and whose answers they are, as fast as can be.
 *
 * For what a server under load sends after the login: it is taken to be well
 * formed.  A load generator that parsed all of it would be what is measured.
 */
#ifndef LOAD_ANSWER_H
#define LOAD_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define ANSWER_NO_ID	((unsigned)-1)

struct answer {
	char kind;		/* the name's first letter: i, m, p, / (end) */
	bool error;		/* type='error' */
	unsigned id;		/* a decimal id, or ANSWER_NO_ID */
};

/* p[0..n): what is at hand of it, to show. */
typedef void answer_fn(void *arg, const struct answer *item, const char *p,
    size_t n);

struct answers {
	unsigned depth, base;	/* base: of the stanzas; 1 in a <body/> */
	struct answer item;
	struct buf half;	/* a tag whose end has not come */
};

void answers_init(struct answers *s, unsigned base);
void answers_free(struct answers *s);

/* fn is called at the end of each stanza; it may end the connection but not
 * free the scanner. */
void answers_feed(struct answers *s, const char *p, size_t n, answer_fn *fn,
    void *arg);

#endif
