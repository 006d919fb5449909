/*
 * auth.h - what a client says from the first stream features to the bound
 * resource: STARTTLS, SASL, bind, session where it is still wanted.
 *
 * Stanzas in, bytes out: knows no socket and no XML parser.  SCRAM without
 * channel binding, PLAIN only where the stream is secured.  A server that
 * offers no TLS where it was asked for is refused, and so is one that cannot
 * prove it knows the password.
 * EXTERNAL goes before them where there is a certificate.
 */
#ifndef XMPP_AUTH_H
#define XMPP_AUTH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"
#include "xmpp/scram.h"
#include "xmpp/stanza.h"

#define AUTH_JID_MAX	3072

/* What the caller does after a stanza. */
enum auth_next {
	AUTH_WAIT,		/* send what was written, if any */
	AUTH_START_TLS,	/* then auth_secured, then a new header */
	AUTH_RESTART,		/* send a new stream header */
	AUTH_DONE
};

enum auth_state {
	AUTH_FEATURES,		/* of a stream that is not logged in */
	AUTH_PROCEED, AUTH_CHALLENGE, AUTH_SUCCESS,
	AUTH_BIND_FEATURES, AUTH_BIND, AUTH_SESSION, AUTH_OVER
};

struct auth {
	enum auth_state state;
	bool starttls, secured;
	bool external;				/* a certificate says who */
	struct str local, domain, resource;	/* of the caller's JID */
	const struct secret *password;
	const struct sasl_mech *mech;
	struct scram_client scram;
	bool scrambling;			/* scram holds something */
	bool wants_session;
	uint64_t max_bytes;			/* of our stanzas (XEP-0478);
						 * 0: the server did not say */
	struct buf jid;				/* bound */
};

/* Keeps jid and password.  external: a certificate is shown to the server,
 * by which it may know us (SASL EXTERNAL).  ERR_CONFIG when jid is no
 * local@domain. */
int auth_init(struct auth *l, const char *jid,
    const struct secret *password, bool external, struct err *e);

/* A stream begins.  starttls: no SASL before TLS; secured: TLS was there from
 * the start. */
void auth_begin(struct auth *l, bool starttls, bool secured);
void auth_clear(struct auth *l);

/* TLS is there and the certificate is as wanted. */
void auth_secured(struct auth *l);

/* One stanza of the peer.  Appends what to say to out.  -1: ERR_AUTH,
 * ERR_CONNECT. */
int auth_stanza(struct auth *l, const struct stanza *st, struct buf *out,
    enum auth_next *next, struct err *e);

/* "conflict: text" of a stream error (RFC 6120 4.9) as ERR_CONNECT. */
int auth_stream_error(const struct stanza *st, struct err *e);

#endif
