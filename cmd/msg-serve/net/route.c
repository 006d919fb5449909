#include "net/route.h"

#include <stdlib.h>
#include <string.h>

#include "msg/request.h"
#include "net/carbons.h"
#include "net/iq.h"
#include "net/presence.h"
#include "net/serve.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define STREAMS_MAX	64	/* of one user that a message goes to */
#define ROUTED_MAX	((size_t)1 << 30)	/* the stanza's limit binds */

void
route_refuse(struct session *s, const struct stanza *st,
    const char *condition, const char *type, const char *text)
{
	struct buf *out = session_out(s);

	buf_printf(out, "<%s type=\"error\"", st->name);
	xml_attr(out, "id", stanza_attr(st, "id"));
	xml_attr(out, "from", stanza_attr(st, "to"));
	xml_attr(out, "to", s->jid);
	buf_putc(out, '>');
	stanza_write_error(out, condition, type, text);
	buf_printf(out, "</error></%s>", st->name);
	session_sent(s);
}

static bool
has_type(const struct stanza *st, const char *type)
{
	const char *is = stanza_attr(st, "type");

	return is != NULL && strcmp(is, type) == 0;
}

static bool
is_request(const struct stanza *st, const char *type)
{
	return strcmp(st->name, "iq") == 0 && type != NULL &&
	    (strcmp(type, "get") == 0 || strcmp(type, "set") == 0);
}

/* What is never answered, whatever becomes of it. */
static bool
is_answer(const struct stanza *st)
{
	return has_type(st, "error") ||
	    (strcmp(st->name, "iq") == 0 && has_type(st, "result"));
}

/* Is its sender told when nobody takes it (RFC 6121 8)?  Never for an error or
 * for what is no question, so nothing goes round in circles. */
static bool
is_awaited(const struct stanza *st)
{
	return is_request(st, stanza_attr(st, "type")) ||
	    (strcmp(st->name, "message") == 0 && !has_type(st, "error") &&
	    !has_type(st, "headline"));
}

static void
undelivered(struct session *s, const struct stanza *st)
{
	if (is_awaited(st))
		route_refuse(s, st, "service-unavailable", "cancel",
		    "nobody is there to take it");
}

/* --- to others ----------------------------------------------------------- */

/* What has to be said when the receiver has gone meanwhile. */
static void
gone(struct worker *w, struct delivery *d)
{
	(void)w;
	if (d->reply != NULL) {
		delivery_send(d->reply);
		d->reply = NULL;
	}
}

/* The error that goes back to the sender when the receiver ends before the
 * stanza gets there. */
static struct delivery *
error_reply(struct session *s, const struct stanza *st)
{
	struct buf b = BUF_INIT(ROUTED_MAX);
	struct delivery *d;

	buf_printf(&b, "<%s type=\"error\"", st->name);
	xml_attr(&b, "id", stanza_attr(st, "id"));
	xml_attr(&b, "from", stanza_attr(st, "to"));
	xml_attr(&b, "to", s->jid);
	buf_printf(&b, "><error type=\"cancel\"><service-unavailable xmlns=\""
	    NS_STANZAS "\"/></error></%s>", st->name);
	d = delivery_new(session_place(s), b.p, b.n);
	buf_free(&b);
	return d;
}

static void
send_to(struct session *s, const struct stanza *st, const struct place *to,
    size_t count)
{
	struct buf b = BUF_INIT(ROUTED_MAX);

	stanza_write(&b, st, NS_CLIENT);
	for (size_t i = 0; i < count; i++) {
		struct delivery *d = delivery_new(to[i], b.p, b.n);

		d->on_gone = gone;
		if (count == 1 && is_awaited(st))
			d->reply = error_reply(s, st);
		delivery_send(d);
	}
	buf_free(&b);
}

struct places {
	struct place v[STREAMS_MAX];
	size_t count;
};

static void
add_place(void *arg, struct place p, int priority, const void *stanza,
    size_t n)
{
	struct places *x = arg;

	(void)stanza, (void)n;
	if (priority >= 0 && x->count < STREAMS_MAX)
		x->v[x->count++] = p;
}

/* Where a message to a bare JID goes (RFC 6121 8.5.2), and a chat to a
 * resource that is gone (8.5.3.2.1). */
static void
find_for_bare(struct directory *d, const char *user, const struct stanza *st,
    struct places *out)
{
	if (has_type(st, "headline"))
		directory_each_available(d, user, add_place, out);
	else if (!has_type(st, "error") && !has_type(st, "groupchat"))
		out->count = directory_best(d, user, out->v, STREAMS_MAX);
}

static void
to_user(struct session *s, struct stanza *st, const struct jid *to)
{
	struct directory *d = s->worker->server->directory;
	struct places places = { .count = 0 };
	struct buf name = BUF_INIT(JID_PART_MAX);
	bool message = strcmp(st->name, "message") == 0;
	const char *user;

	buf_put(&name, to->local.p, to->local.n);
	user = buf_cstr(&name);
	if (to->resource.n > 0)
		places.count = directory_find(d, user, to->resource.p,
		    places.v);
	if (places.count == 0 && message &&
	    (to->resource.n == 0 || has_type(st, "chat")))
		find_for_bare(d, user, st, &places);
	session_stamp(s, st);
	if (message)
		carbons_copy(s, st, user, places.v, places.count);
	buf_free(&name);
	if (places.count > 0)
		send_to(s, st, places.v, places.count);
	else
		undelivered(s, st);
}

/* --- to us --------------------------------------------------------------- */

enum iq_sort { IQ_REQUEST, IQ_ANSWER, IQ_REFUSED };

/* RFC 6120 8.2.3.  What is no sound one is refused here. */
static enum iq_sort
sort_iq(struct session *s, const struct stanza *iq)
{
	const char *type = stanza_attr(iq, "type"), *why = NULL;
	const struct stanza *child = stanza_first(iq);

	if (type != NULL && (strcmp(type, "result") == 0 ||
	    strcmp(type, "error") == 0))
		return IQ_ANSWER;
	if (!is_request(iq, type))
		why = "the type of an iq is get, set, result or error";
	else if (stanza_attr(iq, "id") == NULL)
		why = "an iq has an id";
	else if (child == NULL || stanza_next(child) != NULL)
		why = "an iq holds exactly one element";
	if (why == NULL)
		return IQ_REQUEST;
	route_refuse(s, iq, "bad-request", "modify", why);
	return IQ_REFUSED;
}

static void
iq(struct session *s, const struct stanza *st)
{
	if (sort_iq(s, st) != IQ_REQUEST)
		return;
	if (strcmp(stanza_first(st)->ns, NS_M) == 0)
		serve_iq(s, st);
	else
		iq_answer(s, st);
}

static void
to_us(struct session *s, struct stanza *st)
{
	if (strcmp(st->name, "iq") == 0)
		iq(s, st);
	else if (strcmp(st->name, "presence") == 0)
		presence_stanza(s, st, NULL);
	else
		undelivered(s, st);
}

/* --- whose is it --------------------------------------------------------- */

/* from is absent or the sender's own (RFC 6120 8.1.2.1). */
static bool
own_from(const struct session *s, const char *from)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct jid jid;
	bool own;

	if (from == NULL || strcmp(from, s->jid) == 0 ||
	    strcmp(from, s->bare) == 0)
		return true;
	own = jid_parse(&jid, &a, from, strlen(from), &e) == 0 &&
	    (str_is(jid.full, s->jid) || str_is(jid.full, s->bare));
	arena_free(&a);
	return own;
}

static void
addressed(struct session *s, struct stanza *st, const char *to)
{
	const char *domain = s->worker->server->opt->domain;
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct jid jid;

	if (jid_parse(&jid, &a, to, strlen(to), &e) < 0) {
		if (!is_answer(st))
			route_refuse(s, st, "jid-malformed", "modify", e.text);
	} else if (!str_is(jid.domain, domain)) {
		if (!is_answer(st))
			route_refuse(s, st, "remote-server-not-found",
			    "cancel", "this server serves one domain");
	} else if (s->account->item == 0 && jid.local.n > 0 &&
	    !str_is(jid.local, s->account->name)) {
		if (!is_answer(st))
			route_refuse(s, st, "forbidden", "auth",
			    "who has no name may not write to people");
	} else if (strcmp(st->name, "presence") == 0) {
		presence_stanza(s, st, &jid);
	} else if (jid.local.n == 0 || (str_is(jid.full, s->bare) &&
	    strcmp(st->name, "message") != 0)) {
		to_us(s, st);
	} else if (st->name[0] != 'i' || sort_iq(s, st) != IQ_REFUSED) {
		to_user(s, st, &jid);
	}
	arena_free(&a);
}

void
route_stanza(struct session *s, struct stanza *st)
{
	const char *to = stanza_attr(st, "to");

	if (strcmp(st->ns, NS_CLIENT) != 0 || (strcmp(st->name, "iq") != 0 &&
	    strcmp(st->name, "message") != 0 &&
	    strcmp(st->name, "presence") != 0))
		session_error(s, "unsupported-stanza-type", st->name);
	else if (!own_from(s, stanza_attr(st, "from")))
		session_error(s, "invalid-from", NULL);
	else if (to == NULL ? st->name[0] != 'm' : st->name[0] == 'i' &&
	    strcmp(to, s->worker->server->opt->domain) == 0)
		to_us(s, st);		/* the way of nearly all */
	else
		addressed(s, st, to == NULL ? s->bare : to);
}
