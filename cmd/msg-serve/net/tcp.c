#include "net/tcp.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"
#include "xmpp/xml.h"

struct tcp {
	struct session *session;
	struct link *link;
	struct stream *stream;
	struct peer peer;
	bool paused, ended;
	bool stop;		/* the bytes behind this stanza are not XML */
};

/* --- what the session asks of its carrier --------------------------------- */

static struct buf *
out(void *carrier)
{
	struct tcp *t = carrier;

	return link_out(t->link);
}

static void
open_stream(void *carrier, struct buf *b, const char *id)
{
	struct tcp *t = carrier;

	buf_lit(b, "<?xml version='1.0'?><stream:stream xmlns=\"" NS_CLIENT
	    "\" xmlns:stream=\"" NS_STREAM "\" version=\"1.0\" "
	    "xml:lang=\"en\"");
	xml_attr(b, "from", t->session->worker->server->opt->domain);
	xml_attr(b, "id", id);
	buf_putc(b, '>');
}

static void
close_stream(void *carrier)
{
	struct tcp *t = carrier;

	if (t->session->opened)
		buf_lit(link_out(t->link), "</stream:stream>");
	t->ended = true;
	link_close(t->link);
}

static void
abort_stream(void *carrier)
{
	struct tcp *t = carrier;
	struct err why = ERR_INIT;

	err_set(&why, ERR_CONNECT, "cut off");
	t->ended = true;
	link_abort(t->link, &why);
}

static void
restart(void *carrier)
{
	struct tcp *t = carrier;

	stream_restart(t->stream);
}

static void
starttls(void *carrier)
{
	struct tcp *t = carrier;
	struct tls *tls = server_tls(t->session->worker->server,
	    LISTEN_STARTTLS);

	t->stop = true;
	stream_restart(t->stream);
	link_starttls(t->link, tls, NULL);
	tls_unref(tls);
}

static void
pause_input(void *carrier)
{
	struct tcp *t = carrier;

	t->paused = true;
	link_pause(t->link);
}

static void
resume_input(void *carrier)
{
	struct tcp *t = carrier;

	t->paused = false;
	link_resume(t->link);
}

static void
limits(void *carrier, const struct stream_limits *lim)
{
	struct tcp *t = carrier;

	stream_limit(t->stream, lim);
}

static bool
secure(void *carrier)
{
	struct tcp *t = carrier;

	return link_secure(t->link);
}

static bool
congested(void *carrier)
{
	struct tcp *t = carrier;

	return link_congested(t->link);
}

static int
binding(void *carrier, const char *type, struct buf *b)
{
	struct tcp *t = carrier;

	return link_binding(t->link, type, b);
}

static const struct peer *
peer_of(void *carrier)
{
	struct tcp *t = carrier;

	return &t->peer;
}

static int
client_jids(void *carrier, struct buf *b)
{
	struct tcp *t = carrier;

	return link_client_jids(t->link, b);
}

static void
adopt(void *carrier, struct session *s)
{
	struct tcp *t = carrier;

	t->session = s;
}

static bool
leave(void *carrier)
{
	struct tcp *t = carrier;

	if (!link_leave(t->link))
		return false;
	stream_leave(t->stream);
	return true;
}

static void
join(void *carrier, struct worker *w)
{
	struct tcp *t = carrier;

	stream_join(t->stream, w->streams);
	link_join(t->link, w->loop, &w->link_conf);
}

static const struct carrier_ops carrier_ops = {
	.out = out, .open = open_stream, .close = close_stream,
	.abort = abort_stream, .restart = restart, .starttls = starttls,
	.pause = pause_input,
	.resume = resume_input, .limits = limits, .secure = secure,
	.congested = congested, .binding = binding, .peer = peer_of,
	.client_jids = client_jids,
	.adopt = adopt, .leave = leave, .join = join,
};

/* --- what the stream brings ---------------------------------------------- */

/* Stop feeding when the session wants no more for now. */
static int
go_on(const struct tcp *t)
{
	return t->paused || t->ended || t->stop;
}

static int
on_open(void *arg, const struct stream_header *h)
{
	struct tcp *t = arg;

	session_header(t->session, h);
	return go_on(t);
}

static int
on_stanza(void *arg, struct stanza *st)
{
	struct tcp *t = arg;

	session_stanza(t->session, st);
	return go_on(t);
}

static int
on_close(void *arg)
{
	struct tcp *t = arg;

	session_closed(t->session);
	return 1;
}

static const struct stream_ops stream_ops = {
	.open = on_open, .stanza = on_stanza, .close = on_close,
};

/* --- what the link brings ------------------------------------------------ */

static size_t
on_bytes(void *arg, const char *p, size_t n)
{
	struct tcp *t = arg;
	struct err e = ERR_INIT;
	size_t used = 0;

	if (t->ended)
		return n;
	t->stop = false;
	if (session_ready(t->session))
		session_heard(t->session);	/* be it white space */
	if (stream_feed(t->stream, p, n, &used, &e) < 0) {
		session_broken(t->session, stream_error(t->stream), e.text);
		return n;
	}
	return used;
}

static void
on_ended(void *arg)
{
	struct tcp *t = arg;

	if (session_survives(t->session))
		abort_stream(t);
	else
		session_closed(t->session);
}

static void
on_closed(void *arg, const struct err *why)
{
	struct tcp *t = arg;
	struct server *server = t->session->worker->server;

	if (why->code != ERR_OK)
		session_log(t->session, LOG_LEVEL_DEBUG, "connection lost",
		    "why", why->text, NULL);
	session_lost(t->session);
	stream_free(t->stream);
	admission_leave(server, &t->peer);
	free(t);
}

static void
on_drained(void *arg)
{
	struct tcp *t = arg;

	session_drained(t->session);
}

const struct link_ops tcp_link_ops = {
	.bytes = on_bytes, .drained = on_drained, .ended = on_ended,
	.closed = on_closed,
};

void
tcp_accept(struct worker *w, int fd, const struct peer *peer,
    struct tls *tls)
{
	struct tcp *t = mem_zero(sizeof *t);

	t->peer = *peer;
	t->stream = stream_new(&stream_ops, t, w->streams);
	stream_limit(t->stream, &w->limits_login);
	t->link = link_new(w->loop, fd, &w->link_conf, t, tls, NULL);
	t->session = session_new(w, &carrier_ops, t);
}
