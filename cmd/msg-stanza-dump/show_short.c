#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/term.h"
#include "payload.h"
#include "show_item.h"
#include "xmpp/ns.h"

#define NOTE_MAX	4096	/* bytes of one text in a summary */
#define CHILDREN_MAX	8

/* A column: escaped, without spaces, "-" when there is nothing. */
static void
column(struct buf *out, const char *p, size_t n)
{
	struct buf clean = BUF_INIT(OUTPUT_MAX);

	text_escape(&clean, p, n, 0);
	if (clean.n == 0)
		buf_putc(&clean, '-');
	for (size_t i = 0; i < clean.n; i++) {
		if (clean.p[i] == ' ')
			buf_lit(out, "\\x20");
		else
			buf_putc(out, clean.p[i]);
	}
	buf_free(&clean);
	buf_putc(out, ' ');
}

static void
word(struct buf *out, const char *s)
{
	column(out, s == NULL ? "" : s, s == NULL ? 0 : strlen(s));
}

static void
quoted(struct buf *out, const char *p, size_t n)
{
	buf_putc(out, '\'');
	text_escape(out, p, n < NOTE_MAX ? n : NOTE_MAX, '\'');
	buf_putc(out, '\'');
}

static void
addresses(struct buf *out, const struct stanza *st)
{
	const char *from = stanza_attr(st, "from"), *to = stanza_attr(st, "to");
	struct buf both = BUF_INIT(OUTPUT_MAX);

	if (from != NULL)
		buf_puts(&both, from);
	if (from != NULL || to != NULL)
		buf_putc(&both, '>');
	if (to != NULL)
		buf_puts(&both, to);
	column(out, both.p, both.n);
	buf_free(&both);
}

/* --- summaries ----------------------------------------------------------- */

static void
payload_summary(struct buf *out, const struct payload *pl)
{
	switch (pl->kind) {
	case PAYLOAD_NONE:
		break;
	case PAYLOAD_JSON:
		buf_putc(out, ' ');
		if (pl->json->type == JSON_ARRAY)
			buf_printf(out, "[%zu] ", pl->json->count);
		text_escape(out, pl->bytes.p, pl->bytes.n < NOTE_MAX ?
		    pl->bytes.n : NOTE_MAX, 0);
		break;
	case PAYLOAD_TEXT:
		buf_putc(out, ' ');
		quoted(out, pl->bytes.p, pl->bytes.n);
		break;
	case PAYLOAD_AVRO:
		buf_printf(out, " avro %016llx, %zu bytes",
		    (unsigned long long)pl->fingerprint, pl->bytes.n);
		break;
	case PAYLOAD_BINARY:
		buf_printf(out, " binary, %zu bytes", pl->bytes.n);
		break;
	case PAYLOAD_WRONG:
		buf_lit(out, " not base64");
		break;
	}
}

static void
attrs_summary(struct buf *out, const struct stanza *st)
{
	for (unsigned i = 0; i < st->nattrs; i++) {
		const struct stanza_attr *at = &st->attrs[i];

		if (out->n > 0 && out->p[out->n - 1] != ' ')
			buf_putc(out, ' ');
		buf_printf(out, "%s=", at->name);
		text_escape(out, at->value.p, at->value.n, 0);
	}
}

static void
error_summary(struct buf *out, const struct stanza *error)
{
	const struct stanza *text = stanza_child(error, "text", NS_STANZAS);
	const struct stanza *c = stanza_first(error);

	buf_lit(out, "error");
	while (c != NULL && (c == text || !stanza_is(c, NULL, NS_STANZAS)))
		c = stanza_next(c);
	if (c != NULL)
		buf_printf(out, " %s", c->name);
	if (text != NULL) {
		buf_putc(out, ' ');
		quoted(out, stanza_text(text).p, stanza_text(text).n);
	}
}

static void
child_summary(struct buf *out, const struct stanza *c, struct schemas *schemas)
{
	struct arena a = ARENA_INIT;
	struct payload pl;

	if (payload_get(&pl, &a, c, schemas)) {
		payload_command(out, c);
		attrs_summary(out, c);
		payload_summary(out, &pl);
	} else if (stanza_is(c, NULL, NS_CLIENT)) {
		buf_printf(out, "%s ", c->name);
		quoted(out, stanza_text(c).p, stanza_text(c).n);
	} else {
		buf_printf(out, "%s ", c->name);
		text_escape(out, c->ns, strlen(c->ns), 0);
		if (stanza_first(c) == NULL && stanza_text(c).n > 0) {
			buf_putc(out, ' ');
			quoted(out, stanza_text(c).p, stanza_text(c).n);
		}
	}
	arena_free(&a);
}

static bool
is_routed(const struct stanza *st)
{
	return stanza_is(st, "iq", NULL) || stanza_is(st, "message", NULL) ||
	    stanza_is(st, "presence", NULL);
}

static void
children_summary(struct buf *out, const struct stanza *st,
    struct schemas *schemas)
{
	const struct stanza *c = stanza_first(st);
	size_t n = 0;

	for (; c != NULL && n < CHILDREN_MAX; c = stanza_next(c), n++) {
		if (n > 0)
			buf_lit(out, ", ");
		child_summary(out, c, schemas);
	}
	for (n = 0; c != NULL; c = stanza_next(c))
		n++;
	if (n > 0)
		buf_printf(out, ", and %zu more", n);
}

static void
stanza_summary(struct buf *out, const struct stanza *st,
    struct schemas *schemas)
{
	const struct stanza *error = stanza_child(st, "error", st->ns);

	if (!is_routed(st))
		attrs_summary(out, st);
	if (error != NULL)
		error_summary(out, error);
	else
		children_summary(out, st, schemas);
	if (stanza_first(st) == NULL && stanza_text(st).n > 0) {
		if (st->nattrs > 0)
			buf_putc(out, ' ');
		quoted(out, stanza_text(st).p, stanza_text(st).n);
	}
}

/* --- lines --------------------------------------------------------------- */

static void
stanza_line(struct buf *out, const struct item *it)
{
	const struct stanza *st = it->st;
	struct buf name = BUF_INIT(OUTPUT_MAX);

	word(out, it->direction);
	if (it->kind == ITEM_END) {
		buf_lit(out, "stream end - -");
		return;
	}
	if (st->prefix != NULL)
		buf_printf(&name, "%s:", st->prefix);
	buf_puts(&name, st->name);
	column(out, name.p, name.n);
	buf_free(&name);
	word(out, stanza_attr(st, "type"));
	word(out, stanza_attr(st, "id"));
	addresses(out, st);
	if (it->kind == ITEM_STANZA)
		stanza_summary(out, st, it->schemas);
}

static void
trace_line(struct buf *out, const struct trace_line *t)
{
	word(out, trace_word(t->kind));
	buf_lit(out, "iq ");
	column(out, t->type.p, t->type.n);
	column(out, t->id.p, t->id.n);
	buf_lit(out, "- ");
	if (t->kind == TRACE_ERROR)
		column(out, t->condition.p, t->condition.n);
	text_escape(out, t->text.p, t->text.n < NOTE_MAX ? t->text.n :
	    NOTE_MAX, 0);
}

static enum term_style
style_of(const struct item *it)
{
	const char *type = it->st == NULL ? NULL : stanza_attr(it->st, "type");

	if (it->kind == ITEM_BAD || (type != NULL &&
	    strcmp(type, "error") == 0) || (it->kind == ITEM_LINE &&
	    it->line->kind == TRACE_ERROR))
		return TERM_RED;
	if (it->kind == ITEM_NOTE)
		return TERM_DIM;
	if (it->direction == NULL)
		return TERM_PLAIN;
	return it->direction[0] == 'R' ? TERM_GREEN : TERM_BLUE;
}

void
show_where(struct buf *out, const struct item *it)
{
	char time[CLOCK_TEXT];

	if (it->at_us != 0) {
		clock_text(it->at_us, time);
		buf_put(out, time + 11, 15);
	}
	if (it->conn != 0)
		buf_printf(out, "%s#%u", out->n > 0 ? " " : "", it->conn);
}

void
show_took(struct buf *out, int64_t us)
{
	if (us < 1000)
		buf_printf(out, "%dus", (int)us);
	else if (us < 1000000)
		buf_printf(out, "%.1fms", (double)us / 1e3);
	else
		buf_printf(out, "%.1fs", (double)us / 1e6);
}

/* Bytes of the first count characters. */
static size_t
cut(const struct buf *b, size_t count)
{
	size_t at = 0, len;

	for (; at < b->n && count > 0; at += len, count--)
		utf8_get(b->p + at, b->n - at, &len);
	return at;
}

void
show_short(struct output *o, const struct item *it, size_t width)
{
	struct buf line = BUF_INIT(OUTPUT_MAX);
	size_t n;

	show_where(&line, it);
	if (line.n > 0)
		buf_putc(&line, ' ');
	switch (it->kind) {
	case ITEM_STANZA: case ITEM_HEADER: case ITEM_END:
		stanza_line(&line, it);
		break;
	case ITEM_LINE:
		trace_line(&line, it->line);
		break;
	case ITEM_BAD:
		word(&line, it->direction);
		buf_lit(&line, "malformed - - - ");
		text_escape(&line, it->text, strlen(it->text), 0);
		buf_lit(&line, ": ");
		quoted(&line, it->raw.p, it->raw.n);
		break;
	case ITEM_NOTE:
		text_escape(&line, it->raw.p, it->raw.n, 0);
		break;
	case ITEM_EVENT:
		word(&line, it->direction);
		buf_lit(&line, "event - - - ");
		text_escape(&line, it->text, strlen(it->text), 0);
		break;
	}
	if (it->asked != NULL && it->took_us >= 0) {
		buf_lit(&line, " in ");
		show_took(&line, it->took_us);
	}
	while (line.n > 0 && line.p[line.n - 1] == ' ')
		buf_trim(&line, line.n - 1);
	n = width == 0 ? line.n : cut(&line, width);
	buf_puts(&o->buf, term_style(o->color, style_of(it)));
	buf_put(&o->buf, line.p, n);
	buf_puts(&o->buf, term_style(o->color, TERM_PLAIN));
	buf_putc(&o->buf, '\n');
	buf_free(&line);
}
