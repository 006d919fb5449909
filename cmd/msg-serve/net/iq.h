/*
 * iq.h - what a server answers besides commands: ping, disco and the like.
 */
#ifndef NET_IQ_H
#define NET_IQ_H

#include <stdbool.h>

#include "xmpp/stanza.h"

struct session;

/* An IQ of type get or set with one child, for the server or the user's own
 * account. */
void iq_answer(struct session *s, const struct stanza *iq);

/* to, which is one of these two: the server and not the account. */
bool iq_is_for_server(const char *to);

#endif
