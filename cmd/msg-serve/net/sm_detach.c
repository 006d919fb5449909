#include "net/sm.h"

#include <string.h>

#include "net/csi.h"
#include "net/server.h"
#include "net/worker.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define BOUNCE_MAX	((size_t)1 << 30)	/* the stanza's limit binds */

bool
sm_resumable(const struct session *s)
{
	return s->sm != NULL && s->sm->resume &&
	    s->state == SESSION_READY && !s->closing;
}

bool
sm_detached(const struct session *s)
{
	return s->sm != NULL && s->sm->detached;
}

/* --- the carrier of a session that has none ------------------------------ */

static struct buf *
out(void *carrier)
{
	struct session *s = carrier;

	return &s->worker->unsent;
}

/* It is in the queue by now, or there was no room for it. */
static void
sent(void *carrier, size_t at)
{
	struct session *s = carrier;

	(void)at;
	buf_reset(&s->worker->unsent);
	buf_shrink(&s->worker->unsent, WORKER_KEEP);
	if (!s->sm->resume)
		session_end(s);
}

static void
end(void *carrier)
{
	struct session *s = carrier;

	s->state = SESSION_ENDED;
	loop_reap(s->worker->loop, &s->sm->reap);
}

static void
nothing(void *carrier)
{
	(void)carrier;
}

static void
no_header(void *carrier, struct buf *to, const char *id)
{
	(void)carrier, (void)to, (void)id;
}

static void
no_limits(void *carrier, const struct stream_limits *lim)
{
	(void)carrier, (void)lim;
}

static bool
no(void *carrier)
{
	(void)carrier;
	return false;
}

static bool
yes(void *carrier)
{
	(void)carrier;
	return true;
}

static int
no_binding(void *carrier, const char *type, struct buf *to)
{
	(void)carrier, (void)type, (void)to;
	return -1;
}

static const struct peer *
peer_of(void *carrier)
{
	static const struct peer nobody = { .text = "none" };
	struct session *s = carrier;

	/* What is left behind by a resumption has no past either. */
	return s->sm == NULL ? &nobody : &s->sm->peer;
}

static void
adopt(void *carrier, struct session *s)
{
	(void)carrier;
	s->carrier = s;			/* whoever has none is its own */
}

static const struct carrier_ops none = {
	.out = out, .open = no_header, .sent = sent, .close = end,
	.abort = end, .restart = nothing, .pause = nothing,
	.resume = nothing, .limits = no_limits, .secure = no,
	.congested = yes, .binding = no_binding, .peer = peer_of,
	.adopt = adopt, .leave = no,
};

/* --- the end of it ------------------------------------------------------- */

/* Does the sender wait for something, so that silence would be wrong? */
static bool
wants_answer(const struct stanza *st)
{
	const char *type = stanza_attr(st, "type");

	if (strcmp(st->name, "iq") == 0)
		return type != NULL && (strcmp(type, "get") == 0 ||
		    strcmp(type, "set") == 0);
	return strcmp(st->name, "message") == 0 && (type == NULL ||
	    strcmp(type, "chat") == 0 || strcmp(type, "normal") == 0);
}

static void
put_error(struct buf *b, const struct session *s, const struct stanza *st,
    const char *to)
{
	buf_printf(b, "<%s type=\"error\"", st->name);
	xml_attr(b, "id", stanza_attr(st, "id"));
	xml_attr(b, "from", s->jid);
	xml_attr(b, "to", to);
	buf_lit(b, "><error type=\"cancel\"><service-unavailable xmlns=\""
	    NS_STANZAS "\"/></error>");
	buf_printf(b, "</%s>", st->name);
}

/* Back to whoever sent it, when he is still there. */
static void
bounce(struct session *s, const struct stanza *st)
{
	const char *from = stanza_attr(st, "from");
	struct buf b = BUF_INIT(BOUNCE_MAX), name = BUF_INIT(JID_PART_MAX);
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct place to;
	struct jid jid;

	if (from != NULL && wants_answer(st) &&
	    jid_parse(&jid, &a, from, strlen(from), &e) == 0 &&
	    jid.local.n > 0 && jid.resource.n > 0) {
		buf_put(&name, jid.local.p, jid.local.n);
		if (directory_find(s->worker->server->directory,
		    buf_cstr(&name), jid.resource.p, &to)) {
			put_error(&b, s, st, from);
			delivery_send(delivery_new(to, b.p, b.n));
		}
	}
	arena_free(&a);
	buf_free(&name);
	buf_free(&b);
}

void
sm_bounce(struct session *s, const char *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const struct stanza *st = stanza_parse(&a, p, n, NS_CLIENT,
	    &s->worker->limits, &e);

	if (st != NULL)
		bounce(s, st);
	arena_free(&a);
}

/* It counts no more as what has no connection. */
static void
leave(struct session *s)
{
	admission_leave(s->worker->server, &s->sm->peer);
	counter_sub(&s->worker->metrics.detached, 1);
}

static void
on_reap(void *arg)
{
	struct session *s = arg;
	struct str text;
	size_t at = 0;

	/* XEP-0198 6: what is not acknowledged counts as not delivered. */
	while (sm_queue_next(&s->sm->queue, &at, &text))
		if (!sm_queue_marked(text))
			sm_bounce(s, text.p, text.n);
	leave(s);
	session_free(s);
}

/* --- its beginning and its good end -------------------------------------- */

void
sm_detach(struct session *s)
{
	struct sm *m = s->sm;

	m->peer = *s->ops->peer(s->carrier);
	m->detached = true;
	m->asked = false;
	timer_stop(&m->ask);
	m->reap = (struct loop_task)LOOP_TASK(on_reap, s);
	s->ops = &none;
	s->carrier = s;
	csi_flush(s);			/* it is kept here now */
	csi_free(s->csi);
	s->csi = NULL;
	s->pinged = false;
	admission_keep(s->worker->server, &m->peer);
	counter_add(&s->worker->metrics.detached, 1);
	timer_set(&s->timer, m->max_ms);
	session_log(s, LOG_LEVEL_INFO, "detached", NULL);
}

void
sm_attached(struct session *s)
{
	if (!s->sm->detached)
		return;
	s->sm->detached = false;
	leave(s);
}
