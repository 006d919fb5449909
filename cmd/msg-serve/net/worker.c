#include "net/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/csi.h"
#include "net/server.h"
#include "net/session.h"
#include "net/sm.h"
#include "net/tcp.h"
#include "service/account.h"
#include "service/kept.h"
#include "service/watch.h"
#include "web/web.h"

#define ARGUMENT_MAX	((size_t)1 << 30)	/* the stanza's limit binds */
#define LINE_MAX_BYTES	((size_t)1 << 30)
#define CROWD		50	/* so many that leave are worth a mem_trim */
#define STOP_MS		5000	/* for peers to close, then they are cut */

/* --- the snapshot of a turn ---------------------------------------------- */

static void
turn_end(void *arg)
{
	struct worker *w = arg;

	reader_end(w->reader);
}

struct reader *
worker_reader(struct worker *w, struct err *e)
{
	if (reader_begin(w->reader, e) < 0)
		return NULL;
	loop_defer(w->loop, &w->turn_end);
	return w->reader;
}

uint64_t
worker_head(const struct worker *w)
{
	return reader_begun(w->reader) ? reader_head(w->reader) :
	    store_head(w->server->store);
}

void
worker_refresh(struct worker *w)
{
	if (w->reader != NULL)		/* NULL: the worker has stopped */
		reader_end(w->reader);
}

/* --- sessions ------------------------------------------------------------ */

uint64_t
worker_enter(struct worker *w, struct session *s)
{
	uint64_t number = ++w->last_session;

	map_set(&w->sessions, &number, sizeof number, s);
	worker_came(w);
	return number;
}

static void
end_thread(struct worker *w)
{
	timer_stop(&w->stop_timer);
	loop_stop(w->loop);
}

static size_t
here(const struct worker *w)
{
	return w->sessions.count + w->webs.count;
}

static void
trim(void *arg)
{
	(void)arg;
	mem_trim();
}

void
worker_came(struct worker *w)
{
	if (here(w) > w->peak)
		w->peak = here(w);
}

/* When it stops, its thread ends with the last of them.  What had those who
 * leave in one turn is free at its end: it is given back after that. */
void
worker_left(struct worker *w)
{
	if (w->peak >= CROWD && here(w) < w->peak / 2) {
		w->peak = here(w);
		loop_again(w->loop, &w->trim);
	}
	if (w->stopping && here(w) == 0)
		end_thread(w);
}

void
worker_leave(struct worker *w, uint64_t number)
{
	map_del(&w->sessions, &number, sizeof number);
	worker_left(w);
}

struct session *
worker_session(struct worker *w, uint64_t number)
{
	return map_get(&w->sessions, &number, sizeof number);
}

void
worker_accounts(struct worker *w, const struct commit *c)
{
	struct session *s;
	size_t at = 0;

	while ((s = map_next(&w->sessions, &at, NULL, NULL)) != NULL)
		for (uint32_t i = 0; i < c->count; i++)
			if (s->account != NULL &&
			    s->account->item == c->changes[i].item)
				session_account(s, &c->changes[i]);
}

/* --- what other threads ask for ------------------------------------------ */

struct arrival {
	struct mail mail;
	struct worker *worker;
	int fd;
	enum listen_kind kind;
	struct peer peer;
};

static void
arrive(struct mail *m)
{
	struct arrival *a = (struct arrival *)m;
	bool secure = a->kind == LISTEN_TLS || a->kind == LISTEN_HTTPS;
	struct tls *tls = secure ? server_tls(a->worker->server, a->kind) :
	    NULL;

	if (a->kind == LISTEN_STARTTLS || a->kind == LISTEN_TLS)
		tcp_accept(a->worker, a->fd, &a->peer, tls);
	else
		web_accept(a->worker, a->fd, &a->peer, tls,
		    a->kind == LISTEN_METRICS);
	tls_unref(tls);
	free(a);
}

void
worker_connect(struct worker *w, int fd, const struct peer *peer,
    enum listen_kind kind)
{
	struct arrival *a = mem_zero(sizeof *a);

	a->mail.fn = arrive;
	a->worker = w;
	a->fd = fd;
	a->kind = kind;
	a->peer = *peer;
	mailbox_post(w->box, &a->mail);
}

static void
deliver(struct mail *m)
{
	struct delivery *d = (struct delivery *)m;
	struct worker *w = d->to.worker;
	struct session *s = worker_session(w, d->to.session);

	if (s != NULL && session_ready(s)) {
		csi_deliver(s, d->bytes, d->n);
	} else if (d->on_gone != NULL && !w->stopping) {
		d->on_gone(w, d);
	}
	free(d->reply);
	free(d);
}

struct delivery *
delivery_new(struct place to, const void *p, size_t n)
{
	struct delivery *d = mem_zero(sizeof *d + n);

	d->mail.fn = deliver;
	d->to = to;
	d->n = n;
	memcpy(d->bytes, p, n);
	return d;
}

void
delivery_send(struct delivery *d)
{
	mailbox_post(d->to.worker->box, &d->mail);
}

struct eviction {
	struct mail mail;
	struct place place;
	const char *condition;
};

static void
evict(struct mail *m)
{
	struct eviction *v = (struct eviction *)m;
	struct session *s = worker_session(v->place.worker,
	    v->place.session);

	if (s != NULL)
		session_error(s, v->condition, NULL);
	free(v);
}

void
worker_evict(struct place p, const char *condition)
{
	struct eviction *v = mem_zero(sizeof *v);

	v->mail.fn = evict;
	v->place = p;
	v->condition = condition;
	mailbox_post(p.worker->box, &v->mail);
}

/* --- limits, of the server's options ------------------------------------- */

/* Links, streams and buffers keep pointers to these. */
static void
set_limits(struct worker *w, const struct serve_options *o)
{
	w->link_conf.out_max = w->web_conf.out_max = o->queue_bytes;
	w->http_limits = (struct http_limits){ o->header_bytes,
		o->stanza_bytes + WEB_BODY_EXTRA };
	w->limits = (struct stream_limits){ .bytes = o->stanza_bytes,
		.depth = (size_t)o->depth, .elements = (size_t)o->elements,
		.attrs = (size_t)o->attributes,
		.name = stream_limits_default.name };
	w->limits_login = w->limits;
	w->limits_login.bytes = o->login_bytes;
	if (w->limits_login.elements > stream_limits_login.elements)
		w->limits_login.elements = stream_limits_login.elements;
	buf_free(&w->payload);
	buf_init(&w->payload, o->result_bytes);
}

static void
renew(void *arg)
{
	struct worker *w = arg;

	set_limits(w, w->server->opt);
}

void
worker_renew(struct worker *w)
{
	mailbox_call(w->box, renew, w);
}

static void
beat(void *arg)
{
	struct worker *w = arg;

	atomic_fetch_add(&w->server->beats, 1);
}

void
worker_beat(struct worker *w)
{
	mailbox_call(w->box, beat, w);
}

/* --- the thread ---------------------------------------------------------- */

/* Whoever has not closed by now is cut off. */
static void
cut(void *arg)
{
	struct worker *w = arg;
	struct session *s;
	size_t at = 0;

	while ((s = map_next(&w->sessions, &at, NULL, NULL)) != NULL)
		s->ops->abort(s->carrier);
	web_cut(w);
}

static void
stop(void *arg)
{
	struct worker *w = arg;
	struct session *s;
	size_t at = 0;

	w->stopping = true;
	while ((s = map_next(&w->sessions, &at, NULL, NULL)) != NULL)
		session_shutdown(s);
	web_stop(w);
	timer_set(&w->stop_timer, STOP_MS);
	worker_left(w);
}

/* Main waits for what a worker does before all of them stop. */
struct settling {
	struct worker *worker;
	struct loop_task after;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
};

static void
settled(void *arg)
{
	struct settling *x = arg;

	pthread_mutex_lock(&x->lock);
	x->is_done = true;
	pthread_cond_signal(&x->done);
	pthread_mutex_unlock(&x->lock);
}

static void
settle(void *arg)
{
	struct settling *x = arg;
	struct session *s;
	size_t at = 0;

	while ((s = map_next(&x->worker->sessions, &at, NULL, NULL)) != NULL)
		if (sm_detached(s))
			session_end(s);
	loop_reap(x->worker->loop, &x->after);		/* behind them */
}

void
worker_settle(struct worker *w)
{
	struct settling x = { .worker = w, .lock = PTHREAD_MUTEX_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER };

	x.after = (struct loop_task)LOOP_TASK(settled, &x);
	mailbox_call(w->box, settle, &x);
	pthread_mutex_lock(&x.lock);
	while (!x.is_done)
		pthread_cond_wait(&x.done, &x.lock);
	pthread_mutex_unlock(&x.lock);
	pthread_mutex_destroy(&x.lock);
	pthread_cond_destroy(&x.done);
}

static void *
thread(void *arg)
{
	struct worker *w = arg;

	loop_run(w->loop);
	return NULL;
}

int
worker_start(struct worker **out, struct server *s, struct err *e)
{
	struct worker *w = mem_zero(sizeof *w);

	w->server = s;
	w->index = (unsigned)s->worker_count;
	w->loop = loop_new();
	w->box = mailbox_new(w->loop);
	w->reader = reader_new(s->store);
	w->streams = stream_pool_new();
	w->run = plan_run_new(NULL);
	w->kept = kept_new();
	w->turn_end = (struct loop_task)LOOP_TASK(turn_end, w);
	w->trim = (struct loop_task)LOOP_TASK(trim, w);
	w->behind = (struct loop_task)LOOP_TASK(watch_behind, w);
	w->link_conf.ops = &tcp_link_ops;
	w->web_conf.ops = &web_link_ops;
	w->link_conf.total = w->web_conf.total = &w->metrics.links;
	set_limits(w, s->opt);
	buf_init(&w->argument, ARGUMENT_MAX);
	buf_init(&w->line, LINE_MAX_BYTES);
	buf_init(&w->unsent, LINE_MAX_BYTES);
	timer_init(&w->stop_timer, w->loop, cut, w);
	if (pthread_create(&w->thread, NULL, thread, w) != 0) {
		err_sys(e, ERR_SYSTEM, "cannot start a thread");
		worker_free(w);
		return -1;
	}
	*out = w;
	return 0;
}

void
worker_stop(struct worker *w)
{
	mailbox_call(w->box, stop, w);
	pthread_join(w->thread, NULL);
	reader_free(w->reader);
	w->reader = NULL;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	mailbox_free(w->box);
	loop_free(w->loop);		/* what came too late ends here */
	watch_clear(w);
	reader_free(w->reader);
	stream_pool_free(w->streams);
	plan_run_free(w->run);
	kept_free(w->kept);
	arena_free(&w->arena);
	buf_free(&w->argument);
	buf_free(&w->payload);
	buf_free(&w->line);
	buf_free(&w->unsent);
	map_free(&w->sessions);
	map_free(&w->webs);
	map_free(&w->bosh);
	sm_table_clear(&w->sm);
	free(w);
}
