#include "net/sm.h"

#include <string.h>

#include "net/server.h"
#include "net/worker.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define BOUNCE_MAX	((size_t)1 << 30)	/* the stanza's limit binds */
#define HEAD_MAX	32768			/* bytes of a start tag */
#define NUMBER		sizeof (uint32_t)

/* --- what had to go ------------------------------------------------------ */

static bool
begins(struct str text, const char *with)
{
	size_t n = strlen(with);

	return text.n > n && memcmp(text.p, with, n) == 0;
}

/* Keep its number and its start tag, as an element of its own.  Of what this
 * server says by itself nobody is told. */
static void
keep_head(struct sm *m, uint32_t number, struct str text)
{
	const char *end = memchr(text.p, '>', text.n);
	struct buf b = BUF_INIT(HEAD_MAX);

	if (end == NULL || begins(text, "<presence") ||
	    begins(text, "<message type=\"headline\""))
		return;
	buf_put(&b, &number, NUMBER);
	buf_put(&b, text.p, (size_t)(end - text.p) - (end[-1] == '/'));
	buf_lit(&b, "/>");
	if (!buf_full(&b))
		sm_queue_put(&m->heads, b.p, b.n);
	buf_free(&b);
}

static uint32_t
number_of(struct str head)
{
	uint32_t n;

	memcpy(&n, head.p, NUMBER);
	return n;
}

bool
sm_keep(struct sm *m, const char *p, size_t n)
{
	struct sm_queue *q = &m->queue;
	struct str text;
	bool room = sm_queue_fits(q, n);

	while (q->count > 0 && !sm_queue_fits(q, n)) {
		size_t at = 0;

		if (sm_queue_next(q, &at, &text) && !sm_queue_marked(text))
			keep_head(m, q->last - q->count + 1, text);
		sm_queue_drop(q);
	}
	sm_queue_put(q, p, n);
	if (q->count == 0)
		keep_head(m, q->last, (struct str){ p, n });
	return room;
}

int
sm_acknowledge(struct sm *m, uint32_t h)
{
	struct str head;
	size_t at = 0;

	if (sm_queue_ack(&m->queue, h) < 0)
		return -1;
	for (; sm_queue_next(&m->heads, &at, &head) &&
	    (int32_t)(h - number_of(head)) >= 0; at = 0)
		sm_queue_drop(&m->heads);
	return 0;
}

/* --- back to their senders ----------------------------------------------- */

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

static void
bounce_text(struct session *s, struct str text)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	const struct stanza *st = stanza_parse(&a, text.p, text.n, NS_CLIENT,
	    &s->worker->limits, &e);

	if (st != NULL)
		bounce(s, st);
	arena_free(&a);
}

void
sm_bounce(struct session *s)
{
	struct str text;
	size_t at = 0;

	while (sm_queue_next(&s->sm->heads, &at, &text))
		bounce_text(s, (struct str){ text.p + NUMBER,
		    text.n - NUMBER });
	at = 0;
	while (sm_queue_next(&s->sm->queue, &at, &text))
		if (!sm_queue_marked(text))
			bounce_text(s, text);
}
