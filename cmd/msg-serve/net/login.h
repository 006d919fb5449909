/*
 * login.h - SASL on a stream (RFC 6120 6): mechanisms, exchange, attempts.
 *
 * Up to LOGIN_ATTEMPTS on a stream.  A user who is not there costs the same
 * steps and looks the same as a wrong password.
 */
#ifndef NET_LOGIN_H
#define NET_LOGIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "xmpp/scram.h"
#include "xmpp/stanza.h"

#define LOGIN_ATTEMPTS	5
#define LOGIN_BINDINGS	2

struct session;

struct login {
	const struct sasl_mech *mech;	/* of the exchange under way, or NULL */
	struct scram_server scram;
	struct scram_binding bindings[LOGIN_BINDINGS + 1];
	struct buf binding_data[LOGIN_BINDINGS];
	bool known;			/* the user is there */
	bool checking;			/* PLAIN: the pool is at it */
};

void login_init(struct login *l);
void login_clear(struct login *l);

/* Append <mechanisms/> and XEP-0440's channel bindings. */
void login_features(struct session *s, struct buf *out);

/* A stanza of NS_SASL. */
void login_stanza(struct session *s, const struct stanza *st);

#endif
