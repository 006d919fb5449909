#include "net/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "facade/facade.h"
#include "msg/request.h"
#include "msg/trace.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/command.h"
#include "service/job.h"
#include "service/kept.h"
#include "store/rights.h"

#define REQUEST_ID_LOGGED	128	/* bytes of an id that a log line has */

/* A command that waits for those before it. */
struct waiting {
	struct waiting *next;
	struct arena arena;
	struct stanza *iq;
	const struct facade *facade;	/* NULL: it is in words of urn:M */
	int64_t came_us;
};

void
serve_init(struct serve *q)
{
	memset(q, 0, sizeof *q);
	q->last = &q->first;
}

static void
drop_first(struct session *s)
{
	struct serve *q = &s->serve;
	struct waiting *x = q->first;

	q->first = x->next;
	if (q->first == NULL)
		q->last = &q->first;
	q->queued--;
	counter_sub(&s->worker->metrics.waiting_commands, 1);
	arena_free(&x->arena);
	free(x);
}

void
serve_clear(struct session *s)
{
	while (s->serve.first != NULL)
		drop_first(s);
	counter_sub(&s->worker->metrics.pending_jobs, s->serve.pending);
	s->serve.pending = 0;
}

bool
serve_busy(const struct serve *q)
{
	return q->pending > 0 || q->queued > 0;
}

/* Read no further while too much is unanswered. */
static void
pace(struct session *s)
{
	struct serve *q = &s->serve;
	unsigned open = q->pending + q->queued;
	unsigned most = (unsigned)s->worker->server->opt->pending;

	if (!q->paused && open >= most) {
		q->paused = true;
		s->ops->pause(s->carrier);
	} else if (q->paused && open <= most / 2) {
		q->paused = false;
		s->ops->resume(s->carrier);
	}
}

/* --- answering ----------------------------------------------------------- */

/* e: why it was refused, NULL: it begins. */
static void
log_request(const struct session *s, const struct request *r,
    const struct err *e)
{
	const char *command = r->command == NULL ? NULL : r->command->word;
	char id[REQUEST_ID_LOGGED];

	if (!log_says(&s->worker->server->log, LOG_LEVEL_DEBUG) &&
	    (e == NULL || e->code != ERR_SYSTEM))
		return;
	snprintf(id, sizeof id, "%.*s", r->id.n < sizeof id ? (int)r->id.n :
	    (int)sizeof id - 1, r->id.n == 0 ? "" : r->id.p);
	if (e == NULL)
		session_log(s, LOG_LEVEL_DEBUG, "request", "id", id,
		    "command", command, NULL);
	else
		session_log(s, e->code == ERR_SYSTEM ? LOG_LEVEL_ERROR :
		    LOG_LEVEL_DEBUG, "request refused", "id", id, "command",
		    command, "error", err_word(e->code), "why", e->text,
		    NULL);
}

static void
trace_answer(struct session *s, const struct request *r,
    const struct buf *payload, const struct err *e)
{
	struct buf *line = &s->worker->line;
	const char *type = r->command == NULL ? "get" :
	    msg_verb_word(r->command->verb);

	if (!tracing(&s->worker->server->trace, TRACER_LINES))
		return;
	buf_reset(line);
	if (e == NULL)
		trace_result(line, type, r->id,
		    (struct str){ payload->p, payload->n });
	else
		trace_error(line, type, r->id, err_condition(e->code),
		    str_of(e->text));
	tracer_say(&s->worker->server->trace, line);
}

static void
tell_tracers(struct session *s, const struct request *r, struct str answer,
    const struct err *e, int64_t took_us)
{
	struct tracer *t = &s->worker->server->trace;
	struct trace_seen seen = { .command = r->command, .id = r->id,
		.jid = str_of(s->jid), .branch = r->branch,
		.argument = r->argument, .answer = answer,
		.avro = str_is(r->as, "avro"), .error = e,
		.took_us = took_us };

	if (!tracing(t, TRACER_REQUESTS))
		return;
	seen.at_us = clock_real_us();
	tracer_request(t, &seen);
}

/* Every request comes by here once, with its answer or its error. */
static void
account_for(struct session *s, const struct request *r,
    const struct buf *payload, const struct err *e)
{
	struct metrics *m = &s->worker->metrics;
	struct str answer = payload == NULL ? STR_NONE :
	    (struct str){ payload->p, payload->n };
	int64_t took_us;

	trace_answer(s, r, payload, e);
	if (e != NULL)
		counter_add(&m->errors_total, 1);
	if (r->command == NULL)
		return;
	took_us = clock_mono_us() - r->came_us;
	metrics_request(m, msg_command_id(r->command), e != NULL, took_us,
	    r->argument.n, answer.n);
	tell_tracers(s, r, answer, e, took_us);
}

static void
refuse(struct session *s, const struct request *r, const struct err *e,
    const struct buf *detail)
{
	struct str more = detail == NULL || buf_full(detail) ? STR_NONE :
	    (struct str){ detail->p, detail->n };

	account_for(s, r, NULL, e);
	log_request(s, r, e);
	if (r->facade != NULL && r->facade->refuse != NULL)
		r->facade->refuse(s, r, e, session_out(s));
	else
		answer_error(session_out(s), r->id, r->to, e, true, more);
	session_sent(s);
}

/* May its answer be kept, or a kept one be its answer?  That of a get-item as
 * of now, in JSON, to somebody who may read everything; users are not of the
 * tree, and not for all of those. */
static bool
may_keep(struct session *s, const struct request *r)
{
	return msg_command_id(r->command) == MSG_get_item &&
	    r->facade == NULL && r->rev == 0 &&
	    (r->as.n == 0 || str_is(r->as, "json")) && r->schema.n == 0 &&
	    rights_all_read(s->account->rights) &&
	    !str_is(r->branch, s->account->name) &&
	    !str_is(r->branch, "repository") &&
	    !tracing(&s->worker->server->trace,
	    TRACER_LINES | TRACER_REQUESTS);
}

/* True: this was asked before, and nothing has changed since. */
static bool
answer_kept(struct session *s, const struct request *r)
{
	struct worker *w = s->worker;
	struct kept_answer kept;
	struct buf *out;

	if (!may_keep(s, r) || !kept_find(w->kept, worker_head(w), r->branch,
	    r->argument, &kept))
		return false;
	metrics_request(&w->metrics, MSG_get_item, false,
	    clock_mono_us() - r->came_us, r->argument.n, kept.payload_n);
	out = session_out(s);
	answer_head(out, r);
	buf_put(out, kept.text.p, kept.text.n);
	session_sent(s);
	return true;
}

static void
answer_facade(struct session *s, struct call *c)
{
	struct err e = ERR_INIT;
	struct buf *out = session_out(s);
	size_t at = out->n;

	if (c->request->facade->answer(c, out, &e) < 0) {
		buf_trim(out, at);
		refuse(s, c->request, &e, NULL);
		return;
	}
	account_for(s, c->request, c->payload, NULL);
	session_sent(s);
}

static void
answer(struct session *s, struct call *c)
{
	struct answer a = { .rev = c->rev, .watch = c->watch,
		.first = c->request->paged ? c->first : 0, .last = c->last,
		.match = str_of(c->match),
		.as = c->avro ? STR("avro") : STR_NONE };
	struct err e = ERR_INIT;
	struct buf *out;
	size_t at;

	if (buf_full(c->payload)) {
		err_set(&e, ERR_POLICY, "the answer is over the limit of %zu "
		    "bytes (--max-result); ask for less at a time",
		    c->payload->max);
		refuse(s, c->request, &e, NULL);
		return;
	}
	if (c->request->facade != NULL) {
		answer_facade(s, c);
		return;
	}
	account_for(s, c->request, c->payload, NULL);
	out = session_out(s);
	answer_head(out, c->request);
	at = out->n;
	answer_body(out, c->request, &a, c->payload->p, c->payload->n);
	if (may_keep(s, c->request) && !buf_full(out))
		kept_put(s->worker->kept, c->rev, c->request->branch,
		    c->request->argument, (struct kept_answer){
			(struct str){ out->p + at, out->n - at },
			c->payload->n });
	session_sent(s);
}

static void
call_init(struct call *c, struct session *s, const struct request *r)
{
	struct worker *w = s->worker;

	memset(c, 0, sizeof *c);
	buf_reset(&w->payload);
	c->worker = w;
	c->session = s;
	c->account = r->account != NULL ? r->account : s->account;
	c->request = r;
	c->arena = &w->arena;
	c->payload = &w->payload;
	c->form = r->facade == NULL ? NULL : r->facade->form;
}

static void
trace_command(struct session *s, const struct request *r)
{
	struct buf *line = &s->worker->line;

	log_request(s, r, NULL);
	if (!tracing(&s->worker->server->trace, TRACER_LINES))
		return;
	buf_reset(line);
	trace_request(line, msg_verb_word(r->command->verb), r->id,
	    r->command->word, r->argument);
	tracer_say(&s->worker->server->trace, line);
}

static void
run(struct session *s, const struct request *r)
{
	struct serve *q = &s->serve;
	struct err e = ERR_INIT;
	struct call c;
	int rc;

	if (answer_kept(s, r))
		return;
	trace_command(s, r);
	call_init(&c, s, r);
	rc = command_run(&c, &e);
	if (rc < 0) {
		refuse(s, r, &e, NULL);
	} else if (rc == 0) {
		answer(s, &c);
	} else {
		q->pending++;
		counter_add(&s->worker->metrics.pending_jobs, 1);
		q->alone = c.alone;
		pace(s);
	}
	if (s->worker->payload.cap > WORKER_KEEP)
		buf_free(&s->worker->payload);
}

/* --- order --------------------------------------------------------------- */

/* May this command begin although others pend?  Only a set that goes the
 * same way as they do. */
static bool
may_overtake(const struct serve *q, const struct request *r)
{
	return !q->alone && r->command->verb == MSG_set &&
	    msg_command_id(r->command) == MSG_set_item;
}

static void
wait(struct session *s, const struct stanza *iq, const struct facade *f,
    int64_t came_us)
{
	struct serve *q = &s->serve;
	struct waiting *x = mem_zero(sizeof *x);

	x->iq = stanza_copy(&x->arena, iq);
	x->facade = f;
	x->came_us = came_us;
	counter_add(&s->worker->metrics.waiting_commands, 1);
	*q->last = x;
	q->last = &x->next;
	q->queued++;
	pace(s);
}

/* As request_read, and 1: answered already. */
static int
read_facade(struct session *s, struct request *r, const struct stanza *iq,
    const struct facade *f, struct err *e)
{
	int rc;

	memset(r, 0, sizeof *r);
	r->id = stanza_attr_str(iq, "id");
	r->to = stanza_attr_str(iq, "to");
	r->iq = iq;
	r->facade = f;
	rc = f->read(s, r, &s->worker->arena, e);
	return rc < 0 ? -1 : rc == 0;
}

/* True: it was begun or refused.  False: it has to wait. */
static bool
begin(struct session *s, const struct stanza *iq, const struct facade *f,
    int64_t came_us)
{
	struct worker *w = s->worker;
	struct request r;
	struct err e = ERR_INIT;
	int rc;

	if (f != NULL && s->serve.pending > 0)
		return false;
	arena_reset(&w->arena);
	buf_reset(&w->argument);
	rc = f == NULL ? request_read(&r, iq, &w->argument, &e) :
	    read_facade(s, &r, iq, f, &e);
	r.came_us = came_us;
	if (rc < 0) {
		if (s->serve.pending > 0)
			return false;
		refuse(s, &r, &e, NULL);
		return true;
	}
	if (rc > 0)
		return true;
	if (s->serve.pending > 0 && !may_overtake(&s->serve, &r))
		return false;
	counter_add(&w->metrics.requests_total, 1);
	run(s, &r);
	if (w->argument.cap > WORKER_KEEP)
		buf_free(&w->argument);
	return true;
}

void
serve_facade(struct session *s, const struct stanza *iq,
    const struct facade *f)
{
	int64_t now_us = loop_now_us(s->worker->loop);

	if (s->serve.first != NULL || !begin(s, iq, f, now_us))
		wait(s, iq, f, now_us);
}

void
serve_iq(struct session *s, const struct stanza *iq)
{
	serve_facade(s, iq, NULL);
}

void
serve_done(struct session *s, struct job *j)
{
	struct serve *q = &s->serve;
	struct err e = j->store.err;
	struct call c;

	q->pending--;
	counter_sub(&s->worker->metrics.pending_jobs, 1);
	if (q->pending == 0)
		q->alone = false;
	if (s->state != SESSION_READY && s->state != SESSION_LOGIN)
		return;
	arena_reset(&s->worker->arena);
	call_init(&c, s, j->request);
	c.rev = j->store.rev;
	if (j->store.rc < 0) {
		if (j->detail != NULL)
			j->detail(j, c.payload);
		refuse(s, j->request, &e, c.payload);
	} else if (j->finish(&c, j, &e) < 0) {
		refuse(s, j->request, &e, NULL);
	} else {
		answer(s, &c);
	}
	while (q->first != NULL && s->state == SESSION_READY &&
	    begin(s, q->first->iq, q->first->facade, q->first->came_us))
		drop_first(s);
	pace(s);
	if (s->closing && !serve_busy(q))
		session_end(s);
}
