/* Nodes made, described, deleted. */
#include <string.h>

#include "base/json.h"
#include "facade/form.h"
#include "facade/node.h"
#include "facade/pubsub_int.h"
#include "service/command.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define ACTIONS_MAX	((size_t)16 << 20)	/* bytes of a purge */
#define NODE_CONFIG	NS_PUBSUB "#node_config"

/* What a node can be told, and the field of its item that it is. */
static const struct option {
	const char *var, *field, *label;
} options[] = {
	{ "pubsub#title", "title", "Title" },
	{ "pubsub#description", "description", "Description" },
};

#define OPTIONS	(sizeof options / sizeof options[0])

static const struct option *
find_option(const char *var)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (strcmp(options[i].var, var) == 0)
			return &options[i];
	return NULL;
}

/* Append the members that the form asks for.  ERR_VALUE: it asks for what no
 * node here can be told. */
static int
put_options(struct buf *out, const struct stanza *form, struct err *e)
{
	const struct stanza *st = stanza_first(form);

	for (; st != NULL; st = stanza_next(st)) {
		const char *var = stanza_attr(st, "var");
		const struct option *o;

		if (!stanza_is(st, "field", NS_DATA) || var == NULL ||
		    strcmp(var, "FORM_TYPE") == 0 ||
		    strcmp(var, "pubsub#type") == 0)
			continue;
		o = find_option(var);
		if (o == NULL)
			return err_set(e, ERR_VALUE, "'%s' cannot be told to "
			    "a node: its title, description and, of a new "
			    "one, pubsub#type can", var);
		buf_printf(out, ",\"%s\":", o->field);
		json_put_str(out, form_value(form, var));
	}
	return 0;
}

static int
set_one(struct request *r, struct arena *a, const char *method,
    struct str path, const char *members, struct err *e)
{
	struct buf text = BUF_INIT(ACTIONS_MAX);

	buf_printf(&text, "[{\"method\":\"%s\",\"data\":{\"_path\":", method);
	json_put_str(&text, path);
	buf_puts(&text, members);
	buf_lit(&text, "}}]");
	return pubsub_set(r, a, &text, e);
}

static int
set_described(struct request *r, struct arena *a, const char *method,
    struct str path, struct str kind, const struct stanza *form,
    struct err *e)
{
	struct buf members = BUF_INIT(ACTIONS_MAX);
	int rc;

	if (kind.n > 0) {
		buf_lit(&members, ",\"_kind\":");
		json_put_str(&members, kind);
	}
	rc = put_options(&members, form, e);
	if (rc == 0)
		rc = set_one(r, a, method, path, buf_cstr(&members), e);
	buf_free(&members);
	return rc;
}

/* A folder, when nobody says what else: it can have items. */
int
pubsub_create(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	struct str name = stanza_attr_str(verb, "node"), kind;
	const struct stanza *form = form_find(stanza_child(verb->parent,
	    "configure", NS_PUBSUB), "submit");

	if (name.n == 0)
		return pubsub_fault(s, r, "not-acceptable", "modify",
		    "nodeid-required", "a node is called as its path is");
	if (node_query(a, name) == NULL)
		return err_set(e, ERR_ARGUMENT, "a node is called as its "
		    "path is, such as '/news', not '%.*s'",
		    (int)(name.n > 100 ? 100 : name.n), name.p);
	kind = form_value(form, "pubsub#type");
	return set_described(r, a, "create", name, kind.n > 0 ? kind :
	    STR("Folder"), form, e);
}

int
pubsub_delete(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	struct node n;
	int rc = pubsub_node(&n, s, r, verb, a, e);

	return rc < 1 ? rc : set_one(r, a, "remove", n.name, "", e);
}

static void
put_remove(struct buf *out, struct str path)
{
	buf_puts(out, out->n > 1 ? "," : "");
	buf_lit(out, "{\"method\":\"remove\",\"data\":{\"_path\":");
	json_put_str(out, path);
	buf_lit(out, "}}");
}

/* All items at once, unless one has items of its own. */
int
pubsub_purge(struct session *s, struct request *r, const struct stanza *verb,
    struct arena *a, struct err *e)
{
	struct buf text = BUF_INIT(ACTIONS_MAX);
	const struct json *answer, *j, *folder;
	struct node n;
	int rc = pubsub_node(&n, s, r, verb, a, e);

	if (rc < 1)
		return rc;
	if (!n.folder)
		return err_set(e, ERR_NOT_ALLOWED, "a node that is no folder "
		    "goes with its item: delete it");
	answer = facade_ask(s, a, MSG_get_item, str_of(arena_printf(a,
	    "%s/@path, %s/self::Folder/@path", n.items, n.items)), STR_NONE,
	    e);
	if (answer == NULL)
		return -1;
	folder = answer->first->next->first;
	if (folder != NULL)
		return err_set(e, ERR_NOT_ALLOWED, "'%.*s' is a folder with "
		    "items of its own: delete it as a node",
		    (int)folder->text.n, folder->text.p);
	if (answer->first->first == NULL)
		return facade_done(s, r);
	buf_putc(&text, '[');
	for (j = answer->first->first; j != NULL; j = j->next)
		put_remove(&text, j->text);
	buf_putc(&text, ']');
	return pubsub_set(r, a, &text, e);
}

/* --- configuration ------------------------------------------------------ */

int
pubsub_set_config(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	const struct stanza *form = form_find(verb, "submit");
	struct str kind = form_value(form, "pubsub#type");
	struct node n;
	int rc = pubsub_node(&n, s, r, verb, a, e);

	if (rc < 1)
		return rc;
	if (form_find(verb, "cancel") != NULL)
		return facade_done(s, r);
	if (form == NULL)
		return facade_fault(s, r, "bad-request", "modify",
		    "the configuration is a form", NULL);
	if (kind.n > 0 && !str_eq(kind, n.kind))
		return err_set(e, ERR_VALUE, "a node keeps its pubsub#type, "
		    "'%.*s'", (int)n.kind.n, n.kind.p);
	return set_described(r, a, "save", n.name, STR_NONE, form, e);
}

int
pubsub_get_config(struct session *s, struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	struct node n;
	int rc = pubsub_node(&n, s, r, verb, a, e);

	if (rc < 1)
		return rc;
	r->command = &msg_commands[MSG_get_item];
	r->argument = str_of(arena_printf(a, "%s/@kind, %s/@title, "
	    "%s/@description", n.self, n.self, n.self));
	return 1;
}

int
pubsub_put_config(struct call *c, const struct stanza *verb, struct buf *out,
    struct err *e)
{
	struct str node = stanza_attr_str(verb, "node");
	const struct json *j = json_parse(c->arena, c->payload->p,
	    c->payload->n, NULL, e);

	if (j == NULL)
		return -1;
	j = j->first;
	buf_lit(out, "<pubsub xmlns=\"" NS_PUBSUB_OWNER "\"><configure "
	    "node=\"");
	xml_value(out, node.p, node.n);
	buf_lit(out, "\">");
	form_open(out, "form", NULL, NULL);
	form_type(out, NODE_CONFIG);
	form_text(out, "text-single", "pubsub#type", "Kind",
	    json_string(j->first));
	for (size_t i = 0; i < OPTIONS; i++) {
		j = j->next;
		if (j->first != NULL)
			form_text(out, "text-single", options[i].var,
			    options[i].label, json_string(j->first));
	}
	form_close(out);
	buf_lit(out, "</configure></pubsub>");
	return 0;
}
