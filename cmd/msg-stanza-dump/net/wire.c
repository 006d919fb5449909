#include "net/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/wire_http.h"
#include "net/wire_ws.h"
#include "capture.h"

enum carries { UNKNOWN, XML, HTTP, WEBSOCKET, TLS, OTHER };

struct wire {
	item_fn *fn;
	void *arg;
	const char *direction;
	unsigned conn;
	int64_t at_us;
	enum carries carries;
	struct capture *capture;
	struct wire_http http;
	struct wire_ws ws;
};

/* --- what is told --------------------------------------------------------- */

static void
on_item(void *arg, const struct item *item)
{
	struct wire *w = arg;
	struct item it = *item;

	it.direction = w->direction;
	it.conn = w->conn;
	it.at_us = w->at_us;
	w->fn(w->arg, &it);
}

static void
say(struct wire *w, enum item_kind kind, const char *text)
{
	struct item it = { .kind = kind, .text = text, .raw = STR("") };

	on_item(w, &it);
}

struct wire *
wire_new(item_fn *fn, void *arg, const char *direction, unsigned conn)
{
	struct wire *w = mem_zero(sizeof *w);

	w->fn = fn;
	w->arg = arg;
	w->direction = direction;
	w->conn = conn;
	w->capture = capture_new(on_item, w);
	capture_limit(w->capture, WIRE_STANZA_MAX);
	wire_http_init(&w->http);
	return w;
}

void
wire_free(struct wire *w)
{
	if (w == NULL)
		return;
	capture_free(w->capture);
	wire_http_clear(&w->http);
	free(w);
}

/* --- what is there -------------------------------------------------------- */

/* A TLS record: handshake, alert, change of cipher, data; version 3.x. */
static bool
is_tls(const unsigned char *p, size_t n)
{
	return p[0] >= 0x14 && p[0] <= 0x17 && (n < 2 || p[1] == 3);
}

static enum carries
guess(const unsigned char *p, size_t n)
{
	if (*p == '<')
		return XML;
	if (is_tls(p, n))
		return TLS;
	return wire_http_begins((const char *)p, n) ? HTTP : OTHER;
}

static void
become(struct wire *w, enum carries what)
{
	w->carries = what;
	if (what == TLS)
		say(w, ITEM_EVENT, "TLS from here on: it cannot be read");
	else if (what == OTHER)
		say(w, ITEM_EVENT, "this is no XMPP: passed over");
}

/* --- each sort ------------------------------------------------------------ */

static size_t
feed_xml(struct wire *w, const char *p, size_t n)
{
	if (capture_idle(w->capture) && is_tls((const unsigned char *)p, n)) {
		become(w, TLS);
		return n;
	}
	capture_feed(w->capture, p, n);
	return n;
}

static size_t
feed_http(struct wire *w, const char *p, size_t n)
{
	struct str body;
	char line[WIRE_HTTP_LINE];
	size_t used = wire_http_feed(&w->http, p, n, &body, line);

	if (line[0] != '\0')
		say(w, w->http.state == WIRE_HTTP_LOST ? ITEM_BAD :
		    ITEM_EVENT, line);
	if (body.n > 0)
		capture_feed(w->capture, body.p, body.n);
	if (w->http.done)
		capture_end(w->capture);
	if (w->http.state == WIRE_HTTP_LOST)
		w->carries = OTHER;
	else if (w->http.upgraded)
		w->carries = WEBSOCKET;
	return used;
}

/* A server that would not upgrade is spoken HTTP to again. */
static size_t
feed_ws(struct wire *w, const char *p, size_t n)
{
	struct str text;
	const char *why = NULL;
	size_t used;

	if (w->ws.frames == 0 && w->ws.have == 0 && wire_http_begins(p, n)) {
		wire_http_clear(&w->http);
		wire_http_init(&w->http);
		w->carries = HTTP;
		return 0;
	}
	used = wire_ws_feed(&w->ws, p, n, &text, &why);
	if (text.n > 0)
		capture_feed(w->capture, text.p, text.n);
	if (w->ws.message_ends)
		capture_end(w->capture);
	if (why != NULL) {
		say(w, w->ws.lost ? ITEM_BAD : ITEM_EVENT, why);
		if (w->ws.lost)
			w->carries = OTHER;
	}
	return used;
}

static size_t
feed_some(struct wire *w, const char *p, size_t n)
{
	switch (w->carries) {
	case UNKNOWN:
		if (strchr(" \t\r\n", *p) != NULL && *p != '\0')
			return 1;	/* keep-alive before the header */
		become(w, guess((const unsigned char *)p, n));
		return 0;
	case XML:
		return feed_xml(w, p, n);
	case HTTP:
		return feed_http(w, p, n);
	case WEBSOCKET:
		return feed_ws(w, p, n);
	case TLS: case OTHER:
		break;
	}
	return n;
}

void
wire_feed(struct wire *w, const void *bytes, size_t n, int64_t at_us)
{
	const char *p = bytes;
	size_t used;

	w->at_us = at_us;
	for (; n > 0; p += used, n -= used)
		used = feed_some(w, p, n);
}

/* XML goes on where a stanza begins, the rest cannot be found again. */
void
wire_gap(struct wire *w, size_t n, int64_t at_us)
{
	char text[100];

	w->at_us = at_us;
	if (w->carries == TLS || w->carries == OTHER)
		return;
	capture_end(w->capture);
	snprintf(text, sizeof text, "%zu bytes are not in the capture", n);
	say(w, ITEM_BAD, text);
	if (w->carries == HTTP || w->carries == WEBSOCKET)
		become(w, OTHER);
}

void
wire_end(struct wire *w, int64_t at_us)
{
	w->at_us = at_us;
	capture_end(w->capture);
	w->carries = OTHER;
}

void
wire_restart(struct wire *w)
{
	capture_end(w->capture);
	w->carries = UNKNOWN;
}
