/*
 * ws.h - WebSocket, a server's side (RFC 6455): the handshake's answer, frames
 * in, frames out.
 *
 * Knows no socket: bytes are fed and text comes out, piece by piece, so a
 * message is never held whole.  wslay reads the frames; the rules above a
 * frame are here.  Text messages only.  A frame that is not masked, has bits
 * or an opcode that mean nothing, or does not follow the one before it ends
 * the connection with the close code of ws_feed.
 *
 * Limits: bytes of a message; WS_FRAGMENTS_MAX frames of one.
 */
#ifndef IO_WS_H
#define IO_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "io/http.h"

#define WS_FRAGMENTS_MAX	4096
#define WS_CONTROL_MAX		125	/* bytes of a ping, pong or close */

enum ws_code {				/* RFC 6455 7.4.1 */
	WS_NORMAL = 1000,
	WS_GOING_AWAY = 1001,
	WS_PROTOCOL = 1002,
	WS_UNSUPPORTED = 1003,
	WS_NO_CODE = 1005,		/* said by saying nothing */
	WS_TOO_BIG = 1009
};

enum ws_opcode { WS_TEXT = 1, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

struct ws;

/* Must not free the ws. */
struct ws_ops {
	/* A piece of the message under way, unmasked and lent, n > 0.
	 * Returns how many bytes were used: less than n stops ws_feed, and
	 * the rest comes again with the next one. */
	size_t (*text)(void *arg, const char *p, size_t n);

	/* The message is complete.  Not 0: stop ws_feed here. */
	int (*end)(void *arg);

	/* To be answered with a pong of the same bytes. */
	void (*ping)(void *arg, const char *p, size_t n);

	/* The peer closes: nothing comes after it.  WS_NO_CODE: no code. */
	void (*close)(void *arg, int code);
};

/* Gives (ws_free).  Keeps ops and arg. */
struct ws *ws_new(const struct ws_ops *ops, void *arg);
void ws_free(struct ws *w);			/* NULL is fine */

/* Bytes of a message: from the next frame on. */
void ws_limit(struct ws *w, size_t message_max);

/*
 * Borrows p[0..n), n 0 goes on with what an earlier call left.  Returns 0:
 * all used; 1: a callback stopped it or the peer closed, *used says how much
 * was taken; -1: the peer broke a rule: *code is what to close with.
 */
int ws_feed(struct ws *w, const void *p, size_t n, size_t *used, int *code,
    struct err *e);

/* --- out ----------------------------------------------------------------- */

/* Put the header of one final frame in front of out->p[at..out->n). */
void ws_frame(struct buf *out, size_t at, enum ws_opcode opcode);

/* Append a whole close frame. */
void ws_put_close(struct buf *out, int code);

/* --- the handshake (RFC 6455 4.2) ---------------------------------------- */

/*
 * Is r a good opening of a WebSocket of this subprotocol?  0: the answer,
 * "101 Switching Protocols", was appended.  Else the HTTP status to refuse it
 * with; *e says why.  Looks neither at path nor Origin.
 */
int ws_accept(struct buf *out, const struct http_request *r,
    const char *protocol, struct err *e);

#endif
