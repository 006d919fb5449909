#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/server.h"
#include "web/bosh_int.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define NUMBER_MAX	((uint64_t)1 << 53)

/* A number of the body; -1: absent or none. */
static int64_t
number(const struct stanza *body, const char *name)
{
	struct str s = stanza_attr_str(body, name);
	uint64_t n;

	if (s.p == NULL || text_number(s.p, s.n, NUMBER_MAX, &n) < 0)
		return -1;
	return (int64_t)n;
}

static bool
says(const struct stanza *body, const char *name, const char *value)
{
	const char *is = stanza_attr(body, name);

	return is != NULL && strcmp(is, value) == 0;
}

/* --- stanzas ------------------------------------------------------------- */

/* Those of clients that leave out xmlns are in BOSH's namespace by mistake. */
static void
adopt(struct stanza *st)
{
	for (struct stanza *x = st; x != NULL; x = stanza_walk(st, x))
		if (x->name != NULL && strcmp(x->ns, NS_BOSH) == 0)
			x->ns = NS_CLIENT;
}

void
bosh_go_on(void *arg)
{
	struct bosh *b = arg;

	while (b->first != NULL && !b->paused) {
		struct bosh_stanza *x = b->first;

		b->first = x->next;
		if (b->first == NULL)
			b->last = &b->first;
		session_stanza(b->session, x->st);
		arena_free(&x->arena);
		free(x);
	}
}

static void
take_stanza(struct bosh *b, struct stanza *st)
{
	struct bosh_stanza *x;

	adopt(st);
	if (!b->paused && b->first == NULL) {
		session_stanza(b->session, st);
		return;
	}
	x = mem_zero(sizeof *x);
	x->st = stanza_copy(&x->arena, st);
	*b->last = x;
	b->last = &x->next;
}

/* --- what a request says ------------------------------------------------- */

static void
header(struct bosh *b, const struct stanza *body)
{
	struct stream_header h = { .to = stanza_attr(body, "to"),
		.from = stanza_attr(body, "from"),
		.version = stanza_attr_ns(body, "version", NS_XBOSH),
		.lang = stanza_attr_ns(body, "lang", NS_XML),
		.ns = NS_CLIENT, .root = body };

	if (h.version == NULL)
		h.version = "1.0";
	session_header(b->session, &h);
}

/* The next key of the sequence (XEP-0124 15), where there is one. */
static bool
check_key(struct bosh *b, const struct stanza *body)
{
	struct str key = stanza_attr_str(body, "key");
	struct str fresh = stanza_attr_str(body, "newkey");
	struct buf hex = BUF_INIT(BOSH_KEY);
	unsigned char hash[SHA_DIGEST_LENGTH];
	bool good = true;

	if (b->key[0] != '\0') {
		SHA1((const unsigned char *)(key.n == 0 ? "" : key.p), key.n,
		    hash);
		hex_put(&hex, hash, sizeof hash);
		good = key.n == BOSH_KEY - 1 &&
		    bytes_equal_ct(buf_cstr(&hex), b->key, BOSH_KEY - 1);
		fresh = fresh.n == BOSH_KEY - 1 ? fresh : key;
	}
	if (good && fresh.n == BOSH_KEY - 1)
		memcpy(b->key, fresh.p, BOSH_KEY);
	buf_free(&hex);
	return good;
}

/* Who never waits must not ask too often (XEP-0124 12). */
static bool
too_often(struct bosh *b, const struct stanza *body, int64_t now)
{
	bool empty = stanza_first(body) == NULL &&
	    stanza_attr(body, "pause") == NULL &&
	    stanza_attr(body, "type") == NULL &&
	    stanza_attr_ns(body, "restart", NS_XBOSH) == NULL;
	bool often = b->hold == 0 && empty && b->empty &&
	    now - b->empty_us < BOSH_POLLING_S * INT64_C(1000000);

	b->empty = empty;
	b->empty_us = now;
	return often;
}

/* Before login a request may hold as little as a stream may. */
static bool
too_much(const struct bosh *b, const struct bosh_ask *ask)
{
	return b->session->account == NULL &&
	    (ask->bytes > b->lim->bytes + WEB_BODY_EXTRA ||
	    stanza_elements(ask->body) > b->lim->elements + 1);
}

static void
act(struct bosh *b, const struct stanza *body)
{
	int64_t pause = number(body, "pause");
	const char *restart = stanza_attr_ns(body, "restart", NS_XBOSH);
	struct stanza *next;

	if (restart != NULL && strcmp(restart, "true") == 0 &&
	    b->session->state == SESSION_HEADER && b->created)
		header(b, body);
	for (struct stanza *st = stanza_first(body); st != NULL; st = next) {
		next = stanza_next(st);
		take_stanza(b, st);
	}
	if (says(body, "type", "terminate"))
		session_closed(b->session);
	else if (pause > BOSH_PAUSE_S)
		bosh_end(b, "policy-violation");
	else if (pause >= 0 && !b->ended)
		bosh_pause(b, pause > 0 ? pause : 1);
}

/* A request whose turn it is; its slot is held. */
static void
process(struct bosh *b, struct bosh_slot *slot, const struct bosh_ask *ask)
{
	int64_t now = loop_now_us(b->session->worker->loop);
	unsigned most = b->window.requests;

	slot->ticket = ask->ticket;
	slot->since_us = now;
	timer_stop(&b->idle);
	loop_defer(b->session->worker->loop, &b->flush);
	if (b->ended)
		return;
	if (says(ask->body, "type", "terminate") ||
	    stanza_attr(ask->body, "pause") != NULL)
		most++;
	if (b->session->state == SESSION_READY)
		session_heard(b->session);
	if (!check_key(b, ask->body))
		bosh_end(b, "item-not-found");
	else if (bosh_held(&b->window) + bosh_early(&b->window) > most ||
	    too_much(b, ask) || too_often(b, ask->body, now))
		bosh_end(b, "policy-violation");
	else
		act(b, ask->body);
}

/* --- requests and their order -------------------------------------------- */

static struct bosh_kept *
keep(const struct bosh_ask *ask)
{
	struct bosh_kept *k = mem_zero(sizeof *k);

	k->ask = *ask;
	k->ask.body = stanza_copy(&k->arena, ask->body);
	return k;
}

void
bosh_drop(struct bosh_kept *k)
{
	arena_free(&k->arena);
	free(k);
}

/* Those that came early and may go now. */
static void
take_turns(struct bosh *b)
{
	struct bosh_slot *slot;

	while ((slot = bosh_turn(&b->window)) != NULL) {
		struct bosh_kept *k = slot->kept;

		slot->kept = NULL;
		process(b, slot, &k->ask);
		bosh_drop(k);
	}
}

/* The same request on a new connection: the old one's is of no use. */
static void
replace(struct bosh *b, struct bosh_slot *slot, const struct bosh_ask *ask)
{
	static const char again[] = "<body xmlns=\"" NS_BOSH
	    "\" type=\"error\"/>";

	web_answer(b->session->worker, &slot->ticket, 200, BOSH_TYPE, again,
	    sizeof again - 1);
	slot->ticket = ask->ticket;
	if (slot->kept != NULL)
		slot->kept->ask.ticket = ask->ticket;
}

static void
take(struct bosh *b, const struct bosh_ask *ask, uint64_t rid)
{
	struct bosh_slot *slot;

	switch (bosh_arrive(&b->window, rid, &slot)) {
	case BOSH_NEW:
		process(b, slot, ask);
		take_turns(b);
		break;
	case BOSH_AHEAD:
		slot->kept = keep(ask);
		slot->ticket = ask->ticket;
		break;
	case BOSH_AGAIN:
		replace(b, slot, ask);
		break;
	case BOSH_REPLY:
		web_answer(b->session->worker, &ask->ticket, slot->status,
		    BOSH_TYPE, slot->answer.p, slot->answer.n);
		break;
	case BOSH_OUTSIDE:
		bosh_refuse(b->session->worker, &ask->ticket,
		    "item-not-found");
		bosh_end(b, "item-not-found");
		break;
	}
}

/* --- the first request --------------------------------------------------- */

static void
create(struct worker *w, const struct bosh_ask *ask)
{
	const struct stanza *body = ask->body;
	int64_t rid = number(body, "rid"), wait = number(body, "wait"),
	    hold = number(body, "hold"), most = w->server->opt->bosh_hold;
	struct bosh_slot *slot;
	struct bosh *b;

	if (rid < 0 || (uint64_t)rid > BOSH_RID_MAX) {
		bosh_refuse(w, &ask->ticket, "bad-request");
		return;
	}
	b = bosh_new(w, &ask->peer, ask->secure);
	if (b == NULL) {
		bosh_refuse(w, &ask->ticket, "policy-violation");
		return;
	}
	if (wait < 0 || wait > BOSH_WAIT_S)
		wait = BOSH_WAIT_S;
	if (hold < 0)
		hold = 1;
	if (wait == 0 || hold == 0) {	/* it polls */
		wait = hold = 0;
		b->idle_ms += 2000 * BOSH_POLLING_S;
	}
	b->hold = (unsigned)(hold > most ? most : hold);
	b->wait_ms = wait * 1000;
	b->legacy = stanza_attr(body, "ver") == NULL;
	slot = bosh_window_init(&b->window, (uint64_t)rid,
	    b->hold > 0 ? b->hold + 1 : 2);
	header(b, body);
	process(b, slot, ask);
}

/* --- from worker to worker ----------------------------------------------- */

/* The request is in its session's worker, or in any when it has no session. */
static void
arrive(struct worker *w, const struct bosh_ask *ask)
{
	struct str sid = stanza_attr_str(ask->body, "sid");
	int64_t rid = number(ask->body, "rid");
	struct bosh *b;

	if (sid.p == NULL) {
		create(w, ask);
		return;
	}
	b = map_get(&w->bosh, sid.p, sid.n);
	if (b == NULL || (b->secure && !ask->secure))
		bosh_refuse(w, &ask->ticket, "item-not-found");
	else if (rid < 0)
		bosh_refuse(w, &ask->ticket, "bad-request");
	else
		take(b, ask, (uint64_t)rid);
}

struct passing {
	struct mail mail;
	struct worker *to;
	struct bosh_kept *kept;
};

static void
passed(struct mail *m)
{
	struct passing *p = (struct passing *)m;

	if (!p->to->stopping)
		arrive(p->to, &p->kept->ask);
	bosh_drop(p->kept);
	free(p);
}

/* "3-..." is a session of worker 3; of none: whoever has the request says
 * so. */
static struct worker *
worker_of(struct worker *self, struct str sid)
{
	const struct server *s = self->server;
	const char *dash = sid.n == 0 ? NULL : memchr(sid.p, '-', sid.n);
	uint64_t index;

	if (dash == NULL || text_number(sid.p, (size_t)(dash - sid.p),
	    s->worker_count - 1, &index) < 0)
		return self;
	return s->workers[index];
}

static void
pass(struct worker *self, const struct bosh_ask *ask)
{
	struct worker *to = worker_of(self, stanza_attr_str(ask->body,
	    "sid"));
	struct passing *p;

	if (to == self) {
		arrive(self, ask);
		return;
	}
	p = mem_zero(sizeof *p);
	p->mail.fn = passed;
	p->to = to;
	p->kept = keep(ask);
	mailbox_post(to->box, &p->mail);
}

/* --- from HTTP ----------------------------------------------------------- */

struct reading {
	struct worker *worker;
	struct bosh_ask ask;
	unsigned bodies;
};

static int
on_body(void *arg, struct stanza *st)
{
	struct reading *r = arg;

	if (++r->bodies > 1 || !stanza_is(st, "body", NS_BOSH)) {
		r->bodies = 2;
		return 1;
	}
	r->ask.body = st;
	pass(r->worker, &r->ask);
	return 1;
}

void
bosh_request(struct web *c, struct exchange *x, const struct http_request *r)
{
	static const struct stream_ops ops = { .stanza = on_body };
	struct worker *w = c->worker;
	struct stream_limits lim = w->limits;
	struct reading reading = { .worker = w, .ask = {
		.ticket = web_ticket(c, x), .peer = c->peer,
		.secure = link_secure(c->link), .bytes = r->body.n } };
	struct stream *s = stream_new_bare(&ops, &reading, w->streams, "");
	struct err e = ERR_INIT;
	int rc;

	lim.bytes += WEB_BODY_EXTRA;
	lim.depth++;
	lim.elements++;
	stream_limit(s, &lim);
	rc = stream_feed(s, r->body.p, r->body.n, NULL, &e);
	if (reading.bodies != 1)
		bosh_refuse(w, &reading.ask.ticket, rc < 0 &&
		    e.code == ERR_LIMIT ? "policy-violation" : "bad-request");
	stream_free(s);
}
