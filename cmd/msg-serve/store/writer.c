#include <assert.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/queue.h"
#include "store/txn_inside.h"

/*
 * The writer thread.  What was submitted while the last group was made
 * durable is the next group: no timer, no waiting.  Jobs run one after
 * another in the engine's open write, each on its own overlay; an accepted
 * one's rows are put so that the next sees them, and kept until the group is
 * durable, so that a full map costs only the job that met it.
 */
struct member {
	struct store_job *job;
	struct overlay rows;
	struct commit *commit;		/* NULL: refused, or no change */
};

struct writer {
	struct store *store;
	pthread_t thread;
	struct queue queue;

	struct reader reader;		/* of the engine's open write */
	struct txn_tools tools;
	uint8_t hash[CHAIN_HASH];	/* of the newest commit */
	struct member *group;
	struct commit **feed;
	size_t count;			/* members of the group */
	size_t bytes;			/* of their rows */
	size_t last[2];			/* members of the groups before */
	int64_t commit_us;		/* how long the last one took */
	struct kinds *kinds;		/* the group's newest, or NULL */
};

/* --- one job --------------------------------------------------------- */

/* A retry of what was done already: 1, and the job is answered; 0; -1. */
static int
replay(struct writer *w, struct store_job *job, struct err *e)
{
	struct rowkey k;
	struct str v;
	int rc;

	if (!job->has_txid)
		return 0;
	key_bytes(&k, (struct str){ (char *)job->txid, sizeof job->txid });
	rc = reader_get(&w->reader, T_TXID, &k, &v, e);
	if (rc != 1)
		return rc;
	if (v.n != 40)
		return row_bad(e, T_TXID);
	if (memcmp(v.p + 8, job->digest, sizeof job->digest) != 0)
		return err_set(e, ERR_CONFLICT,
		    "the txid was used for something else");
	job->rev = get_be64(v.p);
	job->replayed = true;
	return 1;
}

static int
check_base(struct writer *w, const struct store_job *job, struct err *e)
{
	struct branch b;

	if (job->base == 0)
		return 0;
	if (reader_branch_id(&w->reader, job->branch, &b, e) != 1)
		return err_set(e, ERR_NOT_FOUND, "no such branch");
	if (b.head_rev > job->base)
		return err_set(e, ERR_CONFLICT, "the branch has gone on "
		    "since revision %ju", (uintmax_t)job->base);
	return 0;
}

/* Run a job on m's overlay.  0: m is as it is to be; -1: refused. */
static int
run(struct writer *w, struct member *m, struct err *e)
{
	struct store_job *job = m->job;
	uint8_t hash[CHAIN_HASH];
	struct txn t;
	int rc;

	rc = replay(w, job, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (check_base(w, job, e) < 0)
		return -1;
	memcpy(hash, w->hash, sizeof hash);
	rc = txn_open(&t, job, &w->reader, &m->rows, &w->tools, e);
	if (rc == 0)
		rc = job->run(job, &t, e);
	if (rc == 0)
		rc = txn_finish(&t, hash, &m->commit, e);
	if (rc == 1) {
		memcpy(w->hash, hash, sizeof hash);
		w->reader.state = t.state;
		if (t.kinds != NULL) {
			kinds_unref(w->kinds);
			w->kinds = t.kinds;
			w->reader.kinds = t.kinds;
			t.kinds = NULL;
		}
	}
	job->rev = w->reader.state.rev;
	txn_close(&t);
	return rc < 0 ? -1 : 0;
}

static void
say(struct writer *w, enum log_level level, const char *what,
    const struct err *why)
{
	if (w->store->log != NULL)
		log_event(w->store->log, level, what, "error", why->text, NULL);
}

static void
refuse(struct member *m, const struct err *e)
{
	m->job->rc = -1;
	m->job->err = *e;
	commit_unref(m->commit);
	m->commit = NULL;
	overlay_reset(&m->rows);
}

/* --- one group ------------------------------------------------------- */

static int
begin(struct writer *w, struct err *e)
{
	return engine_begin(w->store->engine, &w->reader.snap, e);
}

/* What a job may change of the writer's mind, to take it back. */
struct before {
	struct state state;
	uint8_t hash[CHAIN_HASH];
	const struct kinds *kinds;
	struct kinds *changed;
};

/*
 * The engine refused a row: its write is lost.  Begin anew with what was
 * accepted before this job, which goes without.
 */
static int
again(struct writer *w, struct err *e)
{
	engine_abort(w->store->engine);
	if (begin(w, e) < 0)
		return -1;
	for (size_t i = 0; i < w->count; i++)
		if (overlay_apply(&w->group[i].rows, w->store->engine,
		    e) < 0)
			return -1;
	return 0;
}

/* Run a job as the next member of the group.  -1: the whole group is lost. */
static int
join(struct writer *w, struct store_job *job, struct err *e)
{
	struct member *m = &w->group[w->count];
	struct before was = { .state = w->reader.state,
		.kinds = w->reader.kinds, .changed = NULL };
	struct err why = ERR_INIT;

	memcpy(was.hash, w->hash, sizeof was.hash);
	if (w->kinds != NULL)
		was.changed = kinds_ref(w->kinds);
	m->job = job;
	m->commit = NULL;
	if (run(w, m, &why) < 0) {
		refuse(m, &why);
	} else if (overlay_apply(&m->rows, w->store->engine, &why) < 0) {
		refuse(m, &why);
		w->reader.state = was.state;
		memcpy(w->hash, was.hash, sizeof was.hash);
		kinds_unref(w->kinds);
		w->kinds = was.changed;
		w->reader.kinds = was.kinds;
		was.changed = NULL;
		w->count++;
		say(w, LOG_LEVEL_WARN, "change refused", &why);
		return again(w, e);
	}
	kinds_unref(was.changed);
	w->bytes += m->rows.bytes;
	w->count++;
	return 0;
}

static int
put_state(struct writer *w, struct err *e)
{
	struct buf *v = &w->tools.value;
	struct row r = { T_META, STR("state"), STR_NONE };

	buf_reset(v);
	state_put(v, &w->reader.state);
	row_seal(v, w->tools.hasher, r.table, r.key);
	r.value = (struct str){ v->p, v->n };
	return engine_put(w->store->engine, &r, 1, e);
}

/* Make the group durable.  Who sees its rows must find its kinds too. */
static int
commit(struct writer *w, struct err *e)
{
	struct store *s = w->store;
	int64_t start_us;
	int rc;

	if (put_state(w, e) < 0) {
		engine_abort(s->engine);
		return -1;
	}
	if (w->kinds != NULL)
		pthread_mutex_lock(&s->kinds_lock);
	start_us = clock_mono_us();
	rc = engine_commit(s->engine, e);
	w->commit_us = clock_mono_us() - start_us;
	if (w->kinds != NULL) {
		if (rc == 0) {
			kinds_unref(s->kinds);
			s->kinds = kinds_ref(w->kinds);
		}
		pthread_mutex_unlock(&s->kinds_lock);
	}
	return rc;
}

/* What the rows say now: after a group was lost, and at the start. */
static int
reload(struct writer *w, struct err *e)
{
	struct store *s = w->store;
	struct reader *r = reader_new(s);
	struct commit *c;
	int rc = reader_begin(r, e);

	if (rc == 0) {
		w->reader.state = r->state;
		w->reader.kinds = s->kinds;
		memset(w->hash, 0, sizeof w->hash);
		rc = reader_commit_head(r, r->state.rev, &c, e);
		if (rc == 1) {
			memcpy(w->hash, c->hash, sizeof w->hash);
			commit_unref(c);
		}
	}
	reader_free(r);
	return rc < 0 ? -1 : 0;
}

/* The feed, then the answers. */
static void
tell(struct writer *w)
{
	struct store *s = w->store;
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++)
		if (w->group[i].commit != NULL)
			w->feed[n++] = w->group[i].commit;
	atomic_store(&s->head, w->reader.state.rev);
	atomic_store(&s->items, w->reader.state.next_item);
	atomic_fetch_add(&s->groups, n > 0);
	atomic_fetch_add(&s->commits, n);
	if (n > 0 && s->feed != NULL)
		s->feed(s->feed_arg, w->feed, n);
	for (size_t i = 0; i < w->count; i++) {
		struct member *m = &w->group[i];

		commit_unref(m->commit);
		overlay_reset(&m->rows);
		m->job->done(m->job);		/* may free it */
		m->job = NULL;
	}
}

static void
lose(struct writer *w, const struct err *why)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < w->count; i++)
		if (w->group[i].job->rc == 0)
			refuse(&w->group[i], why);
	say(w, LOG_LEVEL_ERROR, "store refused", why);
	if (reload(w, &e) < 0)
		say(w, LOG_LEVEL_ERROR, "store unreadable", &e);
}

static bool
anything(const struct writer *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->group[i].commit != NULL)
			return true;
	return false;
}

/*
 * How long to wait for the rest of a group.  Clients that were answered
 * together come back one by one; who committed the first of them alone would
 * have all others wait for the disk twice.  So as many as came last time are
 * waited for, while that takes little beside the commit itself.
 */
#define WAIT_US		4000		/* at the most */

static int64_t
wait_for_more(const struct writer *w, int64_t since_us)
{
	size_t expected = w->last[0] > w->last[1] ? w->last[0] : w->last[1];
	int64_t most = w->commit_us / 2;

	if (w->count >= expected)
		return 0;
	return since_us + (most < WAIT_US ? most : WAIT_US);
}

static void
group(struct writer *w, struct store_job *job)
{
	int64_t since_us = clock_mono_us();
	struct err e = ERR_INIT;
	int rc;

	w->count = w->bytes = 0;
	rc = begin(w, &e);
	if (rc < 0) {
		w->group[w->count].commit = NULL;
		w->group[w->count++].job = job;
		job = NULL;
	}
	while (job != NULL) {
		rc = join(w, job, &e);
		job = NULL;
		if (rc == 0 && w->count < STORE_GROUP_JOBS &&
		    w->bytes < STORE_GROUP_BYTES)
			job = queue_take(&w->queue,
			    wait_for_more(w, since_us));
	}
	w->last[1] = w->last[0];
	w->last[0] = w->count;
	if (rc == 0 && anything(w))
		rc = commit(w, &e);
	else
		engine_abort(w->store->engine);
	if (rc < 0)
		lose(w, &e);
	kinds_unref(w->kinds);
	w->kinds = NULL;
	w->reader.kinds = w->store->kinds;	/* written only by us */
	tell(w);
}

static void *
loop(void *arg)
{
	struct writer *w = arg;
	struct store_job *job;

	while ((job = queue_take(&w->queue, QUEUE_EVER)) != NULL)
		group(w, job);
	return NULL;
}

/* --- start and stop -------------------------------------------------- */

static void
writer_free(struct writer *w)
{
	for (size_t i = 0; i < STORE_GROUP_JOBS; i++)
		overlay_free(&w->group[i].rows);
	free(w->group);
	free(w->feed);
	txn_tools_free(&w->tools);
	arena_free(&w->reader.lent);
	queue_clear(&w->queue);
	free(w);
}

/* The thread takes no signals: they are the main loop's. */
static int
spawn(struct writer *w)
{
	sigset_t all, was;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	rc = pthread_create(&w->thread, NULL, loop, w);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return rc;
}

int
writer_start(struct store *s, const struct store_options *o, struct err *e)
{
	struct writer *w = mem_zero(sizeof *w);

	w->store = s;
	queue_init(&w->queue, o->queue == 0 ? STORE_QUEUE : o->queue);
	w->reader.store = s;
	w->reader.begun = true;
	arena_init(&w->reader.lent);
	txn_tools_init(&w->tools);
	w->tools.bytes_max = o->txn_bytes == 0 ? STORE_TXN_BYTES :
	    o->txn_bytes;
	w->group = mem_array(STORE_GROUP_JOBS, sizeof *w->group);
	w->feed = mem_array(STORE_GROUP_JOBS, sizeof *w->feed);
	for (size_t i = 0; i < STORE_GROUP_JOBS; i++)
		overlay_init(&w->group[i].rows);
	if (reload(w, e) < 0 || spawn(w) != 0) {
		writer_free(w);
		return e->code != ERR_OK ? -1 : err_set(e, ERR_SYSTEM,
		    "cannot start the writer's thread");
	}
	s->writer = w;
	return 0;
}

void
writer_stop(struct store *s)
{
	struct writer *w = s->writer;

	if (w == NULL)
		return;
	queue_stop(&w->queue);
	pthread_join(w->thread, NULL);
	writer_free(w);
	s->writer = NULL;
}

/* --- submitting ------------------------------------------------------ */

int
store_submit(struct store *s, struct store_job *job, struct err *e)
{
	if (s->writer == NULL)
		return err_set(e, ERR_UNAVAILABLE, "the store is read-only");
	job->rc = 0;
	job->rev = 0;
	job->replayed = false;
	err_clear(&job->err);
	return queue_put(&s->writer->queue, job, e);
}

unsigned
writer_queued(struct store *s)
{
	return s->writer == NULL ? 0 : queue_count(&s->writer->queue);
}
