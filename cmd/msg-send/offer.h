/*
 * offer.h - what could stand for a word of a command: words and commands by
 * their tables; paths, kinds, fields, branches and users as the server has
 * them now, in time or not at all.
 */
#ifndef SEND_OFFER_H
#define SEND_OFFER_H

#include "stream.h"

#define OFFERS_MAX	10000	/* that are kept */

struct offer {
	const char *text;	/* the whole word; more may follow a '/', '=' */
	const char *note;	/* NULL: none */
};

struct offers {
	struct arena arena;
	struct offer *list;	/* in the order of the tables or of the tree */
	size_t n, cap;
	bool files;		/* paths of files could stand there */
};

#define OFFERS_INIT	{ .arena = ARENA_INIT }

void offers_clear(struct offers *o);

/* One more, when it begins with what was typed; what holds a control character
 * is none.  after: "/", "=" or "". */
void offer_add(struct offers *o, const char *typed, struct str text,
    const char *after, const char *note);

/* For w[i], the words before it being whole.  Those that need no server. */
void offer_known(struct offers *out, char *const w[], size_t i);

/* Those that do; in may have fd -1.  until_us: of clock_mono_us. */
void offer_live(struct offers *out, struct send *s, struct interrupt *in,
    char *const w[], size_t i, int64_t until_us);

/* "save PATH FIELD=VALUE...", and what it does; the argument that w[i] is
 * stands in [ ].  Nothing where no command is known. */
void offer_hint(struct buf *out, char *const w[], size_t i);

#endif
