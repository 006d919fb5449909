#include "net/iq.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "net/route.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/* Append what is in the result; NULL function: nothing is. */
typedef void answer_fn(struct session *s, const struct stanza *child,
    struct buf *out);

static answer_fn disco_info, version, entity_time;

/* What is answered, and what disco#info tells of it. */
static const struct answer_row {
	const char *type, *name, *ns;
	answer_fn *fn;		/* NULL: an empty result */
	bool echo;		/* the result holds the child, empty */
	bool feature;
} rows[] = {
	{ "get", "ping", NS_PING, NULL, false, true },
	{ "set", "session", NS_SESSION, NULL, false, false },
	{ "get", "query", NS_DISCO_INFO, disco_info, false, true },
	{ "get", "query", NS_DISCO_ITEMS, NULL, true, true },
	{ "get", "query", NS_VERSION, version, false, true },
	{ "get", "time", NS_TIME, entity_time, false, true },
	{ "get", "query", NS_ROSTER, NULL, true, false },
};

#define ROWS	(sizeof rows / sizeof rows[0])

static void
disco_info(struct session *s, const struct stanza *child, struct buf *out)
{
	(void)s;
	buf_lit(out, "<query xmlns=\"" NS_DISCO_INFO "\"");
	xml_attr(out, "node", stanza_attr(child, "node"));
	buf_lit(out, "><identity category=\"server\" type=\"im\" "
	    "name=\"Message\"/><feature var=\"" NS_M "\"/>");
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].feature)
			buf_printf(out, "<feature var=\"%s\"/>", rows[i].ns);
	buf_lit(out, "</query>");
}

static void
version(struct session *s, const struct stanza *child, struct buf *out)
{
	(void)s, (void)child;
	buf_lit(out, "<query xmlns=\"" NS_VERSION "\"><name>msg-serve</name>"
	    "<version>" MSG_VERSION "</version></query>");
}

static void
entity_time(struct session *s, const struct stanza *child, struct buf *out)
{
	char now[CLOCK_TEXT];

	(void)s, (void)child;
	clock_text(clock_real_us(), now);
	buf_printf(out, "<time xmlns=\"" NS_TIME "\"><tzo>+00:00</tzo>"
	    "<utc>%s</utc></time>", now);
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

void
iq_answer(struct session *s, const struct stanza *iq)
{
	const struct stanza *child = stanza_first(iq);
	const struct answer_row *row = find(stanza_attr(iq, "type"), child);
	struct buf *out;

	if (row == NULL) {
		route_refuse(s, iq, "service-unavailable", "cancel", NULL);
		return;
	}
	if (row->fn == disco_info && stanza_attr(child, "node") != NULL) {
		route_refuse(s, iq, "item-not-found", "cancel",
		    "there is no such node");
		return;
	}
	out = session_out(s);
	buf_lit(out, "<iq type=\"result\"");
	xml_attr(out, "id", stanza_attr(iq, "id"));
	xml_attr(out, "from", stanza_attr(iq, "to"));
	if (row->fn == NULL && !row->echo) {
		buf_lit(out, "/>");
	} else {
		buf_putc(out, '>');
		if (row->fn != NULL)
			row->fn(s, child, out);
		else
			buf_printf(out, "<%s xmlns=\"%s\"/>", row->name,
			    row->ns);
		buf_lit(out, "</iq>");
	}
	session_sent(s);
}
