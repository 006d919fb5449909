/*
 * client_stanza.h - what libstrophe has parsed as our own stanza; the other
 * half of client.c, and only for it.
 *
 * Limits: 32 levels and 64 attributes; what is beyond is not copied.
 */
#ifndef XMPP_CLIENT_STANZA_H
#define XMPP_CLIENT_STANZA_H

#include "xmpp/stanza.h"

struct _xmpp_stanza_t;

/* A copy in the arena. */
struct stanza *client_stanza(struct arena *a, struct _xmpp_stanza_t *from);

#endif
