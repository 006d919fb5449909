/*
 * record_names.h - what differs each time a session is played, made names.
 *
 *	admin@localhost/phone	{romeo}, where the session bound that
 *	juliet@localhost	juliet@{domain}
 *	keys of items		{key1}, {key2}
 *	revisions, watches	{rev5}, {watch1}; as numbers {n-rev5}
 *	times			{any}
 *
 * What was received is a name from then on; what is sent has the name in its
 * place when it was received before, and else stays as it is.
 */
#ifndef DUMP_RECORD_NAMES_H
#define DUMP_RECORD_NAMES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "xmpp/stanza.h"

#define RECORD_NAMES_MAX	100000

struct record_names {
	struct arena arena;
	struct map known;		/* text to name */
	unsigned keys;
	char *domain;			/* of the first who logged in */
};

void record_names_init(struct record_names *n);
void record_names_clear(struct record_names *n);

/* This full JID is that person: {romeo}. */
void record_names_jid(struct record_names *n, struct str jid,
    const char *person);

/* A copy in the arena with names in it, payloads of urn:M as "base64:TEXT",
 * and passwords that are none. */
const struct stanza *record_names_put(struct record_names *n,
    struct arena *a, const struct stanza *st, bool received);

#endif
