#include "net/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/route.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/* To whom it was sent by name: they are told when it ends. */
struct presence {
	char *to[PRESENCE_DIRECTED];
	size_t count;
};

static struct directory *
directory_of(const struct session *s)
{
	return s->worker->server->directory;
}

/* --- to one's own streams ------------------------------------------------- */

struct spread {
	struct place self;
	const char *p;
	size_t n;
	size_t count;
};

/* Is this one of the others, and not one too many? */
static bool
is_told(struct spread *x, struct place p)
{
	if (p.worker == x->self.worker && p.session == x->self.session)
		return false;
	return x->count++ < PRESENCE_STREAMS;
}

static void
tell(void *arg, struct place p, int priority, const void *stanza, size_t n)
{
	struct spread *x = arg;

	(void)priority, (void)stanza, (void)n;
	if (is_told(x, p))
		delivery_send(delivery_new(p, x->p, x->n));
}

/* The other way: what others said before is news to self. */
static void
greet(void *arg, struct place p, int priority, const void *stanza, size_t n)
{
	struct spread *x = arg;

	(void)priority;
	if (is_told(x, p))
		delivery_send(delivery_new(x->self, stanza, n));
}

static int
priority_of(const struct stanza *st)
{
	struct str text = stanza_text(stanza_child(st, "priority",
	    NS_CLIENT));
	long v = text.n > 0 ? strtol(text.p, NULL, 10) : 0;

	return v < -128 ? -128 : v > 127 ? 127 : (int)v;
}

static void
broadcast(struct session *s, struct stanza *st, bool available)
{
	struct buf b = BUF_INIT(PRESENCE_MAX);
	struct spread x = { .self = session_place(s) };
	bool before;

	session_stamp(s, st);
	stanza_set(st, "to", s->bare);
	stanza_write(&b, st, NS_CLIENT);
	if (buf_full(&b)) {
		route_refuse(s, st, "policy-violation", "modify",
		    "a presence is not that large");
		buf_free(&b);
		return;
	}
	x.p = b.p;
	x.n = b.n;
	before = directory_presence(directory_of(s), s->account->name,
	    s->resource, x.self, priority_of(st), available ? b.p : NULL,
	    b.n);
	buf_put(session_out(s), b.p, b.n);
	session_sent(s);
	directory_each_available(directory_of(s), s->account->name, tell, &x);
	x.count = 0;
	if (available && !before)
		directory_each_available(directory_of(s), s->account->name,
		    greet, &x);
	buf_free(&b);
}

/* --- to others, by name ------------------------------------------------- */

static void
send_by_name(struct session *s, const struct jid *to, const char *p, size_t n)
{
	struct spread x = { .self = { NULL, 0 }, .p = p, .n = n };
	struct buf user = BUF_INIT(JID_PART_MAX);
	struct place place;

	buf_put(&user, to->local.p, to->local.n);
	if (to->resource.n == 0)
		directory_each_available(directory_of(s), buf_cstr(&user),
		    tell, &x);
	else if (directory_find(directory_of(s), buf_cstr(&user),
	    to->resource.p, &place))
		delivery_send(delivery_new(place, p, n));
	buf_free(&user);
}

static void
forget(struct presence *x, size_t i)
{
	free(x->to[i]);
	x->to[i] = x->to[--x->count];
}

/* False: there are too many. */
static bool
remember(struct session *s, const char *to, bool available)
{
	struct presence *x = s->presence;

	for (size_t i = 0; x != NULL && i < x->count; i++)
		if (strcmp(x->to[i], to) == 0) {
			if (!available)
				forget(x, i);
			return true;
		}
	if (!available)
		return true;
	if (x == NULL)
		x = s->presence = mem_zero(sizeof *x);
	if (x->count == PRESENCE_DIRECTED)
		return false;
	x->to[x->count++] = mem_str(to);
	return true;
}

static void
directed(struct session *s, struct stanza *st, const struct jid *to,
    bool available)
{
	struct buf b = BUF_INIT((size_t)1 << 30);	/* the stanza's limit */

	if (!remember(s, to->full.p, available)) {
		route_refuse(s, st, "resource-constraint", "wait",
		    "presence is sent to too many by name");
		return;
	}
	session_stamp(s, st);
	stanza_write(&b, st, NS_CLIENT);
	send_by_name(s, to, b.p, b.n);
	buf_free(&b);
}

static void
put_unavailable(struct buf *out, const char *from, const char *to)
{
	buf_lit(out, "<presence type=\"unavailable\"");
	xml_attr(out, "from", from);
	xml_attr(out, "to", to);
	buf_lit(out, "/>");
}

static void
end_directed(struct session *s)
{
	struct presence *x = s->presence;
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(PRESENCE_MAX);
	struct err ignored = ERR_INIT;
	struct jid to;

	while (x != NULL && x->count > 0) {
		const char *text = x->to[0];

		buf_reset(&b);
		put_unavailable(&b, s->jid, text);
		if (jid_parse(&to, &a, text, strlen(text), &ignored) == 0)
			send_by_name(s, &to, b.p, b.n);
		forget(x, 0);
	}
	buf_free(&b);
	arena_free(&a);
}

/* --- what is said ------------------------------------------------------- */

/* RFC 6121 3.1.3 answers for a contact who approves of nobody. */
static void
refuse_subscription(struct session *s, const struct jid *to)
{
	struct buf *out = session_out(s);

	buf_lit(out, "<presence type=\"unsubscribed\"");
	xml_attrn(out, "from", to->bare.p, to->bare.n);
	xml_attr(out, "to", s->bare);
	buf_lit(out, "/>");
	session_sent(s);
}

static bool
is_one_of(const char *type, const char *const *words)
{
	while (*words != NULL && strcmp(*words, type) != 0)
		words++;
	return *words != NULL;
}

void
presence_stanza(struct session *s, struct stanza *st, const struct jid *to)
{
	/* Of those there is nothing to undo, or nobody to ask. */
	static const char *const idle[] = { "subscribed", "unsubscribe",
		"unsubscribed", "probe", NULL };
	const char *type = stanza_attr(st, "type");
	bool available = type == NULL;
	bool person = to != NULL && to->local.n > 0;

	if (available || strcmp(type, "unavailable") == 0) {
		if (person)
			directed(s, st, to, available);
		else if (to == NULL)
			broadcast(s, st, available);
		if (to == NULL && !available)
			end_directed(s);
	} else if (strcmp(type, "error") == 0) {
		if (person && to->resource.n > 0)
			directed(s, st, to, false);
	} else if (strcmp(type, "subscribe") == 0) {
		if (to != NULL && !str_is(to->bare, s->bare))
			refuse_subscription(s, to);
	} else if (!is_one_of(type, idle)) {
		route_refuse(s, st, "bad-request", "modify",
		    "there is no such type of presence");
	}
}

void
presence_end(struct session *s)
{
	struct buf b = BUF_INIT(PRESENCE_MAX);
	struct spread x = { .self = session_place(s) };

	if (directory_presence(directory_of(s), s->account->name, s->resource,
	    x.self, 0, NULL, 0)) {
		put_unavailable(&b, s->jid, s->bare);
		x.p = b.p;
		x.n = b.n;
		directory_each_available(directory_of(s), s->account->name,
		    tell, &x);
	}
	end_directed(s);
	free(s->presence);
	s->presence = NULL;
	buf_free(&b);
}
