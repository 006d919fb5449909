#include "net/iq.h"

#include <string.h>

#include "base/clock.h"
#include "facade/adhoc.h"
#include "facade/disco_node.h"
#include "facade/pubsub.h"
#include "facade/register.h"
#include "net/carbons.h"
#include "net/disco.h"
#include "net/route.h"
#include "net/serve.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/* Append what is in the result. */
typedef void answer_fn(struct session *s, const struct stanza *iq,
    struct buf *out);

static answer_fn nothing, carbons_on, carbons_off, echo, stored, disco_info,
    disco_items, version, entity_time;

/* What is answered.  The first is asked most. */
static const struct answer_row {
	const char *type, *name, *ns;
	answer_fn *fn;		/* NULL: it is refused, */
	const char *why;	/* with not-allowed and this */
} rows[] = {
	{ "get", "ping", NS_PING, nothing, NULL },
	{ "get", "query", NS_DISCO_INFO, disco_info, NULL },
	{ "get", "query", NS_DISCO_ITEMS, disco_items, NULL },
	{ "set", "session", NS_SESSION, nothing, NULL },
	{ "get", "query", NS_VERSION, version, NULL },
	{ "get", "time", NS_TIME, entity_time, NULL },
	{ "set", "enable", NS_CARBONS, carbons_on, NULL },
	{ "set", "disable", NS_CARBONS, carbons_off, NULL },

	/* Clients ask for these without looking whether they are there, and
	 * some do not go on without an answer: there is nothing in them. */
	{ "get", "query", NS_ROSTER, echo, NULL },
	{ "get", "query", NS_PRIVATE, stored, NULL },
	{ "get", "vCard", NS_VCARD, echo, NULL },
	{ "get", "blocklist", NS_BLOCKING, echo, NULL },
	{ "set", "query", NS_ROSTER, NULL, "rosters are empty here" },
	{ "set", "query", NS_PRIVATE, NULL, "nothing is kept here but items" },
	{ "set", "vCard", NS_VCARD, NULL, "nothing is kept here but items" },
	{ "set", "block", NS_BLOCKING, NULL, "nobody can be blocked here" },
	{ "set", "unblock", NS_BLOCKING, nothing, NULL },
};

#define ROWS	(sizeof rows / sizeof rows[0])

/* What stands for commands in other words. */
static const struct facade_row {
	const char *name, *ns;
	const struct facade *facade;
} facades[] = {
	{ "pubsub", NS_PUBSUB, &facade_pubsub },
	{ "pubsub", NS_PUBSUB_OWNER, &facade_pubsub },
	{ "command", NS_COMMANDS, &facade_adhoc },
	{ "query", NS_REGISTER, &facade_register },
};

#define FACADES	(sizeof facades / sizeof facades[0])

static void
nothing(struct session *s, const struct stanza *iq, struct buf *out)
{
	(void)s, (void)iq, (void)out;
}

static void
carbons_on(struct session *s, const struct stanza *iq, struct buf *out)
{
	(void)iq, (void)out;
	carbons_enable(s, true);
}

static void
carbons_off(struct session *s, const struct stanza *iq, struct buf *out)
{
	(void)iq, (void)out;
	carbons_enable(s, false);
}

static void
put_empty(struct buf *out, const struct stanza *st)
{
	buf_putc(out, '<');
	buf_puts(out, st->name);
	xml_attr(out, "xmlns", st->ns);
	buf_lit(out, "/>");
}

static void
echo(struct session *s, const struct stanza *iq, struct buf *out)
{
	(void)s;
	put_empty(out, stanza_first(iq));
}

/* XEP-0049 2.2: what was never stored is the element asked for, empty. */
static void
stored(struct session *s, const struct stanza *iq, struct buf *out)
{
	const struct stanza *asked = stanza_first(stanza_first(iq));

	(void)s;
	buf_lit(out, "<query xmlns=\"" NS_PRIVATE "\">");
	for (; asked != NULL; asked = stanza_next(asked))
		put_empty(out, asked);
	buf_lit(out, "</query>");
}

/* Of the server; or, when it is not the server that is addressed, of the
 * user's account. */
static void
disco_info(struct session *s, const struct stanza *iq, struct buf *out)
{
	if (iq_is_for_server(stanza_attr(iq, "to")))
		disco_put_server(s->worker->server->disco, out);
	else
		disco_put_account(s->worker->server->disco, out);
}

static void
disco_items(struct session *s, const struct stanza *iq, struct buf *out)
{
	const char *domain = s->worker->server->opt->domain;

	if (!iq_is_for_server(stanza_attr(iq, "to")))
		return;
	buf_lit(out, "<item");
	xml_attr(out, "jid", domain);
	buf_lit(out, " node=\"/\" name=\"Items\"/><item");
	xml_attr(out, "jid", domain);
	buf_lit(out, " node=\"" NS_COMMANDS "\" name=\"Commands\"/>");
}

/* Append what there is to a node; false: there is no such node. */
static bool
disco_of_node(struct session *s, const struct stanza *iq, const char *node,
    struct buf *out)
{
	const struct stanza *query = stanza_first(iq);

	if (!iq_is_for_server(stanza_attr(iq, "to")))
		return false;
	if (!disco_is_caps(s->worker->server->disco, node))
		return adhoc_disco(s, query, node, out);
	if (strcmp(query->ns, NS_DISCO_INFO) == 0)
		disco_info(s, iq, out);
	return true;
}

static void
version(struct session *s, const struct stanza *iq, struct buf *out)
{
	(void)s, (void)iq;
	buf_lit(out, "<query xmlns=\"" NS_VERSION "\"><name>msg-serve</name>"
	    "<version>" MSG_VERSION "</version></query>");
}

static void
entity_time(struct session *s, const struct stanza *iq, struct buf *out)
{
	char now[CLOCK_TEXT];

	(void)s, (void)iq;
	clock_text(clock_real_us(), now);
	buf_printf(out, "<time xmlns=\"" NS_TIME "\"><tzo>+00:00</tzo>"
	    "<utc>%s</utc></time>", now);
}

bool
iq_is_for_server(const char *to)
{
	return to != NULL && to[strcspn(to, "@/")] != '@';
}

static const struct answer_row *
find(const char *type, const struct stanza *child)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].type, type) == 0 &&
		    stanza_is(child, rows[i].name, rows[i].ns))
			return &rows[i];
	return NULL;
}

static bool
is_disco(const struct stanza *child)
{
	return stanza_is(child, "query", NS_DISCO_INFO) ||
	    stanza_is(child, "query", NS_DISCO_ITEMS);
}

/* NULL: it is answered by a row, or not at all. */
static const struct facade *
find_facade(const struct stanza *child)
{
	const char *node = is_disco(child) ? stanza_attr(child, "node") : NULL;

	if (node != NULL && node[0] == '/')
		return &facade_disco_node;
	for (size_t i = 0; i < FACADES; i++)
		if (stanza_is(child, facades[i].name, facades[i].ns))
			return facades[i].facade;
	return NULL;
}

static void
open_result(const struct stanza *iq, struct buf *out)
{
	buf_lit(out, "<iq type=\"result\"");
	xml_attr(out, "id", stanza_attr(iq, "id"));
	xml_attr(out, "from", stanza_attr(iq, "to"));
}

static void
answer_row(struct session *s, const struct stanza *iq,
    const struct answer_row *row)
{
	struct buf *out = session_out(s);

	open_result(iq, out);
	if (row->fn == nothing) {
		buf_lit(out, "/>");
	} else {
		buf_putc(out, '>');
		row->fn(s, iq, out);
		buf_lit(out, "</iq>");
	}
	session_sent(s);
}

static void
answer_disco(struct session *s, const struct stanza *iq,
    const struct answer_row *row)
{
	const struct stanza *query = stanza_first(iq);
	const char *node = stanza_attr(query, "node");
	struct buf *out = session_out(s);
	size_t start = out->n;
	bool there = true;

	open_result(iq, out);
	buf_lit(out, "><query");
	xml_attr(out, "xmlns", query->ns);
	xml_attr(out, "node", node);
	buf_putc(out, '>');
	if (node == NULL)
		row->fn(s, iq, out);
	else
		there = disco_of_node(s, iq, node, out);
	buf_lit(out, "</query></iq>");
	if (there) {
		session_sent(s);
		return;
	}
	buf_trim(out, start);
	route_refuse(s, iq, "item-not-found", "cancel",
	    "there is no such node");
}

/* Of the server; who asks his own account for nodes (XEP-0163) finds none,
 * but some ask it for a new password. */
static void
answer_facade(struct session *s, const struct stanza *iq,
    const struct facade *f)
{
	bool get = strcmp(stanza_attr(iq, "type"), "get") == 0;

	if (iq_is_for_server(stanza_attr(iq, "to")) || f == &facade_register)
		serve_facade(s, iq, f);
	else
		route_refuse(s, iq, get ? "item-not-found" : "not-allowed",
		    "cancel", "there are no nodes but those of the server");
}

void
iq_answer(struct session *s, const struct stanza *iq)
{
	const struct stanza *child = stanza_first(iq);
	const struct answer_row *row = find(stanza_attr(iq, "type"), child);
	const struct facade *f = row == rows ||
	    (row == NULL && is_disco(child)) ? NULL : find_facade(child);

	if (f != NULL)
		answer_facade(s, iq, f);
	else if (row == NULL)
		route_refuse(s, iq, "service-unavailable", "cancel", NULL);
	else if (row->fn == NULL)
		route_refuse(s, iq, "not-allowed", "cancel", row->why);
	else if (is_disco(child))
		answer_disco(s, iq, row);
	else
		answer_row(s, iq, row);
}
