#include "web/ws.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/ws.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "web/web.h"
#include "web/web_stanza.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"
#include "xmpp/xml.h"

#define MESSAGE_EXTRA	1024	/* bytes of a message besides its stanza */

struct websocket {
	struct session *session;
	struct web *web;
	struct ws *ws;
	struct stream *stream;
	unsigned elements;	/* of the message under way */
	bool paused;
	bool ended;		/* nothing is taken or sent any more */
	int code;		/* to close with */
	struct loop_task again;
};

/* --- what the session asks of its carrier -------------------------------- */

static struct buf *
out(void *carrier)
{
	struct websocket *x = carrier;

	return link_out(x->web->link);
}

static void
open_stream(void *carrier, struct buf *b, const char *id)
{
	struct websocket *x = carrier;

	buf_lit(b, "<open xmlns=\"" NS_FRAMING "\" version=\"1.0\" "
	    "xml:lang=\"en\"");
	xml_attr(b, "from", x->session->worker->server->opt->domain);
	xml_attr(b, "id", id);
	buf_lit(b, "/>");
}

static void
sent(void *carrier, size_t at)
{
	struct websocket *x = carrier;
	struct buf *b;

	if (x->ended)
		return;
	b = link_out(x->web->link);
	web_stanza(b, at);
	ws_frame(b, at, WS_TEXT);
}

/* The close frame, and the connection's end behind it. */
static void
finish(struct websocket *x)
{
	if (x->ended)
		return;
	ws_put_close(link_out(x->web->link), x->code);
	x->ended = true;
	link_close(x->web->link);
}

static void
close_stream(void *carrier)
{
	struct websocket *x = carrier;
	struct buf *b = link_out(x->web->link);
	size_t at = b->n;

	if (x->session->opened && !x->ended) {
		buf_lit(b, "<close xmlns=\"" NS_FRAMING "\"/>");
		ws_frame(b, at, WS_TEXT);
	}
	finish(x);
}

static void
abort_stream(void *carrier)
{
	struct websocket *x = carrier;
	struct err why = ERR_INIT;

	err_set(&why, ERR_CONNECT, "cut off");
	x->ended = true;
	link_abort(x->web->link, &why);
}

static void
restart(void *carrier)
{
	(void)carrier;		/* a message needs no stream around it */
}

static void
pause_input(void *carrier)
{
	struct websocket *x = carrier;

	x->paused = true;
	link_pause(x->web->link);
}

static void
resume_input(void *carrier)
{
	struct websocket *x = carrier;

	x->paused = false;
	loop_again(x->session->worker->loop, &x->again);
	link_resume(x->web->link);
}

static void
limits(void *carrier, const struct stream_limits *lim)
{
	struct websocket *x = carrier;

	stream_limit(x->stream, lim);
	ws_limit(x->ws, lim->bytes + MESSAGE_EXTRA);
}

static bool
secure(void *carrier)
{
	struct websocket *x = carrier;

	return link_secure(x->web->link);
}

static bool
congested(void *carrier)
{
	struct websocket *x = carrier;

	return link_congested(x->web->link);
}

/* A page cannot ask its browser for it, and some libraries would try. */
static int
binding(void *carrier, const char *type, struct buf *b)
{
	(void)carrier, (void)type, (void)b;
	return -1;
}

static const struct peer *
peer_of(void *carrier)
{
	struct websocket *x = carrier;

	return &x->web->peer;
}

static void
adopt(void *carrier, struct session *s)
{
	struct websocket *x = carrier;

	x->session = s;
}

static bool
leave(void *carrier)
{
	struct websocket *x = carrier;

	if (!web_leave(x->web))
		return false;
	loop_task_cancel(x->session->worker->loop, &x->again);
	stream_leave(x->stream);
	return true;
}

static void
join(void *carrier, struct worker *w)
{
	struct websocket *x = carrier;

	stream_join(x->stream, w->streams);
	web_join(x->web, w);
}

static const struct carrier_ops carrier_ops = {
	.out = out, .open = open_stream, .sent = sent, .close = close_stream,
	.abort = abort_stream, .restart = restart, .pause = pause_input,
	.resume = resume_input, .limits = limits, .secure = secure,
	.congested = congested, .binding = binding, .peer = peer_of,
	.adopt = adopt, .leave = leave, .join = join,
};

/* --- what a message holds ------------------------------------------------ */

static void
broken(struct websocket *x, const char *why)
{
	session_broken(x->session, "bad-format", why);
}

static void
on_open(struct websocket *x, const struct stanza *st)
{
	struct stream_header h = { .to = stanza_attr(st, "to"),
		.from = stanza_attr(st, "from"), .id = stanza_attr(st, "id"),
		.version = stanza_attr(st, "version"),
		.lang = stanza_attr_ns(st, "lang", NS_XML),
		.ns = NS_CLIENT, .root = st };

	if (x->session->state != SESSION_HEADER)
		broken(x, "the stream is open");
	else
		session_header(x->session, &h);
}

static int
on_stanza(void *arg, struct stanza *st)
{
	struct websocket *x = arg;

	if (++x->elements > 1)
		broken(x, "a message is one element");
	else if (stanza_is(st, "open", NS_FRAMING))
		on_open(x, st);
	else if (stanza_is(st, "close", NS_FRAMING))
		session_closed(x->session);
	else if (x->session->state == SESSION_HEADER)
		broken(x, "an <open/> in the namespace of RFC 7395 is "
		    "awaited");
	else
		session_stanza(x->session, st);
	return x->paused || x->ended;
}

/* "</stream:stream>" or another end tag where an element could begin. */
static int
on_end_tag(void *arg)
{
	broken(arg, "a message is one element");
	return 1;
}

static const struct stream_ops stream_ops = {
	.stanza = on_stanza, .close = on_end_tag,
};

/* --- what frames bring --------------------------------------------------- */

static size_t
on_text(void *arg, const char *p, size_t n)
{
	struct websocket *x = arg;
	struct err e = ERR_INIT;
	size_t used = 0;

	if (x->paused)
		return 0;
	if (x->ended || x->session->state == SESSION_ENDED)
		return n;
	if (stream_feed(x->stream, p, n, &used, &e) < 0) {
		session_broken(x->session, stream_error(x->stream), e.text);
		return n;
	}
	return used;
}

static int
on_message_end(void *arg)
{
	struct websocket *x = arg;

	if (!x->ended && !stream_idle(x->stream))
		broken(x, "an element ends with its message");
	x->elements = 0;
	return x->paused || x->ended;
}

static void
on_ping(void *arg, const char *p, size_t n)
{
	struct websocket *x = arg;
	struct buf *b = link_out(x->web->link);
	size_t at = b->n;

	if (x->ended)
		return;
	buf_put(b, p, n);
	ws_frame(b, at, WS_PONG);
	if (x->session->state == SESSION_READY)
		session_heard(x->session);
}

/* No message comes any more, and maybe no <close/> came: then a session that
 * can be resumed is not over (RFC 7395 3.6). */
static void
cut(struct websocket *x)
{
	finish(x);
	if (!session_survives(x->session))
		session_closed(x->session);
}

static void
on_close(void *arg, int code)
{
	struct websocket *x = arg;

	x->code = code;
	cut(x);
}

static const struct ws_ops ws_ops = {
	.text = on_text, .end = on_message_end, .ping = on_ping,
	.close = on_close,
};

/* A frame broke the rules.  That a message is too long can still be said in
 * XMPP's own words. */
static void
bad_frame(struct websocket *x, const struct err *e)
{
	session_log(x->session, LOG_LEVEL_DEBUG, "websocket broken", "why",
	    e->text, NULL);
	if (x->code == WS_TOO_BIG)
		session_error(x->session, "policy-violation", e->text);
	cut(x);
}

size_t
websocket_bytes(struct websocket *x, const char *p, size_t n)
{
	struct err e = ERR_INIT;
	size_t used;

	if (x->ended)
		return n;
	if (ws_feed(x->ws, p, n, &used, &x->code, &e) < 0)
		bad_frame(x, &e);
	return x->ended ? n : used;
}

/* What came in one piece with the message that made it pause. */
static void
go_on(void *arg)
{
	struct websocket *x = arg;

	if (!x->paused)
		websocket_bytes(x, NULL, 0);
}

/* --- its life ------------------------------------------------------------ */

struct websocket *
websocket_new(struct web *c)
{
	struct worker *w = c->worker;
	struct websocket *x = mem_zero(sizeof *x);

	x->web = c;
	x->code = WS_NORMAL;
	x->ws = ws_new(&ws_ops, x);
	x->stream = stream_new_bare(&stream_ops, x, w->streams, NS_CLIENT);
	x->again = (struct loop_task)LOOP_TASK(go_on, x);
	limits(x, &w->limits_login);
	x->session = session_new(w, &carrier_ops, x);
	return x;
}

void
websocket_free(struct websocket *x)
{
	if (x == NULL)
		return;
	loop_task_cancel(x->session->worker->loop, &x->again);
	session_lost(x->session);
	stream_free(x->stream);
	ws_free(x->ws);
	free(x);
}

void
websocket_drained(struct websocket *x)
{
	session_drained(x->session);
}

void
websocket_ended(struct websocket *x)
{
	cut(x);
}
