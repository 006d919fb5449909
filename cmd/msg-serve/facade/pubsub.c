#include "facade/pubsub_int.h"

#include <string.h>

#include "facade/node.h"
#include "net/session.h"
#include "service/command.h"
#include "xmpp/ns.h"

/* What may be asked.  Without read it is not there, and feature says what. */
static const struct verb {
	const char *type, *ns, *name;
	pubsub_read_fn *read;
	pubsub_answer_fn *answer;	/* NULL: an empty result */
	const char *feature;
} verbs[] = {
	{ "get", NS_PUBSUB, "items", pubsub_items, pubsub_put_items, NULL },
	{ "set", NS_PUBSUB, "publish", pubsub_publish, pubsub_put_published,
	    NULL },
	{ "set", NS_PUBSUB, "retract", pubsub_retract, NULL, NULL },
	{ "set", NS_PUBSUB, "subscribe", pubsub_subscribe,
	    pubsub_put_subscribed, NULL },
	{ "set", NS_PUBSUB, "unsubscribe", pubsub_unsubscribe, NULL, NULL },
	{ "get", NS_PUBSUB, "subscriptions", pubsub_subscriptions, NULL,
	    NULL },
	{ "set", NS_PUBSUB, "create", pubsub_create, NULL, NULL },
	{ "set", NS_PUBSUB_OWNER, "delete", pubsub_delete, NULL, NULL },
	{ "set", NS_PUBSUB_OWNER, "purge", pubsub_purge, NULL, NULL },
	{ "get", NS_PUBSUB_OWNER, "configure", pubsub_get_config,
	    pubsub_put_config, NULL },
	{ "set", NS_PUBSUB_OWNER, "configure", pubsub_set_config, NULL,
	    NULL },
	{ NULL, NS_PUBSUB, "affiliations", NULL, NULL,
	    "retrieve-affiliations" },
	{ NULL, NS_PUBSUB, "options", NULL, NULL, "subscription-options" },
	{ NULL, NS_PUBSUB, "default", NULL, NULL,
	    "retrieve-default-sub" },
	{ NULL, NS_PUBSUB_OWNER, "default", NULL, NULL, "retrieve-default" },
	{ NULL, NS_PUBSUB_OWNER, "affiliations", NULL, NULL,
	    "modify-affiliations" },
	{ NULL, NS_PUBSUB_OWNER, "subscriptions", NULL, NULL,
	    "manage-subscriptions" },
};

int
pubsub_fault(struct session *s, const struct request *r,
    const char *condition, const char *type, const char *special,
    const char *text)
{
	struct buf more = BUF_INIT(500);

	buf_printf(&more, "<%s xmlns=\"" NS_PUBSUB_ERRORS "\"/>", special);
	facade_fault(s, r, condition, type, text, buf_cstr(&more));
	buf_free(&more);
	return 0;
}

static int
unsupported(struct session *s, const struct request *r, const char *feature)
{
	struct buf special = BUF_INIT(500);

	buf_printf(&special, "<unsupported xmlns=\"" NS_PUBSUB_ERRORS "\" "
	    "feature=\"%s\"/>", feature);
	facade_fault(s, r, "feature-not-implemented", "cancel", NULL,
	    buf_cstr(&special));
	buf_free(&special);
	return 0;
}

int
pubsub_node(struct node *n, struct session *s, const struct request *r,
    const struct stanza *verb, struct arena *a, struct err *e)
{
	struct str name = stanza_attr_str(verb, "node");

	if (name.n == 0)
		return pubsub_fault(s, r, "bad-request", "modify",
		    "nodeid-required", "say which node: a path, such as '/'");
	return node_open(n, s, a, name, e) < 0 ? -1 : 1;
}

int
pubsub_set(struct request *r, struct arena *a, struct buf *text,
    struct err *e)
{
	bool full = buf_full(text);

	r->command = &msg_commands[MSG_set_item];
	r->argument.n = text->n;
	r->argument.p = arena_strn(a, buf_cstr(text), text->n);
	buf_free(text);
	if (full)
		return err_set(e, ERR_POLICY, "that is too much at a time");
	return 1;
}

/* The first child that is a verb: others, such as <options/>, go with it. */
static const struct verb *
find(const struct stanza *iq, const struct stanza **element)
{
	const struct stanza *st = stanza_first(stanza_first(iq));
	const char *type = stanza_attr(iq, "type");

	for (; st != NULL; st = stanza_next(st))
		for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
			if (stanza_is(st, verbs[i].name, verbs[i].ns) &&
			    (verbs[i].type == NULL ||
			    strcmp(verbs[i].type, type) == 0)) {
				*element = st;
				return &verbs[i];
			}
	return NULL;
}

static int
read_pubsub(struct session *s, struct request *r, struct arena *a,
    struct err *e)
{
	const struct stanza *element;
	const struct verb *v = find(r->iq, &element);

	if (v == NULL)
		return facade_fault(s, r, "bad-request", "modify",
		    "this is not asked of a node", NULL);
	if (v->read == NULL)
		return unsupported(s, r, v->feature);
	return v->read(s, r, element, a, e);
}

static int
answer_pubsub(struct call *c, struct buf *out, struct err *e)
{
	const struct stanza *element;
	const struct verb *v = find(c->request->iq, &element);

	facade_open(out, c->request);
	if (v->answer != NULL && v->answer(c, element, out, e) < 0)
		return -1;
	buf_lit(out, "</iq>");
	return 0;
}

const struct facade facade_pubsub = { read_pubsub, answer_pubsub, NULL,
	&event_form_pubsub };
