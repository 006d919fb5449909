/*
 * client.h - our end of an XMPP client stream, over libstrophe.
 *
 * client.c and client_secure.c alone know libstrophe: it connects to an
 * address that we have found, and starts TLS.  Which mechanism, which
 * certificate and what is sent is ours (auth.h, peer.h), since 0.12.2 verifies
 * neither a pin nor the server's SCRAM signature, and computes PBKDF2 ten times
 * slower than OpenSSL does; so are the bytes (client_wire.h) and their parser
 * (stream.h), which are as fast as the server's.
 *
 * A stream belongs to one thread.  SIGPIPE must be ignored.
 */
#ifndef XMPP_CLIENT_H
#define XMPP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "xmpp/stanza.h"

#define CLIENT_OUT_MAX	(256u << 20)	/* bytes waiting to be sent */

enum client_security {
	CLIENT_STARTTLS,
	CLIENT_DIRECT_TLS,		/* XEP-0368 */
	CLIENT_PLAINTEXT		/* no TLS at all */
};

/* How far client_open came. */
enum client_step {
	CLIENT_RESOLVED,		/* text is the host, its addresses */
	CLIENT_CONNECTED,		/* TCP; text is the host */
	CLIENT_SECURED,			/* TLS; text is how it began */
	CLIENT_VERIFIED,		/* text is about the certificate */
	CLIENT_LOGGED_IN,		/* text is the mechanism */
	CLIENT_BOUND			/* text is the full JID */
};

typedef void client_step_fn(void *arg, enum client_step step,
    const char *text);

/* st is lent for the call.  Must not close the client. */
typedef void client_stanza_fn(void *arg, const struct stanza *st);

/* Somebody who looks on: how far it came; what was read, or what is written
 * (read NULL: p[0..n), whole stanzas), which may hold secrets. */
struct client_onlooker {
	client_step_fn *step;
	void (*wire)(void *arg, const struct stanza *read, const char *p,
	    size_t n);			/* NULL: not told */
	void *arg;
};

struct client_options {
	const char *server;		/* "HOST[:PORT]", "[V6]:PORT"; NULL:
					 * where the JID's domain says */
	const char *jid;		/* a resource is asked for if there */
	const struct secret *password;	/* p NULL: none */
	enum client_security security;
	const char *cert, *key;		/* files of our own, PEM; NULL: none */
	const char *pin;		/* SHA-256 of the SPKI in hex; NULL */
	const char *pin_from;		/* whence, for errors: "--pin" */
	const char *cacert;		/* trust only this file; NULL: system */
	bool insecure;			/* any certificate will do */
	bool first_use;			/* this time; client_pin says which */
	int64_t timeout_ms;		/* for all of client_open; 0: none */
	int wake_fd;			/* readable: give up; -1: none */
	client_step_fn *step;		/* NULL: not told */
	client_stanza_fn *stanza;	/* what comes after login */
	void *arg;			/* of both */
	const struct client_onlooker *onlooker;	/* NULL: nobody */
};

struct client;

/*
 * Connect, secure, log in, bind; returns when that is done.  Keeps o and what
 * it points to until client_close.  -1: ERR_CONNECT or ERR_AUTH with which of
 * them failed and the option that would help; ERR_CONFIG for an unfit option.
 */
int client_open(struct client **out, const struct client_options *o,
    struct err *e);

const char *client_jid(const struct client *c);		/* bound, full */

/* Of the server's key: where it was asked for, with pin or first_use. */
const char *client_pin(const struct client *c);

/* Bytes of the largest stanza that the server takes (XEP-0478); 0: it does
 * not say. */
uint64_t client_max_bytes(const struct client *c);

/* For poll(2): the descriptor, and what to wait for. */
int client_fd(const struct client *c);
short client_events(const struct client *c);

/* Append stanzas here; they go out with the next client_turn. */
struct buf *client_out(struct client *c);

/* Bytes or stanzas not yet given to the kernel. */
bool client_unsent(const struct client *c);

/* Send and receive what can be without waiting.  -1: the stream is over, *e
 * says why (ERR_NO_ANSWER). */
int client_turn(struct client *c, struct err *e);

/* End the stream in order when it still is (RFC 6120 4.4), waiting for the
 * peer at most a second; then free.  NULL is fine. */
void client_close(struct client *c);

#endif
