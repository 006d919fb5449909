#include "explain.h"

#include <string.h>

#include "base/text.h"
#include "xmpp/ns.h"

#define NS_MAM		"urn:xmpp:mam:2"
#define NS_MUC		"http://jabber.org/protocol/muc"
#define NS_PUBSUB_E	"http://jabber.org/protocol/pubsub#event"

typedef void words_fn(struct buf *out, const struct stanza *st);

static words_fn features, failure, stream_error, bosh, pubsub, pubsub_event,
    adhoc, sm_enabled, sasl_auth, disco_info, disco_items;

/* One row an element; words, then the attributes it is told with, or a
 * function that knows more. */
static const struct row {
	const char *ns, *name, *words;
	const char *attrs[2];
	words_fn *fn;
} rows[] = {
	{ NS_STREAM, "features", "what can be done next", { NULL }, features },
	{ NS_STREAM, "error", "the stream is ended", { NULL }, stream_error },
	{ NS_TLS, "starttls", "asks to go on under TLS", { NULL }, NULL },
	{ NS_TLS, "proceed", "TLS begins here", { NULL }, NULL },
	{ NS_TLS, "failure", "no TLS", { NULL }, NULL },
	{ NS_SASL, "auth", "SASL: a login begins", { "mechanism" }, sasl_auth },
	{ NS_SASL, "challenge", "SASL: the server asks for proof", { NULL },
	    NULL },
	{ NS_SASL, "response", "SASL: the client answers", { NULL }, NULL },
	{ NS_SASL, "success", "SASL: logged in; a new stream follows",
	    { NULL }, NULL },
	{ NS_SASL, "abort", "SASL: the client gives up", { NULL }, NULL },
	{ NS_SASL, "failure", "SASL: login refused", { NULL }, failure },
	{ NS_SASL2, "authenticate", "SASL2: a login begins", { "mechanism" },
	    NULL },
	{ NS_SASL2, "challenge", "SASL2: the server asks for proof", { NULL },
	    NULL },
	{ NS_SASL2, "response", "SASL2: the client answers", { NULL }, NULL },
	{ NS_SASL2, "success", "SASL2: logged in, on this stream", { NULL },
	    NULL },
	{ NS_SASL2, "failure", "SASL2: login refused", { NULL }, failure },
	{ NS_BIND, "bind", "binds a resource: the name of this stream",
	    { NULL }, NULL },
	{ NS_SESSION, "session", "a session, as old clients ask for",
	    { NULL }, NULL },
	{ NS_SM, "enable", "stream management: count stanzas from here on",
	    { "resume" }, NULL },
	{ NS_SM, "enabled", "stream management: counted from here on",
	    { "max" }, sm_enabled },
	{ NS_SM, "r", "stream management: asks what has arrived", { NULL },
	    NULL },
	{ NS_SM, "a", "stream management: so many stanzas have arrived",
	    { "h" }, NULL },
	{ NS_SM, "resume", "stream management: goes on with an older stream",
	    { "h" }, NULL },
	{ NS_SM, "resumed", "stream management: the older stream goes on",
	    { "h" }, NULL },
	{ NS_SM, "failed", "stream management: refused", { "h" }, failure },
	{ NS_DISCO_INFO, "query", "discovery: what is that and what can it do",
	    { "node" }, disco_info },
	{ NS_DISCO_ITEMS, "query", "discovery: what is in there", { "node" },
	    disco_items },
	{ NS_PUBSUB, "pubsub", "publish-subscribe", { NULL }, pubsub },
	{ NS_PUBSUB_OWNER, "pubsub", "publish-subscribe, as owner", { NULL },
	    pubsub },
	{ NS_PUBSUB_E, "event", "publish-subscribe: something happened",
	    { NULL }, pubsub_event },
	{ NS_BOSH, "body", "BOSH", { NULL }, bosh },
	{ NS_FRAMING, "open", "WebSocket: a stream begins", { "to" }, NULL },
	{ NS_FRAMING, "close", "WebSocket: the stream ends", { NULL }, NULL },
	{ NS_COMMANDS, "command", "ad-hoc command", { "node", "action" },
	    adhoc },
	{ NS_PING, "ping", "are you there", { NULL }, NULL },
	{ NS_ROSTER, "query", "the contact list", { "ver" }, NULL },
	{ NS_VERSION, "query", "which software", { NULL }, NULL },
	{ NS_TIME, "time", "what time is it there", { NULL }, NULL },
	{ NS_CARBONS, "enable", "copies of messages of the user's other "
	    "clients, from now on", { NULL }, NULL },
	{ NS_CSI, "active", "somebody looks at the client", { NULL }, NULL },
	{ NS_CSI, "inactive", "nobody looks at the client", { NULL }, NULL },
	{ NS_REGISTER, "query", "registration", { NULL }, NULL },
	{ NS_AUTH, "query", "a login as before XMPP 1.0", { NULL }, NULL },
	{ NS_PRIVATE, "query", "private storage of a client", { NULL }, NULL },
	{ NS_BLOCKING, "blocklist", "who is blocked", { NULL }, NULL },
	{ NS_MUC, "x", "enters a room", { NULL }, NULL },
	{ NS_MAM, "query", "asks the archive of messages", { NULL }, NULL },
	{ NS_M, "gap", "events were lost: the watch has ended", { NULL },
	    NULL },
	{ NS_M, "event", "a commit that a watch is about", { "rev" }, NULL },
	{ NS_M, "trace", "what the server does", { "missed" }, NULL },
};

static void
put_text(struct buf *out, struct str s)
{
	text_escape(out, s.p, s.n, 0);
}

static void
put_attr(struct buf *out, const struct stanza *st, const char *name)
{
	struct str s = stanza_attr_str(st, name);

	if (s.p == NULL)
		return;
	buf_printf(out, ", %s ", name);
	put_text(out, s);
}

/* The names of what is in there, those of a namespace. */
static void
put_names(struct buf *out, const struct stanza *st, const char *before)
{
	for (const struct stanza *c = stanza_first(st); c != NULL;
	    c = stanza_next(c)) {
		buf_puts(out, before);
		put_text(out, str_of(c->name));
		before = ", ";
	}
}

static void
features(struct buf *out, const struct stanza *st)
{
	const struct stanza *m = stanza_child(st, "mechanisms", NS_SASL);

	put_names(out, st, ": ");
	for (const struct stanza *c = m == NULL ? NULL : stanza_first(m);
	    c != NULL; c = stanza_next(c)) {
		buf_puts(out, c == stanza_first(m) ? "; to log in: " : " ");
		put_text(out, stanza_text(c));
	}
}

static void
failure(struct buf *out, const struct stanza *st)
{
	put_names(out, st, ": ");
}

static void
stream_error(struct buf *out, const struct stanza *st)
{
	const struct stanza *text = stanza_child(st, "text", NS_STREAMS);

	for (const struct stanza *c = stanza_first(st); c != NULL;
	    c = stanza_next(c))
		if (c != text) {
			buf_lit(out, ": ");
			put_text(out, str_of(c->name));
		}
	if (text != NULL) {
		buf_lit(out, ": ");
		put_text(out, stanza_text(text));
	}
}

static void
sasl_auth(struct buf *out, const struct stanza *st)
{
	struct str m = stanza_attr_str(st, "mechanism");

	if (m.n > 5 && memcmp(m.p + m.n - 5, "-PLUS", 5) == 0)
		buf_lit(out, " (bound to this TLS connection)");
	else if (m.p != NULL && str_is(m, "PLAIN"))
		buf_lit(out, " (the password itself)");
}

static void
sm_enabled(struct buf *out, const struct stanza *st)
{
	struct str resume = stanza_attr_str(st, "resume");

	if (resume.p != NULL && (str_is(resume, "true") ||
	    str_is(resume, "1")))
		buf_lit(out, "; it can be resumed");
}

static void
disco_info(struct buf *out, const struct stanza *st)
{
	size_t n = 0;

	for (const struct stanza *c = stanza_first(st); c != NULL;
	    c = stanza_next(c))
		n += stanza_is(c, "feature", NULL);
	if (n > 0)
		buf_printf(out, ": %zu features", n);
}

static void
disco_items(struct buf *out, const struct stanza *st)
{
	size_t n = 0;

	for (const struct stanza *c = stanza_first(st); c != NULL;
	    c = stanza_next(c))
		n += stanza_is(c, "item", NULL);
	if (n > 0)
		buf_printf(out, ": %zu items", n);
}

/* "publish-subscribe: publish, node /news" */
static void
pubsub(struct buf *out, const struct stanza *st)
{
	const struct stanza *c = stanza_first(st);

	if (c == NULL)
		return;
	buf_lit(out, ": ");
	put_text(out, str_of(c->name));
	put_attr(out, c, "node");
	put_attr(out, c, "subscription");
}

static void
pubsub_event(struct buf *out, const struct stanza *st)
{
	const struct stanza *c = stanza_first(st);
	const struct stanza *item = c == NULL ? NULL : stanza_first(c);

	if (c == NULL)
		return;
	put_attr(out, c, "node");
	if (item != NULL && stanza_is(item, "retract", NULL))
		buf_lit(out, ": an item is gone");
	else if (item != NULL)
		buf_lit(out, ": an item is new or changed");
}

static void
adhoc(struct buf *out, const struct stanza *st)
{
	put_attr(out, st, "status");
}

/* XEP-0124, XEP-0206 */
static void
bosh(struct buf *out, const struct stanza *st)
{
	static const char *const attrs[] = { "rid", "ack", "wait", "hold",
		"type", "condition" };
	size_t n = 0;

	if (stanza_attr(st, "rid") != NULL && stanza_attr(st, "sid") == NULL)
		buf_lit(out, ": a session begins");
	for (size_t i = 0; i < sizeof attrs / sizeof attrs[0]; i++)
		put_attr(out, st, attrs[i]);
	for (const struct stanza *c = stanza_first(st); c != NULL;
	    c = stanza_next(c))
		n++;
	buf_printf(out, n == 0 ? ", nothing in it" : ", %zu in it", n);
}

static bool
explain_one(struct buf *out, const struct stanza *st)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];

		if (!stanza_is(st, r->name, r->ns))
			continue;
		buf_puts(out, r->words);
		for (int k = 0; k < 2 && r->attrs[k] != NULL; k++)
			put_attr(out, st, r->attrs[k]);
		if (r->fn != NULL)
			r->fn(out, st);
		return true;
	}
	return false;
}

/* Of a stanza that is routed, the first child that says something. */
void
explain(struct buf *out, const struct stanza *st)
{
	if (explain_one(out, st) || (!stanza_is(st, "iq", NULL) &&
	    !stanza_is(st, "message", NULL) &&
	    !stanza_is(st, "presence", NULL)))
		return;
	for (const struct stanza *c = stanza_first(st); c != NULL;
	    c = stanza_next(c))
		if (explain_one(out, c))
			return;
}
