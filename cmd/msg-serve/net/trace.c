#include "net/trace.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/mem.h"
#include "net/session.h"
#include "net/worker.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define RECORD_MAX	((size_t)1 << 20)	/* bytes of one record */

/* One stream that looks.  Counted: by the session, the table, and what is on
 * its way to it. */
struct tracer_sink {
	atomic_uint refs;
	struct place to;
	bool lines;
	struct str jid;			/* who looks, the arena's */
	struct trace_want want;
	struct arena arena;		/* of want's strings */
	atomic_size_t flying;		/* bytes on their way */
	atomic_uint_fast64_t missed;	/* not told yet */
	atomic_uint_fast64_t matched;
};

static void
sink_unref(struct tracer_sink *k)
{
	if (atomic_fetch_sub(&k->refs, 1) > 1)
		return;
	arena_free(&k->arena);
	free(k);
}

/* --- to one stream ---------------------------------------------------- */

struct trace_mail {
	struct mail mail;
	struct tracer_sink *sink;
	size_t n;
	bool json;
	char bytes[];		/* what is in the element, escaped */
};

static void
put_message(struct buf *out, uint64_t missed, bool json, const char *p,
    size_t n)
{
	buf_lit(out, "<message type=\"headline\"><trace xmlns=\"" NS_M "\"");
	if (json)
		buf_lit(out, " as=\"json\"");
	if (missed > 0)
		buf_printf(out, " missed=\"%llu\"", (unsigned long long)missed);
	if (n > 0) {
		buf_putc(out, '>');
		buf_put(out, p, n);
		buf_lit(out, "</trace></message>");
	} else {
		buf_lit(out, "/></message>");
	}
}

/* In the looker's worker. */
static void
arrive(struct mail *m)
{
	struct trace_mail *t = (struct trace_mail *)m;
	struct tracer_sink *k = t->sink;
	struct session *s = worker_session(k->to.worker, k->to.session);

	atomic_fetch_sub(&k->flying, t->n);
	if (s == NULL || !session_ready(s) || s->tracer != k) {
		/* he does not look any more */
	} else if (s->ops->congested(s->carrier)) {
		atomic_fetch_add(&k->missed, 1);
	} else {
		put_message(session_out(s), atomic_exchange(&k->missed, 0),
		    t->json, t->bytes, t->n);
		session_sent_quietly(s);
	}
	sink_unref(k);
	free(t);
}

static void
sink_send(struct tracer_sink *k, bool json, const struct buf *content)
{
	struct trace_mail *t;

	if (buf_full(content) || atomic_load(&k->flying) + content->n >
	    TRACE_FLIGHT_MAX) {
		atomic_fetch_add(&k->missed, 1);
		return;
	}
	t = mem_zero(sizeof *t + content->n);
	t->mail.fn = arrive;
	t->sink = k;
	t->json = json;
	t->n = content->n;
	if (content->n > 0)
		memcpy(t->bytes, content->p, content->n);
	atomic_fetch_add(&k->refs, 1);
	atomic_fetch_add(&k->flying, t->n);
	mailbox_post(k->to.worker->box, &t->mail);
}

void
tracer_resume(struct session *s)
{
	uint64_t missed = s->tracer == NULL ? 0 :
	    atomic_exchange(&s->tracer->missed, 0);

	if (missed == 0)
		return;
	put_message(session_out(s), missed, false, NULL, 0);
	session_sent_quietly(s);
}

/* --- to all who want it ------------------------------------------------ */

static void
say_line(struct tracer *t, const char *p, size_t n)
{
	struct buf content = BUF_INIT(TRACE_FLIGHT_MAX);

	xml_clean(&content, p, n);
	for (size_t i = 0; i < t->count; i++)
		if (t->sinks[i]->lines)
			sink_send(t->sinks[i], false, &content);
	buf_free(&content);
}

void
tracer_say(struct tracer *t, const struct buf *lines)
{
	struct err ignored = ERR_INIT;
	const char *p = lines->p, *end = p + lines->n, *nl;

	if (lines->n == 0)
		return;
	if (t->verbose) {
		pthread_mutex_lock(&t->err_lock);
		buf_write_all(lines, STDERR_FILENO, &ignored);
		pthread_mutex_unlock(&t->err_lock);
	}
	pthread_rwlock_rdlock(&t->lock);
	for (; t->count > 0 && p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		say_line(t, p, (size_t)(nl - p));
	}
	pthread_rwlock_unlock(&t->lock);
}

/* He knows that he wants to look. */
static bool
asked_for_this(const struct tracer_sink *k, const struct trace_seen *seen)
{
	return seen->command == &msg_commands[MSG_set_trace] &&
	    str_eq(seen->jid, k->jid);
}

static bool
sink_wants(struct tracer_sink *k, const struct trace_seen *seen)
{
	uint64_t n;

	if (k->lines || asked_for_this(k, seen) ||
	    !trace_wanted(&k->want, seen))
		return false;
	n = atomic_fetch_add(&k->matched, 1);
	return k->want.sample <= 1 || n % k->want.sample == 0;
}

/* The record with and without payload, each made when first wanted. */
static const struct buf *
record(struct buf made[2], const struct trace_seen *seen, bool payload)
{
	struct buf *out = &made[payload], json = BUF_INIT(RECORD_MAX);

	if (out->n > 0)
		return out;
	trace_seen_json(&json, seen, payload);
	if (!buf_full(&json))
		base64_put(out, json.p, json.n);
	buf_free(&json);
	return out;
}

void
tracer_request(struct tracer *t, const struct trace_seen *seen)
{
	struct buf made[2] = { BUF_INIT(2 * RECORD_MAX),
		BUF_INIT(2 * RECORD_MAX) };

	pthread_rwlock_rdlock(&t->lock);
	for (size_t i = 0; i < t->count; i++)
		if (sink_wants(t->sinks[i], seen))
			sink_send(t->sinks[i], true, record(made, seen,
			    t->sinks[i]->want.payload));
	pthread_rwlock_unlock(&t->lock);
	buf_free(&made[0]);
	buf_free(&made[1]);
}

/* --- who looks ---------------------------------------------------------- */

void
tracer_init(struct tracer *t, bool verbose)
{
	memset(t, 0, sizeof *t);
	pthread_mutex_init(&t->err_lock, NULL);
	pthread_rwlock_init(&t->lock, NULL);
	t->verbose = verbose;
	atomic_store(&t->on, verbose ? TRACER_LINES : 0);
}

void
tracer_clear(struct tracer *t)
{
	pthread_mutex_destroy(&t->err_lock);
	pthread_rwlock_destroy(&t->lock);
}

/* Under the lock. */
static void
set_on(struct tracer *t)
{
	int on = t->verbose ? TRACER_LINES : 0;

	for (size_t i = 0; i < t->count; i++)
		on |= t->sinks[i]->lines ? TRACER_LINES : TRACER_REQUESTS;
	atomic_store(&t->on, on);
}

int
tracer_add(struct tracer *t, struct session *s, struct str filter,
    struct err *e)
{
	struct tracer_sink *k = mem_zero(sizeof *k);
	bool room;

	atomic_init(&k->refs, 2);
	k->to = session_place(s);
	k->lines = filter.n == 0;
	if (!k->lines && trace_want_read(&k->want, &k->arena, filter.p,
	    filter.n, e) < 0) {
		arena_free(&k->arena);
		free(k);
		return -1;
	}
	k->jid = (struct str){ arena_str(&k->arena, s->jid),
		strlen(s->jid) };
	tracer_remove(t, s);
	pthread_rwlock_wrlock(&t->lock);
	room = t->count < TRACERS_MAX;
	if (room)
		t->sinks[t->count++] = k;
	set_on(t);
	pthread_rwlock_unlock(&t->lock);
	if (room) {
		s->tracer = k;
		return 0;
	}
	sink_unref(k);
	sink_unref(k);
	return err_set(e, ERR_LIMIT, "%d streams trace already", TRACERS_MAX);
}

void
tracer_remove(struct tracer *t, struct session *s)
{
	if (s->tracer == NULL)
		return;
	pthread_rwlock_wrlock(&t->lock);
	for (size_t i = 0; i < t->count; i++)
		if (t->sinks[i] == s->tracer) {
			t->sinks[i] = t->sinks[--t->count];
			sink_unref(s->tracer);
			break;
		}
	set_on(t);
	pthread_rwlock_unlock(&t->lock);
	sink_unref(s->tracer);
	s->tracer = NULL;
}
