/*
 * route.h - a bound stream's stanza: to a command, to another stream, or
 * back with an error (RFC 6120 8 and 10, RFC 6121 8).
 */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "xmpp/stanza.h"

struct session;

void route_stanza(struct session *s, struct stanza *st);

/* The error for a stanza, sent back on the stream it came by.  condition and
 * type as in RFC 6120 8.3; text may be NULL. */
void route_refuse(struct session *s, const struct stanza *st,
    const char *condition, const char *type, const char *text);

#endif
