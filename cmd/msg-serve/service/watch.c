#include "service/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "query/reach.h"
#include "service/command.h"
#include "service/event.h"
#include "service/watch_table.h"

#define EVENT_BYTES	((size_t)128 << 20)
#define CATCH_UP	256	/* commits of one watch and turn, */
#define CATCH_UP_US	20000	/* or so long */

static struct query_limits
limits_of(const struct worker *w)
{
	return (struct query_limits){
		.steps = (uint64_t)w->server->opt->steps };
}

/* Append an event as in event.h.  One that no stream could take, beside what
 * may wait there before it is held back, is an error. */
static int
make_event(struct worker *w, const struct watch_group *g, struct reader *r,
    const struct commit *c, struct buf *out, struct err *e)
{
	struct query_limits limits = limits_of(w);
	int rc = g->form->write(g, r, w->run, &limits, c, out, e);

	if (rc > 0 && out->n + 2 * LINK_OUT_HIGH >
	    (size_t)w->server->opt->queue_bytes)
		return err_set(e, ERR_LIMIT, "the event has %zu bytes, too "
		    "many to wait for a reader (--max-queue)", out->n);
	return rc;
}

static void
send_event(struct worker *w, struct session *s, const struct watch *x,
    const struct buf *event)
{
	const struct event_form *form = x->group->form;

	for (size_t at = 0; at < event->n;) {
		at = form->put(session_out(s), s, x, event, at);
		session_sent(s);
	}
	counter_add(&w->metrics.events_total, 1);
}

/* End a watch that cannot go on, and say so.  next: from where it could. */
static void
end_watch(struct worker *w, struct watch *x, uint64_t next, const char *why)
{
	struct session *s = worker_session(w, x->owner->session);

	if (s != NULL && session_ready(s)) {
		x->group->form->gap(session_out(s), s, x,
		    watch_told(&w->watches, x), next, why);
		session_sent(s);
	}
	watch_remove(&w->watches, x);
}

/* --- live ---------------------------------------------------------------- */

/* False: it is told later, or was before. */
static bool
tell(struct worker *w, struct watch *x, const struct commit *c,
    const struct buf *event)
{
	struct session *s = worker_session(w, x->owner->session);

	if (x->lagging || x->told >= c->rev)
		return false;
	if (s == NULL || !session_ready(s))
		return false;
	if (s->ops->congested(s->carrier)) {
		watch_lag(&w->watches, x, c->rev - 1);
		return false;
	}
	send_event(w, s, x, event);
	x->told = c->rev;
	return true;
}

static void
tell_group(struct worker *w, struct watch_group *g, const struct commit *c,
    const struct buf *event, bool last)
{
	struct member *m, *next;

	for (m = g->watches; m != NULL; m = next) {
		next = m->next;
		if (tell(w, m->of, c, event) && last)
			watch_remove(&w->watches, m->of);
	}
}

/* The group goes with its last watch. */
static void
end_group(struct worker *w, struct watch_group *g, uint64_t from,
    const char *why)
{
	struct member *m, *next;

	for (m = g->watches; m != NULL; m = next) {
		next = m->next;
		end_watch(w, m->of, from, why);
	}
}

static void
push(struct worker *w, struct watch_group *g, const struct commit *c)
{
	struct buf event = BUF_INIT(EVENT_BYTES);
	struct err e = ERR_INIT;
	struct reader *r = worker_reader(w, &e);
	int rc = r == NULL ? -1 : make_event(w, g, r, c, &event, &e);

	if (rc < 0) {
		log_event(&w->server->log, LOG_LEVEL_WARN, "watch ended",
		    "query", g->text, "why", e.text, NULL);
		end_group(w, g, c->rev, e.text);
	} else if (event.n > 0) {
		tell_group(w, g, c, &event, rc == EVENT_LAST);
	}
	buf_free(&event);
}

/* The groups that the commit may concern: those elsewhere in the tree have
 * no part in what it costs. */
static struct watch_group *
find_reached(struct worker *w, const struct commit *c)
{
	struct watch_reach found = { &w->watches, c->branch, c->rev, NULL };
	struct err ignored = ERR_INIT;
	struct reader *r = worker_reader(w, &ignored);
	struct view before, after;

	if (r == NULL || view_around(&after, &before, r, c, &ignored) < 0 ||
	    !reach_commit(c, &before, &after, watch_reach_path, &found))
		watch_reach_all(&found);
	return found.groups;
}

struct batch {
	struct mail mail;
	struct worker *worker;
	size_t count;
	struct commit *commits[];
};

static void
arrived(struct mail *m)
{
	struct batch *b = (struct batch *)m;
	struct worker *w = b->worker;
	struct watch_group *g, *next;

	worker_refresh(w);
	for (size_t i = 0; i < b->count; i++) {
		const struct commit *c = b->commits[i];

		g = w->watches.count > 0 ? find_reached(w, c) : NULL;
		for (; g != NULL; g = next) {
			next = g->next_reached;
			push(w, g, c);
		}
		w->watches.now = c->rev;
		if (c->branch == BRANCH_REPOSITORY)
			worker_accounts(w, c);
		commit_unref(b->commits[i]);
	}
	free(b);
}

void
watch_feed(struct worker *w, struct commit *const *commits, size_t count)
{
	struct batch *b = mem_alloc(sizeof *b + count * sizeof b->commits[0]);

	b->mail.fn = arrived;
	b->worker = w;
	b->count = count;
	for (size_t i = 0; i < count; i++)
		b->commits[i] = commit_ref(commits[i]);
	mailbox_post(w->box, &b->mail);
}

/* --- behind -------------------------------------------------------------- */

/* Tell the commit after x->told.  1: go on; 0: caught up; -1: x is gone. */
static int
step(struct worker *w, struct session *s, struct watch *x, struct reader *r)
{
	struct buf event = BUF_INIT(EVENT_BYTES);
	struct err e = ERR_INIT;
	struct commit *c = NULL;
	bool last = false;
	int rc = x->told >= reader_head(r) ? 0 :
	    reader_commit(r, x->told + 1, &c, &e);

	if (rc > 0 && c->branch == x->group->branch) {
		rc = make_event(w, x->group, r, c, &event, &e);
		if (rc > 0)
			send_event(w, s, x, &event);
		last = rc == EVENT_LAST;
		rc = rc < 0 || last ? -1 : 1;
	}
	if (rc > 0)
		x->told = c->rev;
	buf_free(&event);
	if (last)
		watch_remove(&w->watches, x);
	else if (rc < 0)
		end_watch(w, x, c == NULL ? 0 : c->rev, e.text);
	else if (rc == 0)
		watch_level(x);
	commit_unref(c);
	return rc;
}

static void
catch_up(struct worker *w, struct session *s, struct watch *x)
{
	struct err e = ERR_INIT;
	struct reader *r = worker_reader(w, &e);
	int64_t until_us = clock_mono_us() + CATCH_UP_US;
	int rc = 1;

	for (int i = 0; r != NULL && rc > 0 && i < CATCH_UP &&
	    clock_mono_us() < until_us; i++) {
		if (s->ops->congested(s->carrier))
			return;
		rc = step(w, s, x, r);
	}
	if (rc > 0)			/* others have their turn first */
		loop_again(w->loop, &w->behind);
}

void
watch_behind(void *arg)
{
	struct worker *w = arg;
	struct member *m, *next;

	for (m = w->watches.lagging; m != NULL; m = next) {
		struct watch *x = m->of;
		struct session *s = worker_session(w, x->owner->session);

		next = m->next;
		if (s != NULL && session_ready(s))
			catch_up(w, s, x);
	}
}

void
watch_resume(struct session *s)
{
	struct worker *w = s->worker;
	struct watch_owner *o = w->watches.lagging == NULL ? NULL :
	    watch_owner(&w->watches, s->number);
	struct member *m, *next;

	for (m = o == NULL ? NULL : o->watches; m != NULL; m = next) {
		struct watch *x = m->of;

		next = m->next;
		if (x->lagging && session_ready(s))
			catch_up(w, s, x);
	}
}

void
watch_rights(struct session *s)
{
	struct watch_table *t = &s->worker->watches;
	struct watch_owner *o = watch_owner(t, s->number);
	struct member *m, *next;

	for (m = o == NULL ? NULL : o->watches; m != NULL; m = next) {
		struct watch *x = m->of;
		struct watch_group *old = x->group, *g;
		struct err e = ERR_INIT;

		next = m->next;
		g = watch_group_get(t, old->text, strlen(old->text),
		    old->branch, str_of(old->branch_name),
		    s->account->rights, old->form, &e);
		if (g == NULL)
			end_watch(s->worker, x, 0, e.text);
		else
			watch_move(t, x, g);
	}
}

void
watch_drop(struct worker *w, uint64_t session)
{
	struct watch_owner *o = watch_owner(&w->watches, session);

	for (size_t n = o == NULL ? 0 : o->count; n > 0; n--)
		watch_remove(&w->watches, o->watches->of);
}

void
watch_clear(struct worker *w)
{
	watch_table_clear(&w->watches);
}

/* --- set-watch ----------------------------------------------------------- */

static void
put_answer(struct call *c, const struct watch_group *g, uint64_t rev)
{
	struct buf *out = c->payload;

	buf_lit(out, "{\"branch\":");
	json_put_cstr(out, g->branch_name);
	buf_lit(out, ",\"query\":");
	json_put_cstr(out, g->text);
	buf_lit(out, ",\"rev\":");
	buf_putu(out, rev);
	buf_lit(out, ",\"watch\":");
	buf_putu(out, c->watch);
	buf_putc(out, '}');
}

static int
unwatch(struct call *c, struct err *e)
{
	struct watch_table *t = &c->worker->watches;
	struct watch *x = watch_find(t, c->session->number,
	    c->request->watch);

	if (c->request->watch == 0)
		return err_set(e, ERR_ARGUMENT, "say what to watch: a path "
		    "query; or, to end a watch, its number in 'watch'");
	if (x == NULL)
		return err_set(e, ERR_NOT_FOUND, "no watch %llu",
		    (unsigned long long)c->request->watch);
	c->watch = x->id;
	c->rev = watch_told(t, x);
	put_answer(c, x->group, c->rev);
	watch_remove(t, x);
	return 0;
}

/* Where the client is told from; all later commits are its own. */
static int
first_rev(const struct call *c, struct reader *r, uint64_t *out,
    struct err *e)
{
	uint64_t head = reader_head(r), from = c->request->from;

	*out = c->request->has_from ? from : head;
	return call_check_rev(c, r, *out, e);
}

/* The rights, the kinds and the steps a query needs are found wanting now
 * and not at the first event. */
static int
try_query(struct call *c, const struct watch_group *g, struct reader *r,
    struct err *e)
{
	struct query_limits limits = limits_of(c->worker);
	struct query_result result;
	struct view v;

	if (query_is_local(g->query))
		return 0;
	if (view_open(&v, r, g->branch, 0, e) < 0 ||
	    view_allow(&v, c->account->rights, e) < 0)
		return -1;
	return query_run(g->query, &v, &limits, c->arena, &result, e);
}

/* One's own branch can be watched once something was changed on it. */
static int
branch_there(const struct call *c, uint32_t id, struct err *e)
{
	if (id != BRANCH_OWN)
		return 0;
	return err_set(e, ERR_NOT_FOUND, "nothing was changed on branch "
	    "'%s' yet", c->account->name);
}

static const struct event_form *
form_of(const struct call *c)
{
	if (c->form != NULL)
		return c->form;
	return str_is(c->request->as, "diff") ? &event_form_diff :
	    &event_form_m;
}

int
command_set_watch(struct call *c, struct err *e)
{
	struct watch_table *t = &c->worker->watches;
	struct str arg = c->request->argument;
	struct reader *r = worker_reader(c->worker, e);
	struct watch_group *g;
	struct branch branch;
	struct watch_owner *o = watch_owner(t, c->session->number);
	struct watch *x;
	uint32_t id;
	uint64_t from = 0;

	if (arg.n == 0)
		return unwatch(c, e);
	if (o != NULL && o->count >=
	    (size_t)c->worker->server->opt->watches)
		return err_set(e, ERR_LIMIT, "at most %lld watches on a "
		    "stream (--max-watches)",
		    (long long)c->worker->server->opt->watches);
	if (r == NULL || call_branch(c, &id, e) < 0 ||
	    branch_there(c, id, e) < 0 ||
	    reader_branch_id(r, id, &branch, e) < 0 ||
	    first_rev(c, r, &from, e) < 0)
		return -1;
	g = watch_group_get(t, arg.p, arg.n, id, branch.name,
	    c->account->rights, form_of(c), e);
	if (g == NULL)
		return -1;
	x = watch_add(t, g, c->session->number, from);
	c->watch = x->id;
	c->rev = from;
	if (try_query(c, g, r, e) < 0) {
		watch_remove(t, x);
		return -1;
	}
	if (from < reader_head(r)) {
		watch_lag(t, x, from);
		loop_again(c->worker->loop, &c->worker->behind);
	}
	put_answer(c, g, from);
	return 0;
}
