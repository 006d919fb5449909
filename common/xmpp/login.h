/*
 * login.h - what a client says from the first stream features to the bound
 * resource: STARTTLS, SASL, bind, session where it is still wanted.
 *
 * Stanzas in, bytes out: knows no socket and no XML parser.  SCRAM without
 * channel binding (the TLS library is out of reach under libstrophe), PLAIN
 * only where the stream is secured.  A server that offers no TLS where it was
 * asked for is refused, and so is one that cannot prove it knows the password.
 */
#ifndef XMPP_LOGIN_H
#define XMPP_LOGIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"
#include "xmpp/scram.h"
#include "xmpp/stanza.h"

#define LOGIN_JID_MAX	3072

/* What the caller does after a stanza. */
enum login_next {
	LOGIN_WAIT,		/* send what was written, if any */
	LOGIN_START_TLS,	/* then login_secured, then a new header */
	LOGIN_RESTART,		/* send a new stream header */
	LOGIN_DONE
};

enum login_state {
	LOGIN_FEATURES,		/* of a stream that is not logged in */
	LOGIN_PROCEED, LOGIN_CHALLENGE, LOGIN_SUCCESS,
	LOGIN_BIND_FEATURES, LOGIN_BIND, LOGIN_SESSION, LOGIN_OVER
};

struct login {
	enum login_state state;
	bool starttls, secured;
	struct str local, domain, resource;	/* of the caller's JID */
	const struct secret *password;
	const struct sasl_mech *mech;
	struct scram_client scram;
	bool scrambling;			/* scram holds something */
	bool wants_session;
	struct buf jid;				/* bound */
};

/* Keeps jid and password.  starttls: no SASL before TLS; secured: TLS was
 * there from the start.  ERR_CONFIG when jid is no local@domain. */
int login_init(struct login *l, const char *jid,
    const struct secret *password, bool starttls, bool secured,
    struct err *e);
void login_clear(struct login *l);

/* TLS is there and the certificate is as wanted. */
void login_secured(struct login *l);

/* One stanza of the peer.  Appends what to say to out.  -1: ERR_AUTH,
 * ERR_CONNECT. */
int login_stanza(struct login *l, const struct stanza *st, struct buf *out,
    enum login_next *next, struct err *e);

/* "conflict: text" of a stream error (RFC 6120 4.9) as ERR_CONNECT. */
int login_stream_error(const struct stanza *st, struct err *e);

#endif
