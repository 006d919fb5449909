/*
 * client_int.h - what client.c, which has the stream, and client_open.c,
 * which gets it going, share; no other file includes it.
 */
#ifndef XMPP_CLIENT_INT_H
#define XMPP_CLIENT_INT_H

#include "base/arena.h"
#include "xmpp/auth.h"
#include "xmpp/client.h"
#include "xmpp/client_host.h"
#include "xmpp/peer.h"

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
	bool failed;		/* err says why */
	bool header_queued;	/* by libstrophe, which does not count it */
	int64_t deadline_us;	/* of client_open; INT64_MAX: none */
	struct client_host host;
	char pin[PEER_PIN_LEN + 1];
	struct auth auth;
	struct arena arena;	/* of the stanza in hand */
	struct buf out;
	struct err err;
};

/* Begin to connect to an address of c->host, forgetting an attempt before
 * it. */
void client_attempt(struct client *c, const char *address);

/* What came of the address that libstrophe tries goes to connect_errno. */
void client_note_errno(struct client *c);

/* Read what is there and send what is queued. */
void client_run(struct client *c);

/* Why the stream is over.  -1. */
int client_why_over(struct client *c, struct err *e);

void client_told(struct client *c, enum client_step step, const char *text);

#endif
