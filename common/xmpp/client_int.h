/*
 * client_int.h - what client.c, which has the stream, client_open.c, which
 * gets it going, and client_secure.c, which has the certificates, share; no
 * other file includes it.
 */
#ifndef XMPP_CLIENT_INT_H
#define XMPP_CLIENT_INT_H

#include "xmpp/auth.h"
#include "xmpp/client.h"
#include "xmpp/client_host.h"
#include "xmpp/client_wire.h"
#include "xmpp/peer.h"
#include "xmpp/stream.h"

enum client_state { CLIENT_CONNECTING, CLIENT_NEGOTIATING, CLIENT_READY,
	CLIENT_OVER };

struct client {
	const struct client_options *o;
	struct _xmpp_ctx_t *ctx;
	struct _xmpp_conn_t *conn;
	enum client_state state, reached;	/* reached: before OVER */
	int fd;			/* libstrophe's; -1: none */
	int connect_errno;	/* of the address that was tried last */
	bool heard;		/* the peer has said something */
	bool proceeds;		/* to TLS, with the next byte */
	bool failed;		/* err says why */
	int64_t deadline_us;	/* of client_open; INT64_MAX: none */
	struct client_host host;
	char pin[PEER_PIN_LEN + 1];
	struct auth auth;
	struct stream_pool *pool;
	struct stream *stream;
	struct client_wire wire;
	struct buf out;
	char in[CLIENT_WIRE_READ];
	struct err err;
};

/* Begin to connect to an address of c->host, forgetting an attempt before
 * it. */
void client_attempt(struct client *c, const char *address);

/* What came of the address that libstrophe tries goes to connect_errno. */
void client_note_errno(struct client *c);

/* Read what is there and send what is queued. */
void client_run(struct client *c);

/* The first of what goes wrong is why the stream is over. */
void client_fail(struct client *c, const struct err *e);

/* Of client_secure.c: how libstrophe is to secure the stream, beside other
 * flags of its own; and that done, with the certificate as wanted. */
void client_secure_set_up(struct client *c, long flags);
int client_secure(struct client *c, struct err *e);

/* Why the stream is over.  -1. */
int client_why_over(struct client *c, struct err *e);

void client_told(struct client *c, enum client_step step, const char *text);

#endif
