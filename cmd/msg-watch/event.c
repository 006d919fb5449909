#include "event.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "cli/term.h"
#include "xmpp/ns.h"

static void
read_rev(uint64_t *rev, const struct stanza *st, const char *name)
{
	struct str s = stanza_attr_str(st, name);

	if (s.p == NULL || text_number(s.p, s.n, UINT64_MAX, rev) < 0)
		*rev = 0;
}

static int
read_changes(struct event *ev, const struct stanza *st, struct err *e)
{
	struct str text = stanza_text(st);

	ev->kind = EVENT_CHANGES;
	ev->branch = stanza_attr_str(st, "branch");
	ev->author = stanza_attr_str(st, "author");
	ev->time = stanza_attr_str(st, "time");
	ev->message = stanza_attr_str(st, "message");
	if (base64_get_ws(&ev->text, text.p, text.n, e) == 0 &&
	    !buf_full(&ev->text) && (ev->text.n == 0 || (ev->changes =
	    json_parse(&ev->arena, ev->text.p, ev->text.n, NULL, e)) != NULL))
		return 0;
	e->code = ERR_NO_ANSWER;
	return err_prefix(e, "the event is not understood");
}

int
event_read(struct event *out, const struct stanza *st, struct err *e)
{
	const struct stanza *s;

	*out = (struct event){ .text = BUF_INIT(EVENT_MAX), .st = st };
	if (strcmp(st->name, "message") != 0)
		return 0;
	if ((s = stanza_child(st, "event", NS_M)) != NULL) {
		read_rev(&out->rev, s, "rev");
		return read_changes(out, s, e);
	}
	if ((s = stanza_child(st, "gap", NS_M)) != NULL) {
		out->kind = EVENT_GAP;
		out->why = stanza_attr_str(s, "why");
		read_rev(&out->rev, s, "rev");
		read_rev(&out->oldest, s, "oldest");
		if (out->oldest == 0)
			out->oldest = out->rev;
	}
	return 0;
}

void
event_free(struct event *ev)
{
	buf_free(&ev->text);
	arena_free(&ev->arena);
}

static void
put_member(struct buf *out, const char *name, struct str value)
{
	buf_putc(out, ',');
	json_put_key(out, name);
	json_put_str(out, value);
}

void
event_json(struct buf *out, const struct event *ev)
{
	if (ev->kind == EVENT_GAP) {
		buf_lit(out, "{\"gap\":");
		buf_putu(out, ev->rev);
		buf_lit(out, ",\"oldest\":");
		buf_putu(out, ev->oldest);
		put_member(out, "why", ev->why);
		buf_putc(out, '}');
		return;
	}
	buf_lit(out, "{\"rev\":");
	buf_putu(out, ev->rev);
	put_member(out, "branch", ev->branch);
	put_member(out, "author", ev->author);
	put_member(out, "time", ev->time);
	put_member(out, "message", ev->message);
	buf_lit(out, ",\"changes\":");
	if (ev->changes == NULL)
		buf_lit(out, "[]");
	else
		json_put(out, ev->changes, JSON_PUT_COMPACT);
	buf_putc(out, '}');
}

/* --- for people ---------------------------------------------------------- */

static const struct mark {
	const char *change, *sign;
	enum term_style style;
} marks[] = {
	{ "create", "+", TERM_GREEN }, { "enter", "+", TERM_GREEN },
	{ "remove", "-", TERM_RED }, { "leave", "-", TERM_RED },
	{ "save", "~", TERM_YELLOW }, { "move", ">", TERM_YELLOW },
	{ "order", "=", TERM_YELLOW }, { NULL, "?", TERM_PLAIN },
};

static void
put_styled(struct output *out, enum term_style style, struct str s)
{
	buf_puts(&out->buf, term_style(out->color, style));
	text_escape(&out->buf, s.p, s.n, 0);
	buf_puts(&out->buf, term_style(out->color, TERM_PLAIN));
}

/* "  + /news/x  create Page 'Title'" */
static void
print_change(struct output *out, bool diff, const struct json *change)
{
	struct str what = json_string(json_get(change, "change"));
	struct str from = json_string(json_get(change, "from"));
	const struct json *item = json_get(change, "item");
	struct str kind = json_string(json_get(item, "_kind"));
	struct str title = json_string(json_get(item, "title"));
	const struct mark *m = marks;

	while (m->change != NULL && !str_is(what, m->change))
		m++;
	buf_lit(&out->buf, "  ");
	put_styled(out, m->style, str_of(m->sign));
	buf_putc(&out->buf, ' ');
	put_styled(out, m->style, json_string(json_get(change, "_path")));
	buf_lit(&out->buf, "  ");
	put_styled(out, TERM_DIM, what);
	if (from.n > 0) {
		buf_lit(&out->buf, " from ");
		put_styled(out, TERM_PLAIN, from);
	}
	if (kind.n > 0) {
		buf_putc(&out->buf, ' ');
		put_styled(out, TERM_DIM, kind);
	}
	if (title.n > 0) {
		buf_lit(&out->buf, " '");
		put_styled(out, TERM_PLAIN, title);
		buf_putc(&out->buf, '\'');
	}
	buf_putc(&out->buf, '\n');
	if (diff)
		event_diff(out, json_get(change, "before"), item);
}

static void
print_changes(struct output *out, const struct event *ev)
{
	const struct json *list = ev->changes;

	put_styled(out, TERM_DIM, ev->time);
	buf_puts(&out->buf, term_style(out->color, TERM_BOLD));
	buf_printf(&out->buf, " rev %llu", (unsigned long long)ev->rev);
	buf_puts(&out->buf, term_style(out->color, TERM_PLAIN));
	buf_lit(&out->buf, " on ");
	put_styled(out, TERM_PLAIN, ev->branch);
	buf_lit(&out->buf, " by ");
	put_styled(out, TERM_CYAN, ev->author);
	if (ev->message.n > 0) {
		buf_lit(&out->buf, ": ");
		put_styled(out, TERM_PLAIN, ev->message);
	}
	buf_putc(&out->buf, '\n');
	for (const struct json *j = list == NULL ? NULL : list->first;
	    j != NULL; j = j->next)
		print_change(out, ev->diff, j);
}

void
event_print(struct output *out, const struct event *ev)
{
	struct buf json = BUF_INIT(2 * EVENT_MAX);

	if (out->text && ev->kind == EVENT_CHANGES) {
		print_changes(out, ev);
	} else if (out->text) {
		buf_lit(&out->buf, "events were lost: ");
		put_styled(out, TERM_RED, ev->why);
		buf_printf(&out->buf, "; go on with --from %llu\n",
		    (unsigned long long)ev->oldest);
	} else {
		event_json(&json, ev);
		output_visible(out, json.p, json.n);
		buf_putc(&out->buf, '\n');
	}
	buf_free(&json);
}
