/* Subscriptions to nodes, which are watches, and what they are told. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "facade/form.h"
#include "facade/node.h"
#include "facade/pubsub_int.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/command.h"
#include "service/event.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define EVENT_MAX	((size_t)64 << 20)	/* bytes of one commit's */

/* The jid of a subscription is the asker's, bare or full: it is of the
 * stream it was asked on either way. */
static bool
own_jid(const struct session *s, const char *text)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct jid jid;
	bool own = text != NULL &&
	    jid_parse(&jid, &a, text, strlen(text), &e) == 0 &&
	    str_is(jid.bare, s->bare);

	arena_free(&a);
	return own;
}

static int
foreign_jid(struct session *s, const struct request *r)
{
	return pubsub_fault(s, r, "bad-request", "modify", "invalid-jid",
	    "one subscribes for oneself");
}

/* The node of a watch is what all it selects lies at or below. */
static struct str
node_of(const struct watch *x)
{
	return x->group->anchor->path;
}

/* The next of the stream's subscriptions from m on, to that node (n 0: any)
 * and of that id (0: any). */
static const struct member *
next_subscription(const struct member *m, struct str node, uint64_t id)
{
	for (; m != NULL; m = m->next) {
		const struct watch *x = m->of;

		if (x->group->form == &event_form_pubsub &&
		    (node.n == 0 || str_eq(node_of(x), node)) &&
		    (id == 0 || x->id == id))
			break;
	}
	return m;
}

static const struct member *
first_subscription(const struct session *s, struct str node, uint64_t id)
{
	const struct watch_owner *o = watch_owner(&s->worker->watches,
	    s->number);

	return o == NULL ? NULL : next_subscription(o->watches, node, id);
}

static void
put_subscription(struct buf *out, const struct session *s, struct str node,
    uint64_t id, const char *state)
{
	buf_lit(out, "<subscription");
	xml_attrn(out, "node", node.p, node.n);
	xml_attr(out, "jid", s->jid);
	buf_printf(out, " subid=\"%llu\" subscription=\"%s\"/>",
	    (unsigned long long)id, state);
}

static void
put_subscribed(struct buf *out, const struct session *s, struct str node,
    uint64_t id)
{
	buf_lit(out, "<pubsub xmlns=\"" NS_PUBSUB "\">");
	put_subscription(out, s, node, id, "subscribed");
	buf_lit(out, "</pubsub>");
}

static int
subscribed_already(struct session *s, const struct request *r,
    const struct watch *x)
{
	struct buf *out = session_out(s);

	facade_open(out, r);
	put_subscribed(out, s, node_of(x), x->id);
	buf_lit(out, "</iq>");
	session_sent(s);
	return 0;
}

int
pubsub_subscribe(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	const struct stanza *form = form_find(stanza_child(verb->parent,
	    "options", NS_PUBSUB), "submit");
	bool all = str_is(form_value(form, "pubsub#subscription_depth"),
	    "all");
	const struct member *m;
	struct node n;
	int rc;

	if (!own_jid(s, stanza_attr(verb, "jid")))
		return foreign_jid(s, r);
	rc = pubsub_node(&n, s, r, verb, a, e);
	if (rc < 1)
		return rc;
	m = first_subscription(s, n.name, 0);
	if (m != NULL)
		return subscribed_already(s, r, m->of);
	r->command = &msg_commands[MSG_set_watch];
	r->argument = str_of(n.folder && all ? arena_printf(a, "%s//*",
	    str_is(n.name, "/") ? "" : n.self) : n.items);
	return 1;
}

int
pubsub_put_subscribed(struct call *c, const struct stanza *verb,
    struct buf *out, struct err *e)
{
	(void)e;
	put_subscribed(out, c->session, stanza_attr_str(verb, "node"),
	    c->watch);
	return 0;
}

int
pubsub_unsubscribe(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	struct str node = stanza_attr_str(verb, "node");
	const char *subid = stanza_attr(verb, "subid");
	const struct member *m;
	uint64_t id = 0;

	(void)a, (void)e;
	if (!own_jid(s, stanza_attr(verb, "jid")))
		return foreign_jid(s, r);
	if (node.n == 0)
		return pubsub_fault(s, r, "bad-request", "modify",
		    "nodeid-required", NULL);
	m = first_subscription(s, node, 0);
	if (m != NULL && subid != NULL) {
		if (text_number(subid, strlen(subid), INT64_MAX, &id) == 0)
			m = first_subscription(s, node, id);
		if (id == 0 || m == NULL)
			return pubsub_fault(s, r, "not-acceptable", "modify",
			    "invalid-subid", NULL);
	}
	if (m == NULL)
		return pubsub_fault(s, r, "unexpected-request", "cancel",
		    "not-subscribed", "this stream is not subscribed to it");
	r->command = &msg_commands[MSG_set_watch];
	r->watch = ((const struct watch *)m->of)->id;
	return 1;
}

int
pubsub_subscriptions(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	struct str node = stanza_attr_str(verb, "node");
	struct buf *out = session_out(s);
	const struct member *m = first_subscription(s, node, 0);

	(void)a, (void)e;
	facade_open(out, r);
	buf_lit(out, "<pubsub xmlns=\"" NS_PUBSUB "\"><subscriptions");
	if (node.n > 0)
		xml_attrn(out, "node", node.p, node.n);
	buf_putc(out, '>');
	for (; m != NULL; m = next_subscription(m->next, node, 0)) {
		const struct watch *x = m->of;

		put_subscription(out, s, node_of(x), x->id, "subscribed");
	}
	buf_lit(out, "</subscriptions></pubsub></iq>");
	session_sent(s);
	return 0;
}

/* --- events -------------------------------------------------------------- */

static bool
is_change(const struct json *change, const char *word)
{
	return str_is(json_string(json_get(change, "change")), word);
}

/* The path by which the node's item of a change is gone; n 0: it is not. */
static struct str
gone_from(const struct json *change)
{
	struct str from = json_string(json_get(change, "from"));
	struct str path = json_string(json_get(change, "_path"));
	bool gone = json_get(change, "item") == NULL ||
	    is_change(change, "leave");

	if (from.n > 0 && !is_change(change, "enter") && !str_eq(from, path))
		return from;
	return gone ? path : STR_NONE;
}

static void
put_retract(struct buf *out, struct str node, const struct json *change)
{
	struct str path = gone_from(change), id = node_id(node, path);

	if (path.n == 0)
		return;
	buf_lit(out, "<retract");
	xml_attrn(out, "id", id.p, id.n);
	buf_lit(out, "/>");
}

static void
put_item(struct buf *out, struct str node, struct str author,
    const struct json *change)
{
	const struct json *item = json_get(change, "item");
	struct str id = node_id(node, json_string(json_get(change, "_path")));

	if (item == NULL || is_change(change, "leave"))
		return;
	buf_lit(out, "<item");
	xml_attrn(out, "id", id.p, id.n);
	xml_attrn(out, "publisher", author.p, author.n);
	buf_lit(out, "><json xmlns=\"" NS_JSON "\">");
	xml_clean(out, item->raw.p, item->raw.n);
	buf_lit(out, "</json></item>");
}

/* A message from behind its addresses on, or nothing: a message tells of
 * items or of what is retracted, not of both (XEP-0060 schema). */
static void
put_message(struct buf *out, struct str node, struct str author,
    const struct json *list, bool items)
{
	size_t start = out->n, empty;

	if (start > 0)
		buf_putc(out, '\0');
	buf_lit(out, "><event xmlns=\"" NS_PUBSUB_EVENT "\"><items");
	xml_attrn(out, "node", node.p, node.n);
	buf_putc(out, '>');
	empty = out->n;
	for (const struct json *j = list->first; j != NULL; j = j->next) {
		if (items)
			put_item(out, node, author, j);
		else
			put_retract(out, node, j);
	}
	if (out->n == empty)
		buf_trim(out, start);
	else
		buf_lit(out, "</items></event></message>");
}

static int
find_node(const struct watch_group *g, struct reader *r, uint64_t rev,
    struct err *e)
{
	struct view v;
	uint64_t id;

	if (view_open(&v, r, g->branch, rev, e) < 0 ||
	    view_allow(&v, g->rights, e) < 0)
		return -1;
	return view_find(&v, g->anchor->path, &id, e);
}

/* Did the commit remove the node, or give it another path?  1, 0, -1. */
static int
is_deleted(const struct watch_group *g, struct reader *r,
    const struct commit *c, struct err *e)
{
	unsigned ops = 0;
	int rc;

	for (uint32_t i = 0; i < c->count; i++)
		ops |= c->changes[i].op;
	if (!(ops & (CHANGE_REMOVE | CHANGE_MOVE)) || c->rev < 2)
		return 0;
	rc = find_node(g, r, c->rev, e);
	if (rc == 0)
		return find_node(g, r, c->rev - 1, e);
	return rc < 0 ? -1 : 0;
}

/* One that is gone is not told of what was in it (XEP-0060 8.4). */
static void
put_delete(struct buf *out, struct str node)
{
	buf_lit(out, "><event xmlns=\"" NS_PUBSUB_EVENT "\"><delete");
	xml_attrn(out, "node", node.p, node.n);
	buf_lit(out, "/></event></message>");
}

/* Messages with a NUL between them. */
static int
write_event(const struct watch_group *g, struct reader *r,
    struct plan_run *run, const struct query_limits *limits,
    const struct commit *c, struct buf *out, struct err *e)
{
	struct buf payload = BUF_INIT(EVENT_MAX);
	struct arena a = ARENA_INIT;
	const struct json *list = NULL;
	int rc = is_deleted(g, r, c, e);

	if (rc > 0)
		put_delete(out, g->anchor->path);
	if (rc != 0)
		return rc < 0 ? -1 : EVENT_LAST;
	rc = event_payload(g, r, run, limits, c, &payload, e);
	if (rc > 0)
		list = json_parse(&a, payload.p, payload.n, NULL, e);
	if (rc > 0 && list == NULL)
		rc = -1;
	if (rc > 0) {
		put_message(out, g->anchor->path, c->author, list, false);
		put_message(out, g->anchor->path, c->author, list, true);
	}
	arena_free(&a);
	buf_free(&payload);
	return rc;
}

static void
put_addresses(struct buf *out, const struct session *s)
{
	buf_lit(out, "<message type=\"headline\"");
	xml_attr(out, "from", s->worker->server->opt->domain);
	xml_attr(out, "to", s->jid);
}

static size_t
put_event(struct buf *out, const struct session *s, const struct watch *x,
    const struct buf *text, size_t at)
{
	const char *p = text->p + at;
	const char *end = memchr(p, '\0', text->n - at);
	size_t n = end == NULL ? text->n - at : (size_t)(end - p);

	(void)x;
	put_addresses(out, s);
	buf_put(out, p, n);
	return at + n + (end != NULL);
}

static void
put_gap(struct buf *out, const struct session *s, const struct watch *x,
    uint64_t rev, uint64_t next, const char *why)
{
	(void)rev, (void)next, (void)why;
	put_addresses(out, s);
	buf_lit(out, "><event xmlns=\"" NS_PUBSUB_EVENT "\">");
	put_subscription(out, s, node_of(x), x->id, "none");
	buf_lit(out, "</event></message>");
}

const struct event_form event_form_pubsub = { write_event, put_event,
	put_gap };
