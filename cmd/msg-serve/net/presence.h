/*
 * presence.h - who is there (RFC 6121 4), without rosters.
 *
 * A user's own streams see one another; anybody else only whom it is sent to
 * by name, and he is told of the end too.  Nobody can subscribe: whoever asks
 * is refused at once, and the same way whether the user exists or not.
 *
 * Limits: PRESENCE_MAX bytes of a stanza that is kept for streams to come,
 * PRESENCE_DIRECTED addresses that were sent one by name, PRESENCE_STREAMS of
 * a user that are told.
 */
#ifndef NET_PRESENCE_H
#define NET_PRESENCE_H

#include "xmpp/stanza.h"

#define PRESENCE_MAX		((size_t)16 << 10)
#define PRESENCE_DIRECTED	64
#define PRESENCE_STREAMS	64

struct jid;
struct presence;
struct session;

/* What the session's client sends; to NULL: to no one by name. */
void presence_stanza(struct session *s, struct stanza *st,
    const struct jid *to);

/* The session ends: whoever sees it is told, s->presence freed. */
void presence_end(struct session *s);

#endif
