#define _GNU_SOURCE		/* memmem */
#include "net/sm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "login/login.h"
#include "net/server.h"
#include "net/worker.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define RANDOM	16		/* bytes of an id */
#define ATTR_MAX	8192	/* bytes of an address or id looked for */

void
sm_features(struct session *s, struct buf *out)
{
	if (s->ops->adopt != NULL)
		buf_lit(out, "<sm xmlns=\"" NS_SM "\"><optional/></sm>");
}

/* --- enabling ------------------------------------------------------------ */

/* "WORKER-RANDOM": who guesses no id resumes nothing. */
static int
make_id(struct sm *m, const struct worker *w)
{
	struct buf hex = BUF_INIT(2 * RANDOM);

	if (hex_random(&hex, RANDOM) < 0)
		return -1;
	snprintf(m->id, sizeof m->id, "%u-%s", w->index, buf_cstr(&hex));
	buf_free(&hex);
	return 0;
}

/* How long the client asks for, at most what is allowed. */
static int64_t
time_for(const struct session *s, const char *seconds)
{
	int64_t most = s->worker->server->opt->resume_ms;
	unsigned long n = seconds == NULL ? 0 : strtoul(seconds, NULL, 10);

	return n == 0 || n > (unsigned long)most / 1000 ? most :
	    (int64_t)n * 1000;
}

/* What was sent long ago may be there long since: else its senders would be
 * told that it was lost. */
static void
on_ask(void *arg)
{
	struct session *s = arg;

	if (!s->sm->asked && s->sm->queue.count > 0 &&
	    s->state == SESSION_READY)
		sm_ask(s);
}

void
sm_enable(struct session *s, const struct stanza *enable, struct buf *out)
{
	const struct serve_options *opt = s->worker->server->opt;
	struct sm *m = mem_zero(sizeof *m);

	sm_queue_init(&m->queue, opt->unacked_bytes);
	sm_queue_init(&m->heads, SM_HEADS);
	timer_init(&m->ask, s->worker->loop, on_ask, s);
	s->sm = m;
	buf_lit(out, "<enabled xmlns=\"" NS_SM "\"");
	if (opt->resume_ms > 0 && stanza_is_true(enable, "resume") &&
	    make_id(m, s->worker) == 0) {
		m->resume = true;
		m->max_ms = time_for(s, stanza_attr(enable, "max"));
		map_set(&s->worker->sm.sessions, m->id, strlen(m->id), s);
		xml_attr(out, "id", m->id);
		buf_printf(out, " resume=\"true\" max=\"%" PRId64 "\"",
		    (m->max_ms + 999) / 1000);
	}
	buf_lit(out, "/>");
}

/* The client may ask how far we came. */
static void
remember(struct sm_table *t, const struct sm *m)
{
	struct sm_gone *g;

	if (t->gone == NULL)
		t->gone = mem_zero(SM_GONE * sizeof *t->gone);
	g = &t->gone[t->next++ % SM_GONE];
	memcpy(g->id, m->id, sizeof g->id);
	g->received = m->received;
}

void
sm_free(struct session *s)
{
	struct sm *m = s->sm;

	if (m == NULL)
		return;
	if (m->id[0] != '\0') {
		map_del(&s->worker->sm.sessions, m->id, strlen(m->id));
		remember(&s->worker->sm, m);
	}
	timer_stop(&m->ask);
	sm_queue_clear(&m->queue);
	sm_queue_clear(&m->heads);
	free(m);
	s->sm = NULL;
}

void
sm_table_clear(struct sm_table *t)
{
	map_free(&t->sessions);
	free(t->gone);
	t->gone = NULL;
}

/* --- counting ------------------------------------------------------------ */

static bool
holds(struct str text, const struct buf *part)
{
	return memmem(text.p, text.n, part->p, part->n) != NULL;
}

/* The request that is answered is in the queue as we wrote it: with the
 * answer's id, and from whom the answer goes to. */
static void
answered(struct sm *m, const char *id, const char *to)
{
	struct buf want_id = BUF_INIT(ATTR_MAX), from = BUF_INIT(ATTR_MAX);
	struct str text;
	size_t at = 0;

	xml_attr(&want_id, "id", id);
	xml_attr(&from, "from", to);
	while (!buf_full(&want_id) && !buf_full(&from) &&
	    sm_queue_next(&m->queue, &at, &text))
		if (memcmp(text.p, "<iq", 3) == 0 && holds(text, &want_id) &&
		    holds(text, &from))
			sm_queue_mark(&m->queue, text);
	buf_free(&want_id);
	buf_free(&from);
}

void
sm_received(struct session *s, const struct stanza *st)
{
	const char *type = stanza_attr(st, "type");
	const char *id = stanza_attr(st, "id"), *to = stanza_attr(st, "to");

	s->sm->received++;
	if (s->sm->queue.count > 0 && strcmp(st->name, "iq") == 0 &&
	    type != NULL && id != NULL && to != NULL &&
	    (strcmp(type, "result") == 0 || strcmp(type, "error") == 0))
		answered(s->sm, id, to);
}

/* What else goes over a stream has other names. */
static bool
is_stanza(const char *p, size_t n)
{
	static const char *const names[] = { "<iq", "<message", "<presence" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t len = strlen(names[i]);

		if (n > len && memcmp(p, names[i], len) == 0 &&
		    strchr(" />", p[len]) != NULL)
			return true;
	}
	return false;
}

bool
sm_sent(struct session *s)
{
	const struct buf *out = s->out;
	struct sm *m = s->sm;
	size_t n = out->n - s->mark;

	if (buf_full(out)) {		/* there is a hole: never again */
		m->resume = false;
		return false;
	}
	if (!is_stanza(out->p + s->mark, n))
		return false;
	if (!sm_keep(m, out->p + s->mark, n) && m->detached)
		m->resume = false;
	if (m->asked || m->detached)
		return false;
	if (!timer_is_set(&m->ask))
		timer_set(&m->ask, SM_ASK_MS);
	return m->queue.count >= SM_ASK ||
	    sm_queue_bytes(&m->queue) >= SM_ASK_BYTES;
}

void
sm_ask(struct session *s)
{
	s->sm->asked = true;
	timer_stop(&s->sm->ask);
	buf_lit(session_out(s), "<r xmlns=\"" NS_SM "\"/>");
	session_sent(s);
}

/* --- what comes ---------------------------------------------------------- */

static void
too_high(struct session *s, uint32_t h)
{
	struct buf *out = session_out(s);

	buf_printf(out, "<stream:error><undefined-condition xmlns=\""
	    NS_STREAMS "\"/><handled-count-too-high xmlns=\"" NS_SM "\" "
	    "h=\"%" PRIu32 "\" send-count=\"%" PRIu32 "\"/></stream:error>",
	    h, s->sm->queue.last);
	session_sent(s);
	session_end(s);
}

bool
sm_count(const struct stanza *st, uint32_t *h)
{
	struct str text = stanza_attr_str(st, "h");
	uint64_t n;

	if (text_number(text.p, text.n, UINT32_MAX, &n) < 0)
		return false;
	*h = (uint32_t)n;
	return true;
}

static void
acknowledged(struct session *s, const struct stanza *st)
{
	uint32_t h;

	if (!sm_count(st, &h)) {
		session_error(s, "bad-format", "<a/> has no count in h");
		return;
	}
	s->sm->asked = false;
	if (sm_acknowledge(s->sm, h) < 0)
		too_high(s, h);
	else if (s->sm->queue.count > 0)
		timer_set(&s->sm->ask, SM_ASK_MS);
}

static void
failed(struct session *s, const char *condition)
{
	sm_put_failed(session_out(s), condition, NULL);
	session_sent(s);
}

static void
resumed(struct session *s, bool yes, const char *condition,
    const uint32_t *h)
{
	struct buf *out = session_out(s);

	login_done(s);
	if (yes)
		sm_put_resumed(s, out);
	else
		sm_put_failed(out, condition, h);
	session_sent(s);
	if (yes)
		sm_resend(s);
}

void
sm_stanza(struct session *s, const struct stanza *st)
{
	bool ready = s->state == SESSION_READY;

	if (stanza_is(st, "r", NS_SM) && s->sm != NULL) {
		buf_printf(session_out(s), "<a xmlns=\"" NS_SM "\" h=\"%"
		    PRIu32 "\"/>", s->sm->received);
		session_sent(s);
	} else if (stanza_is(st, "a", NS_SM) && s->sm != NULL) {
		acknowledged(s, st);
	} else if (s->ops->adopt == NULL) {
		failed(s, "feature-not-implemented");
	} else if (stanza_is(st, "enable", NS_SM) && ready && s->sm == NULL) {
		sm_enable(s, st, session_out(s));
		session_sent(s);
	} else if (stanza_is(st, "resume", NS_SM) && !ready) {
		sm_resume(s, st, resumed);
	} else {
		failed(s, "unexpected-request");
	}
}
