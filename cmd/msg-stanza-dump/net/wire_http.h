/*
 * wire_http.h - HTTP/1.1 as it was captured: heads told, bodies of XML out.
 */
#ifndef DUMP_WIRE_HTTP_H
#define DUMP_WIRE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

#define WIRE_HTTP_LINE	200	/* bytes of what is told of a head */

enum wire_http_state {
	WIRE_HTTP_HEAD, WIRE_HTTP_BODY, WIRE_HTTP_CHUNK_SIZE,
	WIRE_HTTP_CHUNK, WIRE_HTTP_CHUNK_END, WIRE_HTTP_TRAILER,
	WIRE_HTTP_REST,		/* a body that ends with the connection */
	WIRE_HTTP_LOST		/* this is no HTTP any more */
};

struct wire_http {
	enum wire_http_state state;
	struct buf line;		/* the head, or a chunk's size */
	uint64_t left;			/* of the body or chunk */
	bool xml;			/* the body is worth to be looked at */
	bool upgraded;			/* WebSocket follows this head */
	bool done;			/* a message ended with this feed */
};

void wire_http_init(struct wire_http *h);
void wire_http_clear(struct wire_http *h);

/* Does a message seem to begin with p[0..n), n > 0? */
bool wire_http_begins(const char *p, size_t n);

/* Takes some of p[0..n) and returns how much.  *body: XML of a body among it,
 * or nothing.  line: what to tell ("POST /bind"; with WIRE_HTTP_LOST why), or
 * "". */
size_t wire_http_feed(struct wire_http *h, const char *p, size_t n,
    struct str *body, char line[WIRE_HTTP_LINE]);

#endif
