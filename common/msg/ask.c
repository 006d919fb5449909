#include "msg/ask.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

static const char *const names[MSG_ATTR_COUNT] = {
#define X(name, summary)	#name,
	MSG_ATTRS(X)
#undef X
};

static const char *const summaries[MSG_ATTR_COUNT] = {
#define X(name, summary)	summary,
	MSG_ATTRS(X)
#undef X
};

const char *
msg_attr_name(enum msg_attr a)
{
	return names[a];
}

const char *
msg_attr_summary(enum msg_attr a)
{
	return summaries[a];
}

enum msg_attr
msg_attr_find(struct str name)
{
	enum msg_attr a = 0;

	while (a < MSG_ATTR_COUNT && !str_is(name, names[a]))
		a++;
	return a;
}

/* XML 1.0 2.2: of the control characters only these. */
static int
check_value(const char *name, struct str s, struct err *e)
{
	size_t len;

	for (size_t i = 0; i < s.n; i += len) {
		uint32_t c = utf8_get(s.p + i, s.n - i, &len);

		if (c == UINT32_MAX)
			return err_set(e, ERR_INPUT, "--%s: byte %zu is no "
			    "UTF-8", name, i + 1);
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
		    c == 0xfffe || c == 0xffff)
			return err_set(e, ERR_INPUT, "--%s: the character "
			    "U+%04X at byte %zu cannot be sent", name,
			    (unsigned)c, i + 1);
	}
	return 0;
}

int
msg_ask_check(const struct msg_ask *ask, struct err *e)
{
	size_t at = utf8_check(ask->argument.p, ask->argument.n);
	struct str author = ask->attrs[MSG_ATTR_author];

	for (enum msg_attr a = 0; a < MSG_ATTR_COUNT; a++)
		if (check_value(names[a], ask->attrs[a], e) < 0)
			return -1;
	if (check_value("to", str_of(ask->to), e) < 0)
		return -1;
	if (author.n > 0 && memchr(author.p, '@', author.n) == NULL)
		return err_set(e, ERR_INPUT, "--author: '%.*s' is no JID, as "
		    "user@domain", (int)author.n, author.p);
	return at == ask->argument.n ? 0 : err_set(e, ERR_INPUT, "byte %zu "
	    "of the argument is no UTF-8", at + 1);
}

void
msg_ask_write(struct buf *out, const struct msg_ask *ask, uint64_t id)
{
	buf_lit(out, "<iq");
	xml_attr(out, "type", msg_verb_word(ask->command->verb));
	buf_lit(out, " id=\"");
	buf_putu(out, id);
	buf_putc(out, '"');
	xml_attr(out, "to", ask->to);
	buf_putc(out, '>');
	buf_putc(out, '<');
	buf_puts(out, ask->command->name);
	buf_lit(out, " xmlns=\"" NS_M "\"");
	for (enum msg_attr a = 0; a < MSG_ATTR_COUNT; a++)
		if (ask->attrs[a].p != NULL)
			xml_attrn(out, names[a], ask->attrs[a].p,
			    ask->attrs[a].n);
	buf_putc(out, '>');
	base64_put(out, ask->argument.p, ask->argument.n);
	buf_lit(out, "</");
	buf_puts(out, ask->command->name);
	buf_lit(out, "></iq>");
}

static int
parse(struct jid *out, struct arena *a, const char *text)
{
	struct err ignored = ERR_INIT;

	return text == NULL ? -1 :
	    jid_parse(out, a, text, strlen(text), &ignored);
}

bool
msg_is_from(const struct stanza *st, const char *to, const char *own)
{
	const char *text = stanza_attr(st, "from");
	struct arena a = ARENA_INIT;
	struct jid from, me, asked;
	bool is = text == NULL;

	if (!is && parse(&from, &a, text) == 0)
		is = (parse(&me, &a, own) == 0 && (jid_eq_bare(&from, &me) ||
		    str_eq(from.bare, me.domain))) ||
		    (parse(&asked, &a, to) == 0 && jid_eq_bare(&from, &asked));
	arena_free(&a);
	return is;
}

bool
msg_reply_id(const struct stanza *st, uint64_t *id)
{
	struct str type = stanza_attr_str(st, "type");
	struct str text = stanza_attr_str(st, "id");

	return strcmp(st->name, "iq") == 0 && type.p != NULL &&
	    (str_is(type, "result") || str_is(type, "error")) &&
	    text.p != NULL && text_number(text.p, text.n, UINT64_MAX, id) == 0;
}

static void
read_refusal(struct msg_refusal *out, const struct stanza *error)
{
	const struct stanza *ours = stanza_child(error, "error", NS_M_ERRORS);

	*out = (struct msg_refusal){ .condition = "undefined-condition",
	    .text = stanza_text(stanza_child(error, "text", NS_STANZAS)),
	    .code = stanza_attr(ours, "code"),
	    .detail = stanza_text(ours),
	    .at = stanza_attr(ours, "at"),
	    .path = stanza_attr(ours, "path"),
	    .action = stanza_attr(ours, "action") };
	for (const struct stanza *s = stanza_first(error); s != NULL;
	    s = stanza_next(s))
		if (strcmp(s->ns, NS_STANZAS) == 0 &&
		    strcmp(s->name, "text") != 0)
			out->condition = s->name;
}

int
msg_reply_read(struct msg_reply *out, const struct stanza *iq,
    struct buf *payload, struct err *e)
{
	struct str type = stanza_attr_str(iq, "type"), text, as;

	*out = (struct msg_reply){ .refused = str_is(type, "error") };
	if (out->refused) {
		read_refusal(&out->why, stanza_child(iq, "error", NULL));
		return 0;
	}
	out->element = stanza_first(iq);
	if (out->element == NULL)
		return 0;
	as = stanza_attr_str(out->element, "as");
	out->avro = as.p != NULL && str_is(as, "avro");
	text = stanza_text(out->element);
	if (base64_get_ws(payload, text.p, text.n, e) < 0 ||
	    buf_full(payload)) {
		e->code = ERR_NO_ANSWER;
		return err_prefix(e, "the answer is not understood");
	}
	return 0;
}

/* Nobody took it. */
static bool
is_away(const char *condition)
{
	static const char *const away[] = { "service-unavailable",
		"remote-server-not-found", "remote-server-timeout",
		"recipient-unavailable", "feature-not-implemented" };

	for (size_t i = 0; i < sizeof away / sizeof away[0]; i++)
		if (strcmp(condition, away[i]) == 0)
			return true;
	return false;
}

void
msg_refusal_put(struct buf *out, const struct msg_refusal *r, const char *to)
{
	const char *const places[] = { r->at, r->path };
	bool any = false;

	text_escape(out, r->condition, strlen(r->condition), 0);
	if (r->code != NULL) {
		buf_lit(out, " (");
		text_escape(out, r->code, strlen(r->code), 0);
		buf_putc(out, ')');
	}
	if (r->action != NULL) {
		buf_lit(out, ": action ");
		text_escape(out, r->action, strlen(r->action), 0);
		any = true;
	}
	for (int i = 0; i < 2; i++)
		if (places[i] != NULL && places[i][0] != '\0') {
			buf_puts(out, any ? ", " : ": ");
			text_escape(out, places[i], strlen(places[i]), 0);
			any = true;
		}
	if (r->text.n > 0) {
		buf_lit(out, ": ");
		text_escape(out, r->text.p, r->text.n, 0);
	}
	if (to != NULL && r->code == NULL && is_away(r->condition)) {
		buf_lit(out, "; the server knows no Message service at '");
		text_escape(out, to, strlen(to), '\'');
		buf_lit(out, "', see --to");
	}
}
