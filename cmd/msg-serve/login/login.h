/*
 * login.h - SASL on a stream, in two dialects: RFC 6120 6, and XEP-0388, which
 * also binds a resource or resumes a session in the same breath.
 *
 *	login.c		mechanisms offered, the exchange, attempts
 *	login_mech.c	what each mechanism does
 *	login_guard.c	who failed often waits before he is judged again
 *	login2.c	what XEP-0388 has around that
 *	login_fast.c	tokens in place of passwords (XEP-0484)
 *	login_int.h	what these share
 *
 * Up to LOGIN_ATTEMPTS on a stream.  A user who is not there costs the same
 * steps and looks the same as a wrong password.
 *
 * A login belongs to its connection: when a session is resumed it goes with
 * the carrier.  It is gone once the session has a resource.
 */
#ifndef LOGIN_LOGIN_H
#define LOGIN_LOGIN_H

#include "base/buf.h"
#include "xmpp/stanza.h"

#define LOGIN_ATTEMPTS	5

struct login;
struct session;

struct login *login_new(void);
void login_free(struct login *l);		/* NULL is fine */

/* Append what may be used: mechanisms of both dialects, and XEP-0440's
 * channel bindings. */
void login_features(struct session *s, struct buf *out);

/* A stanza of NS_SASL or NS_SASL2. */
void login_stanza(struct session *s, const struct stanza *st);

/* What was under way is over; all of it, when the session is ready. */
void login_done(struct session *s);

#endif
