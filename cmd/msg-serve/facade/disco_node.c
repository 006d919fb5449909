#include "facade/disco_node.h"

#include <string.h>

#include "facade/form.h"
#include "facade/node.h"
#include "facade/rsm.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/command.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

static bool
is_items(const struct stanza *query)
{
	return strcmp(query->ns, NS_DISCO_ITEMS) == 0;
}

/* The items of a leaf are said without looking: it has one. */
static int
leaf_items(struct session *s, const struct request *r, const struct node *n)
{
	struct buf *out = session_out(s);

	facade_open(out, r);
	buf_lit(out, "<query xmlns=\"" NS_DISCO_ITEMS "\"");
	xml_attrn(out, "node", n->name.p, n->name.n);
	buf_lit(out, "><item");
	xml_attr(out, "jid", s->worker->server->opt->domain);
	buf_lit(out, " name=\"" NODE_CURRENT "\"/></query></iq>");
	session_sent(s);
	return 0;
}

static int
read_items(struct session *s, struct request *r, const struct node *n,
    struct arena *a, struct err *e)
{
	struct rsm_list list = { .all = n->items,
		.each = "$x/@path, $x/@title" };
	struct rsm p;

	if (!n->folder)
		return leaf_items(s, r, n);
	if (rsm_read(&p, stanza_first(r->iq), e) < 0)
		return -1;
	/* In disco#items an id is a node. */
	if (p.after.n > 0 || p.before.n > 0) {
		struct str from = p.backwards ? p.before : p.after;

		if (!node_has(n, from))
			return err_set(e, ERR_NOT_FOUND, "there is no such "
			    "node in this one");
		list.item = node_query(a, from);
	}
	r->command = &msg_commands[MSG_get_item];
	r->argument = rsm_query(&p, a, &list);
	return 1;
}

static int
read_disco(struct session *s, struct request *r, struct arena *a,
    struct err *e)
{
	const struct stanza *query = stanza_first(r->iq);
	struct node n;

	if (node_open(&n, s, a, stanza_attr_str(query, "node"), e) < 0)
		return -1;
	if (is_items(query))
		return read_items(s, r, &n, a, e);
	r->command = &msg_commands[MSG_get_item];
	r->argument = str_of(arena_printf(a, "%s/@kind, %s/@title, "
	    "%s/self::Folder/@kind", n.self, n.self, n.self));
	return 1;
}

static int
put_items(struct call *c, const struct json *answer, struct buf *out,
    struct err *e)
{
	const char *domain = c->worker->server->opt->domain;
	const struct json *j;
	struct rsm_page page;
	struct str first = STR_NONE, last = STR_NONE;
	struct rsm p;

	if (rsm_read(&p, stanza_first(c->request->iq), e) < 0 ||
	    rsm_page(&p, answer, 2, &page, e) < 0)
		return -1;
	for (j = page.values->first; j != NULL; j = j->next) {
		last = json_string(j);
		if (first.p == NULL)
			first = last;
		j = j->next;
		buf_lit(out, "<item");
		xml_attr(out, "jid", domain);
		xml_attrn(out, "node", last.p, last.n);
		xml_attr_clean(out, "name", j->text.p, j->text.n);
		buf_lit(out, "/>");
	}
	if (p.asked)
		rsm_put(out, &page, first, last);
	return 0;
}

static void
put_identity(struct buf *out, const char *type, struct str name)
{
	buf_lit(out, "<identity category=\"pubsub\"");
	xml_attr(out, "type", type);
	if (name.n > 0)
		xml_attr_clean(out, "name", name.p, name.n);
	buf_lit(out, "/>");
}

/* A folder is both: libraries give a collection no way to its items. */
static void
put_info(struct buf *out, const struct json *answer)
{
	const struct json *kind = answer->first, *title = kind->next;
	struct str name = json_string(title->first);

	if (title->next->first != NULL)
		put_identity(out, "collection", name);
	put_identity(out, "leaf", name);
	buf_lit(out, "<feature var=\"" NS_PUBSUB "\"/>");
	form_open(out, "result", NULL, NULL);
	form_type(out, NS_PUBSUB "#meta-data");
	form_text(out, "text-single", "pubsub#title", "Title", name);
	form_text(out, "text-single", "pubsub#type", "Kind",
	    json_string(kind->first));
	form_close(out);
}

static int
answer_disco(struct call *c, struct buf *out, struct err *e)
{
	const struct stanza *query = stanza_first(c->request->iq);
	const struct json *answer = json_parse(c->arena, c->payload->p,
	    c->payload->n, NULL, e);

	if (answer == NULL)
		return -1;
	facade_open(out, c->request);
	buf_lit(out, "<query");
	xml_attr(out, "xmlns", query->ns);
	xml_attr(out, "node", stanza_attr(query, "node"));
	buf_putc(out, '>');
	if (!is_items(query))
		put_info(out, answer);
	else if (put_items(c, answer, out, e) < 0)
		return -1;
	buf_lit(out, "</query></iq>");
	return 0;
}

const struct facade facade_disco_node = { read_disco, answer_disco, NULL,
	NULL };
