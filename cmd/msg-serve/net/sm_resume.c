#include "net/sm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/csi.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/* A session on its way to the one it wants to resume.  It is its worker's
 * until it leaves, then the mail's. */
struct passage {
	struct mail mail;
	struct loop_task task;
	struct worker *from, *to;
	uint64_t number;
	struct session *s;		/* between two workers */
	char id[SM_ID];
	uint32_t h;
	sm_done_fn *done;
};

void
sm_put_resumed(struct session *s, struct buf *out)
{
	buf_printf(out, "<resumed xmlns=\"" NS_SM "\" previd=\"%s\" h=\"%"
	    PRIu32 "\"/>", s->sm->id, s->sm->received);
}

void
sm_put_failed(struct buf *out, const char *condition, const uint32_t *h)
{
	buf_lit(out, "<failed xmlns=\"" NS_SM "\"");
	if (h != NULL)
		buf_printf(out, " h=\"%" PRIu32 "\"", *h);
	buf_printf(out, "><%s xmlns=\"" NS_STANZAS "\"/></failed>", condition);
}

/* --- in the worker of the old session ------------------------------------ */

/* The count of a session that is over; NULL: not known. */
static const uint32_t *
gone(const struct sm_table *t, const char *id)
{
	for (int i = 0; t->gone != NULL && i < SM_GONE; i++)
		if (strcmp(t->gone[i].id, id) == 0)
			return &t->gone[i].received;
	return NULL;
}

static bool
same_user(const struct session *a, const struct session *b)
{
	return a->account->item == b->account->item &&
	    strcmp(a->account->name, b->account->name) == 0;
}

/* The old session has the new connection from here on.  What the new one
 * then has, the old connection if there still is one, ends with it. */
static void
exchange(struct session *old, struct session *s, uint32_t h)
{
	bool alone = sm_detached(old);

	csi_end(old);			/* XEP-0352: the client says it anew */
	session_swap(old, s);
	sm_attached(old);
	sm_acknowledge(old->sm, h);
	old->sm->asked = false;
	if (alone)
		session_free(s);
	else
		session_error(s, "conflict", "the session was resumed on "
		    "another connection");
	timer_stop(&old->timer);
	session_heard(old);
	session_log(old, LOG_LEVEL_INFO, "resumed", NULL);
}

static void
resume(struct session *s, const struct passage *p)
{
	struct sm_table *t = &s->worker->sm;
	struct session *old = map_get(&t->sessions, p->id, strlen(p->id));
	const uint32_t *h = NULL;

	if (old == NULL || !same_user(old, s) || !sm_resumable(old) ||
	    !sm_queue_holds(&old->sm->queue, p->h)) {
		if (old == NULL)
			h = gone(t, p->id);
		else if (same_user(old, s))
			h = &old->sm->received;
		s->ops->resume(s->carrier);
		p->done(s, false, "item-not-found", h);
		return;
	}
	exchange(old, s, p->h);
	if (!old->serve.paused)
		old->ops->resume(old->carrier);
	p->done(old, true, NULL, NULL);
	session_drained(old);
}

/* --- on the way ---------------------------------------------------------- */

static void
arrive(struct mail *m)
{
	struct passage *p = (struct passage *)m;
	struct session *s = p->s;

	session_join(s, p->to);
	if (p->to->stopping)
		s->ops->abort(s->carrier);
	else if (session_refresh(s))
		resume(s, p);
	free(p);
}

static void
set_off(void *arg)
{
	struct passage *p = arg;
	struct session *s = worker_session(p->from, p->number);

	if (s == NULL || s->state == SESSION_ENDED) {
		free(p);
	} else if (p->to == p->from) {
		resume(s, p);
		free(p);
	} else if (session_leave(s)) {
		p->s = s;
		p->mail.fn = arrive;
		mailbox_post(p->to->box, &p->mail);
	} else {
		free(p);
	}
}

/* "3-..." is a session of worker 3; of none: ours says that it is not
 * there. */
static struct worker *
worker_of(struct worker *self, const char *id)
{
	char *end;
	unsigned long n = strtoul(id, &end, 10);

	return end == id || *end != '-' ||
	    n >= self->server->worker_count ? self :
	    self->server->workers[n];
}

void
sm_resume(struct session *s, const struct stanza *st, sm_done_fn *done)
{
	struct str id = stanza_attr_str(st, "previd");
	struct passage *p;
	uint32_t h;

	if (!sm_count(st, &h) || id.n == 0 || id.n >= SM_ID) {
		done(s, false, "item-not-found", NULL);
		return;
	}
	p = mem_zero(sizeof *p);
	memcpy(p->id, id.p, id.n);
	p->h = h;
	p->done = done;
	p->from = s->worker;
	p->to = worker_of(s->worker, p->id);
	p->number = s->number;
	p->task = (struct loop_task)LOOP_TASK(set_off, p);
	s->ops->pause(s->carrier);
	loop_defer(s->worker->loop, &p->task);
}

void
sm_resend(struct session *s)
{
	struct sm *m = s->sm;
	struct str text;
	size_t at = 0;

	while (sm_queue_next(&m->queue, &at, &text)) {
		buf_put(session_out(s), text.p, text.n);
		session_sent_again(s);
	}
	if (m->queue.count > 0)
		sm_ask(s);
}
