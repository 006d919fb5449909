/* Items of nodes: retrieved, published, retracted. */
#include <string.h>

#include "base/json.h"
#include "facade/node.h"
#include "facade/pubsub_int.h"
#include "facade/rsm.h"
#include "net/session.h"
#include "service/command.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define ACTIONS_MAX	((size_t)64 << 20)	/* bytes; the stanza's limit
						   binds */

/* The query of the verb's <item id=""/>s, each by itself; NULL: none is
 * asked for by its id. */
static const char *
chosen(const struct node *n, struct arena *a, const struct stanza *verb)
{
	const struct stanza *st = stanza_child(verb, "item", NULL);
	struct buf q = BUF_INIT(ACTIONS_MAX);
	const char *out = NULL;

	for (; st != NULL; st = stanza_next(st)) {
		struct str path = node_item(n, a, stanza_attr_str(st, "id"));
		const char *one = path.n == 0 ? NULL : node_query(a, path);

		if (q.n > 0)
			buf_lit(&q, " | ");
		buf_puts(&q, one == NULL ? "()" : one);
	}
	if (q.n > 0)
		out = arena_strn(a, buf_cstr(&q), q.n);
	buf_free(&q);
	return out;
}

/* --- retrieved ---------------------------------------------------------- */

/* The newest max_items are the last ones; a <set/> says the rest. */
static int
read_page(struct rsm *p, const struct stanza *verb, struct err *e)
{
	const char *max = stanza_attr(verb, "max_items");
	struct err ignored = ERR_INIT;
	struct json number = { .type = JSON_NUMBER, .raw = str_of(max) };

	if (stanza_child(verb, "item", NULL) != NULL) {
		memset(p, 0, sizeof *p);	/* those, however many */
		return 0;
	}
	if (rsm_read(p, verb->parent, e) < 0)
		return -1;
	if (p->asked || max == NULL)
		return 0;
	p->has_max = p->backwards = true;
	if (json_uint64(&number, &p->max, &ignored) < 0 ||
	    p->max > RSM_PAGE_MAX)
		return err_set(e, ERR_ARGUMENT, "max_items is no number: "
		    "'%s'", max);
	return 0;
}

int
pubsub_items(struct session *s, struct request *r, const struct stanza *verb,
    struct arena *a, struct err *e)
{
	struct rsm_list list = { .each = NULL };
	struct rsm p;
	struct node n;
	int rc = pubsub_node(&n, s, r, verb, a, e);

	if (rc < 1)
		return rc;
	if (read_page(&p, verb, e) < 0)
		return -1;
	list.all = chosen(&n, a, verb);
	if (list.all == NULL)
		list.all = n.items;
	if (p.after.n > 0 || p.before.n > 0) {
		struct str id = p.backwards ? p.before : p.after;
		struct str path = node_item(&n, a, id);

		if (!node_has(&n, path))
			return err_set(e, ERR_NOT_FOUND, "there is no item "
			    "'%.*s' to go on from", (int)id.n, id.p);
		list.item = node_query(a, path);
	}
	r->command = &msg_commands[MSG_get_item];
	r->argument = rsm_query(&p, a, &list);
	return 1;
}

static void
put_item(struct buf *out, struct str node, const struct json *item)
{
	struct str id = node_id(node, json_string(json_get(item, "_path")));

	buf_lit(out, "<item");
	xml_attrn(out, "id", id.p, id.n);
	buf_lit(out, "><json xmlns=\"" NS_JSON "\">");
	xml_clean(out, item->raw.p, item->raw.n);
	buf_lit(out, "</json></item>");
}

int
pubsub_put_items(struct call *c, const struct stanza *verb, struct buf *out,
    struct err *e)
{
	struct str node = stanza_attr_str(verb, "node"), first, last;
	const struct json *answer = json_parse(c->arena, c->payload->p,
	    c->payload->n, NULL, e), *j;
	struct rsm_page page;
	struct rsm p;

	first = last = STR_NONE;
	if (answer == NULL || read_page(&p, verb, e) < 0 ||
	    rsm_page(&p, answer, 1, &page, e) < 0)
		return -1;
	buf_lit(out, "<pubsub xmlns=\"" NS_PUBSUB "\"><items");
	xml_attrn(out, "node", node.p, node.n);
	buf_putc(out, '>');
	for (j = page.values->first; j != NULL; j = j->next) {
		last = node_id(node, json_string(json_get(j, "_path")));
		if (first.p == NULL)
			first = last;
		put_item(out, node, j);
	}
	buf_lit(out, "</items>");
	if (p.asked)
		rsm_put(out, &page, first, last);
	buf_lit(out, "</pubsub>");
	return 0;
}

/* --- published ---------------------------------------------------------- */

/* The item's payload, an object: 1; 0: it has none that fits, which was
 * said. */
static int
payload(struct session *s, const struct request *r, const struct stanza *item,
    struct arena *a, const struct json **out)
{
	const struct stanza *st = stanza_first(item);
	struct str text = stanza_text(st);
	struct err e = ERR_INIT;

	if (st == NULL)
		return pubsub_fault(s, r, "bad-request", "modify",
		    "payload-required", NULL);
	if (!stanza_is(st, "json", NS_JSON) || stanza_next(st) != NULL)
		return pubsub_fault(s, r, "bad-request", "modify",
		    "invalid-payload", "the payload is one element <json/> "
		    "of " NS_JSON);
	*out = json_parse(a, text.p, text.n, NULL, &e);
	if (*out != NULL && (*out)->type != JSON_OBJECT)
		err_set(&e, ERR_VALUE, "the payload is no object");
	if (*out == NULL || (*out)->type != JSON_OBJECT)
		return pubsub_fault(s, r, "bad-request", "modify",
		    "invalid-payload", e.text);
	return 1;
}

static struct str
last_name(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return (struct str){ path.p + i, path.n - i };
}

/* The item's id is its name: one that says otherwise is a mistake. */
static int
check_name(const struct json *data, struct str path, struct err *e)
{
	const struct json *name = json_get(data, "name");
	struct str is = last_name(path);

	if (name == NULL || is.n == 0 || str_eq(json_string(name), is))
		return 0;
	err_set(e, ERR_VALUE, "the name of an item is its id, '%.*s'",
	    (int)(is.n > 100 ? 100 : is.n), is.p);
	return err_path(e, "/name");
}

/* What a new item gets from its node is not said again. */
static bool
is_given(struct str key)
{
	return str_is(key, "_path") || str_is(key, "_key") ||
	    str_is(key, "_rev") || str_is(key, "folder") ||
	    str_is(key, "contents");
}

static void
put_action(struct buf *out, const struct json *data, struct str path,
    bool there)
{
	buf_printf(out, "%s{\"method\":\"%s\",\"data\":{\"_path\":",
	    out->n > 1 ? "," : "", there ? "save" : "create");
	json_put_str(out, path);
	for (const struct json *j = data->first; j != NULL; j = j->next) {
		if (there ? str_is(j->key, "_path") : is_given(j->key))
			continue;
		buf_putc(out, ',');
		json_put_str(out, j->key);
		buf_putc(out, ':');
		buf_put(out, j->raw.p, j->raw.n);
	}
	buf_lit(out, "}}");
}

/* 1: there is an item of that path, 0: none, -1. */
static int
exists(struct session *s, struct arena *a, struct str path, struct err *e)
{
	const char *query = node_query(a, path);
	const struct json *answer;

	if (query == NULL)
		return err_set(e, ERR_NOT_FOUND, "no item can have the path "
		    "'%.*s'", (int)path.n, path.p);
	answer = facade_ask(s, a, MSG_get_item,
	    str_of(arena_printf(a, "%s/@name", query)), STR_NONE, e);
	return answer == NULL ? -1 : answer->count > 0;
}

/* The path that one <item/> is published to; a new one without a name ends
 * in a slash. */
static int
target(const struct node *n, struct arena *a, const struct stanza *item,
    struct str *out, struct err *e)
{
	struct str id = stanza_attr_str(item, "id");

	if (id.n == 0 && !n->folder)
		*out = n->name;
	else if (id.n == 0)
		*out = str_of(arena_printf(a, "%.*s%s", (int)n->name.n,
		    n->name.p, str_is(n->name, "/") ? "" : "/"));
	else
		*out = node_item(n, a, id);
	if (out->n == 0)
		return err_set(e, ERR_NOT_FOUND, "a node that is no folder "
		    "has one item, '" NODE_CURRENT "'");
	return 0;
}

int
pubsub_publish(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	const struct stanza *item = stanza_child(verb, "item", NULL);
	struct buf text = BUF_INIT(ACTIONS_MAX);
	const struct json *data = NULL;
	struct str path;
	struct node n;
	int rc = pubsub_node(&n, s, r, verb, a, e), there = 0;

	if (rc < 1)
		return rc;
	if (stanza_child(verb->parent, "publish-options", NULL) != NULL)
		return pubsub_fault(s, r, "conflict", "cancel",
		    "precondition-not-met", "no options are published by");
	if (item == NULL || stanza_next(item) != NULL)
		return pubsub_fault(s, r, "bad-request", "modify",
		    item == NULL ? "item-required" : "max-items-exceeded",
		    "one item is published at a time");
	rc = payload(s, r, item, a, &data);
	if (rc < 1)
		return rc;
	if (target(&n, a, item, &path, e) < 0 ||
	    check_name(data, path, e) < 0)
		return -1;
	if (path.p[path.n - 1] != '/')
		there = exists(s, a, path, e);
	if (there < 0)
		return -1;
	buf_putc(&text, '[');
	put_action(&text, data, path, there > 0);
	buf_putc(&text, ']');
	return pubsub_set(r, a, &text, e);
}

int
pubsub_put_published(struct call *c, const struct stanza *verb,
    struct buf *out, struct err *e)
{
	struct str node = stanza_attr_str(verb, "node"), id;
	const struct json *answer = json_parse(c->arena, c->payload->p,
	    c->payload->n, NULL, e);

	if (answer == NULL)
		return -1;
	id = node_id(node, json_string(json_get(answer->first, "_path")));
	buf_lit(out, "<pubsub xmlns=\"" NS_PUBSUB "\"><publish");
	xml_attrn(out, "node", node.p, node.n);
	buf_lit(out, "><item");
	xml_attrn(out, "id", id.p, id.n);
	buf_lit(out, "/></publish></pubsub>");
	return 0;
}

/* --- retracted ---------------------------------------------------------- */

int
pubsub_retract(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	const struct stanza *item = stanza_child(verb, "item", NULL);
	struct buf text = BUF_INIT(ACTIONS_MAX);
	struct str path;
	struct node n, found;
	int rc = pubsub_node(&n, s, r, verb, a, e);

	if (rc < 1)
		return rc;
	if (item == NULL || stanza_attr(item, "id") == NULL ||
	    stanza_next(item) != NULL)
		return pubsub_fault(s, r, "bad-request", "modify",
		    "item-required", "one item is retracted at a time");
	path = node_item(&n, a, stanza_attr_str(item, "id"));
	if (path.n == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such item");
	if (node_open(&found, s, a, path, e) < 0)
		return -1;
	if (found.folder)
		return err_set(e, ERR_NOT_ALLOWED, "'%.*s' is a folder with "
		    "items of its own: delete it as a node", (int)path.n,
		    path.p);
	buf_lit(&text, "[{\"method\":\"remove\",\"data\":{\"_path\":");
	json_put_str(&text, path);
	buf_lit(&text, "}}]");
	return pubsub_set(r, a, &text, e);
}
