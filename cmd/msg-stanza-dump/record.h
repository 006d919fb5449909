/*
 * record.h - a session as a transcript that tests/xmpp/play plays again.
 *
 * What a client said and what came back, in the order it went, from the first
 * stanza after login on; the login itself becomes a sentence.  What differs
 * each time is a name: revisions, keys, ids of the server, times, addresses.
 * Passwords are never in it.
 *
 * Limit: RECORD_MAX bytes.
 */
#ifndef DUMP_RECORD_H
#define DUMP_RECORD_H

#include "base/err.h"
#include "item.h"

#define RECORD_MAX	(64u << 20)

struct record;

/* Gives a record (record_free), to be written to path at the end.  Keeps
 * path.  ERR_SYSTEM: it cannot be. */
int record_new(struct record **out, const char *path, struct err *e);
void record_free(struct record *r);		/* NULL is fine */

/* Stanzas with a direction; others are left out. */
void record_item(struct record *r, const struct item *it);

int record_end(struct record *r, struct err *e);

#endif
