#include "web/bosh.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/server.h"
#include "web/bosh_int.h"
#include "web/web_stanza.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define SID_RANDOM	16	/* bytes */
#define BODY		"<body xmlns=\"" NS_BOSH "\""

/* --- answers ------------------------------------------------------------- */

/* XEP-0124 17.1: how those who know no conditions are told. */
static int
legacy_status(const char *condition)
{
	return condition == NULL ? 200 :
	    strcmp(condition, "bad-request") == 0 ? 400 :
	    strcmp(condition, "policy-violation") == 0 ? 403 :
	    strcmp(condition, "item-not-found") == 0 ? 404 : 200;
}

static void
put_terminate(struct buf *b, const char *condition)
{
	buf_lit(b, " type=\"terminate\"");
	xml_attr(b, "condition", condition);
}

void
bosh_refuse(struct worker *self, const struct web_ticket *t,
    const char *condition)
{
	struct buf b = BUF_INIT(1024);

	buf_lit(&b, BODY);
	put_terminate(&b, condition);
	buf_lit(&b, "/>");
	web_answer(self, t, 200, BOSH_TYPE, b.p, b.n);
	buf_free(&b);
}

/* What a client must know of its new session (XEP-0124 7.2). */
static void
put_created(const struct bosh *b, struct buf *out)
{
	const struct serve_options *opt = b->session->worker->server->opt;
	bool polling = b->hold == 0;

	xml_attr(out, "sid", b->sid);
	xml_attr(out, "authid", b->authid);
	xml_attr(out, "from", opt->domain);
	buf_printf(out, " ver=\"1.11\" wait=\"%" PRId64 "\" hold=\"%u\" "
	    "requests=\"%u\" inactivity=\"%" PRId64 "\" maxpause=\"%d\" "
	    "charsets=\"UTF-8\" xmlns:xmpp=\"" NS_XBOSH "\" "
	    "xmpp:version=\"1.0\" xmpp:restartlogic=\"true\"",
	    b->wait_ms / 1000, b->hold, b->window.requests,
	    b->idle_ms / 1000, BOSH_PAUSE_S);
	if (polling)
		buf_printf(out, " polling=\"%d\"", BOSH_POLLING_S);
	if (b->secure)
		buf_lit(out, " secure=\"true\"");
}

/* Answer the oldest request with n bytes of stanzas, and keep the answer. */
static void
answer(struct bosh *b, const char *p, size_t n)
{
	struct bosh_slot *s = bosh_oldest(&b->window);
	struct buf *a = &s->answer;

	buf_lit(a, BODY " xmlns:stream=\"" NS_STREAM "\"");
	if (!b->created)
		put_created(b, a);
	b->created = true;
	if (b->ended)
		put_terminate(a, b->condition);
	if (n > 0) {
		buf_putc(a, '>');
		buf_put(a, p, n);
		buf_lit(a, "</body>");
	} else {
		buf_lit(a, "/>");
	}
	s->status = b->legacy && b->ended ? legacy_status(b->condition) : 200;
	web_answer(b->session->worker, &s->ticket, s->status, BOSH_TYPE, a->p,
	    a->n);
	bosh_answered(&b->window);
	if (n > 0)
		b->empty = false;
}

static void
answer_out(struct bosh *b)
{
	answer(b, b->out.p, b->out.n);
	buf_reset(&b->out);
	buf_shrink(&b->out, 0);
}

/* --- the end of a turn --------------------------------------------------- */

static void
bury(struct bosh *b)
{
	loop_reap(b->session->worker->loop, &b->reap);
}

/* Everybody is told that it is over; who has no request open may ask for a
 * while. */
static void
flush_end(struct bosh *b)
{
	bool told = bosh_held(&b->window) > 0;

	if (told)
		answer_out(b);
	while (bosh_held(&b->window) > 0)
		answer(b, NULL, 0);
	timer_stop(&b->wait);
	if (told || b->session->worker->stopping)
		bury(b);
	else
		timer_set(&b->idle, b->idle_ms);
}

static void
flush(void *arg)
{
	struct bosh *b = arg;
	int64_t now = loop_now_us(b->session->worker->loop);
	bool drained = b->out.n > 0;
	struct bosh_slot *s;

	if (buf_full(&b->out) && !b->ended) {
		buf_reset(&b->out);
		bosh_end(b, "policy-violation");	/* took too little */
	}
	if (b->ended) {
		flush_end(b);
		return;
	}
	if (b->out.n > 0 && bosh_held(&b->window) > 0)
		answer_out(b);
	while (!b->paused && bosh_held(&b->window) > b->hold)
		answer(b, NULL, 0);
	s = bosh_oldest(&b->window);
	if (s != NULL) {
		timer_stop(&b->idle);
		timer_set(&b->wait, b->wait_ms - (now - s->since_us) / 1000);
	} else {
		timer_stop(&b->wait);
		if (!timer_is_set(&b->idle))
			timer_set(&b->idle, b->idle_ms);
	}
	if (drained && b->out.n == 0)
		session_drained(b->session);
}

static void
flush_soon(struct bosh *b)
{
	loop_defer(b->session->worker->loop, &b->flush);
}

void
bosh_end(struct bosh *b, const char *condition)
{
	if (b->ended)
		return;
	b->condition = condition;
	b->ended = true;
	session_end(b->session);
	flush_soon(b);
}

/* --- what the session asks of its carrier -------------------------------- */

static struct buf *
out(void *carrier)
{
	struct bosh *b = carrier;

	flush_soon(b);
	return &b->out;
}

/* The stream has no tag: its id goes with the first answer. */
static void
open_stream(void *carrier, struct buf *to, const char *id)
{
	struct bosh *b = carrier;

	(void)to;
	snprintf(b->authid, sizeof b->authid, "%s", id);
}

static void
sent(void *carrier, size_t at)
{
	static const char error[] = "<stream:error";
	struct bosh *b = carrier;

	if (!b->ended && b->out.n - at > sizeof error &&
	    memcmp(b->out.p + at, error, sizeof error - 1) == 0)
		b->condition = "remote-stream-error";
	web_stanza(&b->out, at);
}

static void
close_stream(void *carrier)
{
	struct bosh *b = carrier;

	b->ended = true;
	flush_soon(b);
}

static void
abort_stream(void *carrier)
{
	struct bosh *b = carrier;

	b->ended = true;
	bury(b);
}

static void
restart(void *carrier)
{
	(void)carrier;		/* xmpp:restart comes with a request */
}

static void
pause_input(void *carrier)
{
	struct bosh *b = carrier;

	b->paused = true;
}

static void
resume_input(void *carrier)
{
	struct bosh *b = carrier;

	b->paused = false;
	flush_soon(b);
	loop_again(b->session->worker->loop, &b->go_on);
}

static void
limits(void *carrier, const struct stream_limits *lim)
{
	struct bosh *b = carrier;

	b->lim = lim;
}

static bool
secure(void *carrier)
{
	struct bosh *b = carrier;

	return b->secure;
}

static bool
congested(void *carrier)
{
	struct bosh *b = carrier;

	return b->out.n > LINK_OUT_HIGH;
}

/* Its requests are of many connections: there is nothing to bind to. */
static int
binding(void *carrier, const char *type, struct buf *to)
{
	(void)carrier, (void)type, (void)to;
	return -1;
}

static const struct peer *
peer_of(void *carrier)
{
	struct bosh *b = carrier;

	return &b->peer;
}

static const struct carrier_ops carrier_ops = {
	.out = out, .open = open_stream, .sent = sent, .close = close_stream,
	.abort = abort_stream, .restart = restart, .pause = pause_input,
	.resume = resume_input, .limits = limits, .secure = secure,
	.congested = congested, .binding = binding, .peer = peer_of,
};

/* --- time ---------------------------------------------------------------- */

static void
on_wait(void *arg)
{
	struct bosh *b = arg;

	if (bosh_held(&b->window) > 0)
		answer_out(b);
	flush_soon(b);
}

/* No request for too long.  What was said and not fetched is lost. */
static void
on_idle(void *arg)
{
	struct bosh *b = arg;

	if (!b->ended)
		session_closed(b->session);
	b->ended = true;
	bury(b);
}

/* --- its life ------------------------------------------------------------ */

static void
on_reap(void *arg)
{
	struct bosh *b = arg;
	struct worker *w = b->session->worker;

	map_del(&w->bosh, b->sid, strlen(b->sid));
	timer_stop(&b->wait);
	timer_stop(&b->idle);
	loop_task_cancel(w->loop, &b->flush);
	loop_task_cancel(w->loop, &b->go_on);
	while (b->first != NULL) {
		struct bosh_stanza *x = b->first;

		b->first = x->next;
		arena_free(&x->arena);
		free(x);
	}
	bosh_window_clear(&b->window, bosh_drop);
	buf_free(&b->out);
	admission_leave(w->server, &b->peer);
	atomic_fetch_sub(&w->server->bosh_sessions, 1);
	session_lost(b->session);
	free(b);
}

static int
make_sid(struct bosh *b, const struct worker *w)
{
	struct buf hex = BUF_INIT(2 * SID_RANDOM);

	if (hex_random(&hex, SID_RANDOM) < 0)
		return -1;
	snprintf(b->sid, sizeof b->sid, "%u-%s", w->index, buf_cstr(&hex));
	buf_free(&hex);
	return 0;
}

struct bosh *
bosh_new(struct worker *w, const struct peer *peer, bool secure_now)
{
	struct server *server = w->server;
	struct bosh *b;

	if (atomic_fetch_add(&server->bosh_sessions, 1) >=
	    (size_t)server->opt->bosh_sessions ||
	    admission_enter(server, peer) != ADMITTED) {
		atomic_fetch_sub(&server->bosh_sessions, 1);
		return NULL;
	}
	b = mem_zero(sizeof *b);
	if (make_sid(b, w) < 0) {
		admission_leave(server, peer);
		atomic_fetch_sub(&server->bosh_sessions, 1);
		free(b);
		return NULL;
	}
	b->peer = *peer;
	b->secure = secure_now;
	b->idle_ms = server->opt->bosh_idle_ms;
	b->lim = &w->limits_login;
	b->last = &b->first;
	buf_init(&b->out, w->web_conf.out_max);
	b->flush = (struct loop_task)LOOP_TASK(flush, b);
	b->reap = (struct loop_task)LOOP_TASK(on_reap, b);
	b->go_on = (struct loop_task)LOOP_TASK(bosh_go_on, b);
	timer_init(&b->wait, w->loop, on_wait, b);
	timer_init(&b->idle, w->loop, on_idle, b);
	map_set(&w->bosh, b->sid, strlen(b->sid), b);
	b->session = session_new(w, &carrier_ops, b);
	return b;
}

/* The client asks that nothing be held for so long (XEP-0124 10). */
void
bosh_pause(struct bosh *b, int64_t seconds)
{
	while (bosh_held(&b->window) > 0)
		answer(b, NULL, 0);
	timer_set(&b->idle, seconds * 1000);
}
