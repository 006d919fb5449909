/*
 * ws.h - carries a session over WebSocket (RFC 7395): each message is one
 * element, <open/> and <close/> stand for the stream's tags.
 *
 * The connection is web/web.h's, which hands over all bytes behind the
 * handshake and tells of its end.
 */
#ifndef WEB_WS_H
#define WEB_WS_H

#include <stddef.h>

struct web;
struct websocket;

/* Gives a session on c, whose handshake is answered (websocket_free). */
struct websocket *websocket_new(struct web *c);
void websocket_free(struct websocket *x);	/* NULL is fine */

/* As link_ops. */
size_t websocket_bytes(struct websocket *x, const char *p, size_t n);
void websocket_drained(struct websocket *x);
void websocket_ended(struct websocket *x);

#endif
