#include "net/sm.h"

#include <string.h>

#include "net/csi.h"
#include "net/server.h"
#include "net/worker.h"

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

/* It is in the queue by now, and whether there was room for all. */
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

	sm_bounce(s);
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
	csi_end(s);			/* it is kept here now */
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
