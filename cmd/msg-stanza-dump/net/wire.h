/*
 * wire.h - one direction of a connection: what do its bytes carry?
 *
 * XML of XMPP as it is (RFC 6120), in HTTP (BOSH, XEP-0124) or in WebSocket
 * frames (RFC 7395); TLS, which is recognised, also after STARTTLS, and said;
 * or something else, which is passed over.
 *
 * Limits: WIRE_HEAD_MAX bytes of an HTTP head, WIRE_STANZA_MAX of a stanza.
 */
#ifndef DUMP_WIRE_H
#define DUMP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "item.h"

#define WIRE_HEAD_MAX	(64u << 10)
#define WIRE_STANZA_MAX	(1u << 20)

struct wire;

/* Gives a wire (wire_free).  Keeps arg and direction.  Items come with conn,
 * direction and the time of the bytes that ended them. */
struct wire *wire_new(item_fn *fn, void *arg, const char *direction,
    unsigned conn);
void wire_free(struct wire *w);			/* NULL is fine */

/* Borrows p[0..n), which was there at at_us. */
void wire_feed(struct wire *w, const void *p, size_t n, int64_t at_us);

/* n bytes are not there. */
void wire_gap(struct wire *w, size_t n, int64_t at_us);

/* No more bytes come. */
void wire_end(struct wire *w, int64_t at_us);

/* TLS was taken off by the caller: XML begins anew. */
void wire_restart(struct wire *w);

#endif
