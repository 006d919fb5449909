#include "net/iq.h"

#include <string.h>

#include "base/clock.h"
#include "facade/disco_node.h"
#include "facade/pubsub.h"
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

static answer_fn nothing, echo, stored, disco_info, disco_items, version,
    entity_time;

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

/* What stands for commands in other words; of the server alone. */
static const struct facade_row {
	const char *name, *ns;
	const struct facade *facade;
} facades[] = {
	{ "pubsub", NS_PUBSUB, &facade_pubsub },
	{ "pubsub", NS_PUBSUB_OWNER, &facade_pubsub },
};

#define FACADES	(sizeof facades / sizeof facades[0])

static void
nothing(struct session *s, const struct stanza *iq, struct buf *out)
{
	(void)s, (void)iq, (void)out;
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
	const struct server *server = s->worker->server;
	const char *to = stanza_attr(iq, "to");

	buf_lit(out, "<query xmlns=\"" NS_DISCO_INFO "\"");
	xml_attr(out, "node", stanza_attr(stanza_first(iq), "node"));
	buf_putc(out, '>');
	if (iq_is_for_server(to))
		disco_put_server(server->disco, out);
	else
		disco_put_account(server->disco, out);
	buf_lit(out, "</query>");
}

static void
disco_items(struct session *s, const struct stanza *iq, struct buf *out)
{
	const char *domain = s->worker->server->opt->domain;

	buf_lit(out, "<query xmlns=\"" NS_DISCO_ITEMS "\"");
	xml_attr(out, "node", stanza_attr(stanza_first(iq), "node"));
	buf_putc(out, '>');
	if (iq_is_for_server(stanza_attr(iq, "to"))) {
		buf_lit(out, "<item");
		xml_attr(out, "jid", domain);
		buf_lit(out, " node=\"/\" name=\"Items\"/>");
	}
	buf_lit(out, "</query>");
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

/* The node that a disco#info or disco#items is about; NULL: none. */
static const char *
disco_node(const struct stanza *child)
{
	if (strcmp(child->ns, NS_DISCO_INFO) != 0 &&
	    strcmp(child->ns, NS_DISCO_ITEMS) != 0)
		return NULL;
	return stanza_attr(child, "node");
}

/* NULL: it is answered by a row, or not at all. */
static const struct facade *
find_facade(const struct stanza *child)
{
	const char *node = disco_node(child);

	if (node != NULL && node[0] == '/')
		return &facade_disco_node;
	for (size_t i = 0; i < FACADES; i++)
		if (stanza_is(child, facades[i].name, facades[i].ns))
			return facades[i].facade;
	return NULL;
}

static void
answer_row(struct session *s, const struct stanza *iq,
    const struct answer_row *row)
{
	struct buf *out = session_out(s);

	buf_lit(out, "<iq type=\"result\"");
	xml_attr(out, "id", stanza_attr(iq, "id"));
	xml_attr(out, "from", stanza_attr(iq, "to"));
	if (row->fn == nothing) {
		buf_lit(out, "/>");
	} else {
		buf_putc(out, '>');
		row->fn(s, iq, out);
		buf_lit(out, "</iq>");
	}
	session_sent(s);
}

/* No row is: who asks his own account for nodes (XEP-0163) finds none. */
static void
answer_other(struct session *s, const struct stanza *iq, bool server)
{
	const struct facade *f = find_facade(stanza_first(iq));

	if (f == NULL)
		route_refuse(s, iq, "service-unavailable", "cancel", NULL);
	else if (server)
		serve_facade(s, iq, f);
	else
		route_refuse(s, iq, strcmp(stanza_attr(iq, "type"), "get") ==
		    0 ? "item-not-found" : "not-allowed", "cancel",
		    "there are no nodes but those of the server");
}

void
iq_answer(struct session *s, const struct stanza *iq)
{
	const struct stanza *child = stanza_first(iq);
	const struct answer_row *row = find(stanza_attr(iq, "type"), child);
	const char *node = disco_node(child);
	bool server = iq_is_for_server(stanza_attr(iq, "to"));

	if (node != NULL && server &&
	    disco_is_caps(s->worker->server->disco, node))
		node = NULL;
	if (row == NULL || (node != NULL && find_facade(child) != NULL))
		answer_other(s, iq, server);
	else if (row->fn == NULL)
		route_refuse(s, iq, "not-allowed", "cancel", row->why);
	else if (node != NULL)
		route_refuse(s, iq, "item-not-found", "cancel",
		    "there is no such node");
	else
		answer_row(s, iq, row);
}
