/*
 * carbons.h - chats go to all of a user's clients that want them (XEP-0280):
 * what one of them sends and what one of them is sent.
 *
 * Copied are messages of type chat, and those of no type with a body; never
 * one that says <private/> or <no-copy/>, nor another copy.
 */
#ifndef NET_CARBONS_H
#define NET_CARBONS_H

#include <stdbool.h>

#include "net/directory.h"
#include "xmpp/stanza.h"

struct session;

/* May this session's client have copies? */
void carbons_enable(struct session *s, bool on);

/* A message of s, stamped with from, went to these streams of user, who may
 * be nobody of ours. */
void carbons_copy(struct session *s, const struct stanza *st,
    const char *user, const struct place *went, size_t count);

#endif
