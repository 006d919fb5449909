#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "cli/term.h"
#include "payload.h"
#include "show_item.h"
#include "xmpp/xml.h"

#define INDENT		2
#define BAD_SHOWN	2000	/* bytes of a malformed part */
#define HEX_SHOWN	32

static void
style(struct output *o, enum term_style s)
{
	buf_puts(&o->buf, term_style(o->color, s));
}

static void
styled(struct output *o, enum term_style s, const char *p, size_t n)
{
	style(o, s);
	text_escape(&o->buf, p, n, 0);
	style(o, TERM_PLAIN);
}

static void
words(struct output *o, enum term_style s, const char *text)
{
	styled(o, s, text, strlen(text));
}

static void
newline(struct output *o, int level)
{
	buf_printf(&o->buf, "\n%*s", INDENT * level, "");
}

/* --- XML -------------------------------------------------------------------
 * stanza_write_open knows where prefixes and namespaces are declared; what it
 * writes is coloured here. */

static void
put_tag(struct output *o, const struct buf *text)
{
	const struct buf tag = *text;
	size_t at = 1, from;

	while (at < tag.n && tag.p[at] != ' ')
		at++;
	styled(o, TERM_BLUE, tag.p, at);
	while (at < tag.n) {		/* ' name="value"', no quote in it */
		from = at;
		while (at < tag.n && tag.p[at] != '"')
			at++;
		styled(o, TERM_CYAN, tag.p + from, at - from);
		from = at++;
		while (at < tag.n && tag.p[at] != '"')
			at++;
		at += at < tag.n;
		styled(o, TERM_GREEN, tag.p + from, at - from);
	}
}

static void
put_open(struct output *o, const struct item *it, const struct stanza *st)
{
	struct buf tag = BUF_INIT(OUTPUT_MAX);

	if (it->kind == ITEM_HEADER) {
		stanza_write_open(&tag, st, st, "");
		if (it->around[0] != '\0')
			xml_attr(&tag, "xmlns", it->around);
	} else {
		stanza_write_open(&tag, it->st, st, it->around);
	}
	put_tag(o, &tag);
	buf_free(&tag);
}

static void
put_end(struct output *o, const struct stanza *st)
{
	style(o, TERM_BLUE);
	buf_lit(&o->buf, "</");
	if (st->prefix != NULL)
		buf_printf(&o->buf, "%s:", st->prefix);
	buf_printf(&o->buf, "%s>", st->name);
	style(o, TERM_PLAIN);
}

static void
put_text(struct output *o, struct str s)
{
	struct buf xml = BUF_INIT(OUTPUT_MAX);

	xml_text(&xml, s.p, s.n);
	text_escape(&o->buf, xml.p, xml.n, 0);
	buf_free(&xml);
}

static void
put_binary(struct output *o, const struct payload *pl)
{
	size_t n = pl->bytes.n < HEX_SHOWN ? pl->bytes.n : HEX_SHOWN;

	style(o, TERM_MAGENTA);
	if (pl->kind == PAYLOAD_AVRO)
		buf_printf(&o->buf, "avro: fingerprint %016llx, %zu bytes",
		    (unsigned long long)pl->fingerprint, pl->bytes.n);
	else
		buf_printf(&o->buf, "binary: %zu bytes", pl->bytes.n);
	buf_lit(&o->buf, ": ");
	hex_put(&o->buf, pl->bytes.p, n);
	if (n < pl->bytes.n)
		buf_lit(&o->buf, "...");
	style(o, TERM_PLAIN);
}

static void
put_payload(struct output *o, const struct payload *pl, int level)
{
	switch (pl->kind) {
	case PAYLOAD_NONE:
		break;
	case PAYLOAD_JSON:
		output_tree(o, pl->json, level);
		break;
	case PAYLOAD_TEXT:
		buf_putc(&o->buf, '\'');
		style(o, TERM_GREEN);
		text_escape(&o->buf, pl->bytes.p, pl->bytes.n, '\'');
		style(o, TERM_PLAIN);
		buf_putc(&o->buf, '\'');
		break;
	case PAYLOAD_AVRO: case PAYLOAD_BINARY:
		put_binary(o, pl);
		break;
	case PAYLOAD_WRONG:
		words(o, TERM_RED, "not base64: ");
		text_escape(&o->buf, pl->bytes.p, pl->bytes.n, 0);
		break;
	}
}

/* capture.c limits the depth, so this may call itself. */
static void
put_element(struct output *o, const struct item *it, const struct stanza *st,
    int level)
{
	struct arena a = ARENA_INIT;
	struct payload pl;

	put_open(o, it, st);
	if (st->first == NULL) {
		words(o, TERM_BLUE, "/>");
		return;
	}
	words(o, TERM_BLUE, ">");
	if (payload_get(&pl, &a, st, it->schemas)) {
		newline(o, level + 1);
		put_payload(o, &pl, level + 1);
		newline(o, level);
	} else if (stanza_first(st) == NULL) {
		put_text(o, stanza_text(st));
	} else {
		for (const struct stanza *c = st->first; c != NULL;
		    c = c->next) {
			newline(o, level + 1);
			if (c->name == NULL)
				put_text(o, c->text);
			else
				put_element(o, it, c, level + 1);
		}
		newline(o, level);
	}
	put_end(o, st);
	arena_free(&a);
}

/* --- other items --------------------------------------------------------- */

/* "READ 12:34:56.123456 #2 -- what it means -- 1.2ms after get-item" */
static void
put_direction(struct output *o, const struct item *it)
{
	struct buf where = BUF_INIT(1000), took = BUF_INIT(100);
	bool any = it->direction != NULL;

	if (any)
		words(o, TERM_BOLD, it->direction);
	show_where(&where, it);
	if (where.n > 0) {
		buf_puts(&o->buf, any ? " " : "");
		words(o, TERM_DIM, buf_cstr(&where));
		any = true;
	}
	if (it->note != NULL) {
		buf_puts(&o->buf, any ? " " : "");
		style(o, TERM_MAGENTA);
		buf_printf(&o->buf, "-- %s", it->note);
		style(o, TERM_PLAIN);
		any = true;
	}
	if (it->asked != NULL) {
		show_took(&took, it->took_us);
		buf_puts(&o->buf, any ? " " : "");
		style(o, TERM_DIM);
		buf_printf(&o->buf, "-- %s%s", it->took_us < 0 ? "answers " :
		    buf_cstr(&took), it->took_us < 0 ? "" : " after ");
		buf_puts(&o->buf, it->asked);
		style(o, TERM_PLAIN);
		any = true;
	}
	if (any)
		buf_putc(&o->buf, '\n');
	buf_free(&where);
	buf_free(&took);
}

static void
put_line(struct output *o, const struct trace_line *t)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct json *j = NULL;

	style(o, TERM_BOLD);
	buf_puts(&o->buf, trace_word(t->kind));
	style(o, TERM_PLAIN);
	buf_lit(&o->buf, " (");
	text_escape(&o->buf, t->type.p, t->type.n, 0);
	buf_putc(&o->buf, '/');
	text_escape(&o->buf, t->id.p, t->id.n, 0);
	buf_lit(&o->buf, ") ");
	if (t->kind == TRACE_ERROR) {
		styled(o, TERM_RED, t->condition.p, t->condition.n);
		buf_putc(&o->buf, ' ');
	} else if (t->kind == TRACE_RESULT) {
		j = json_parse(&a, t->text.p, t->text.n, NULL, &e);
	}
	if (j != NULL)
		output_tree(o, j, 0);
	else
		text_escape(&o->buf, t->text.p, t->text.n, 0);
	buf_putc(&o->buf, '\n');
	arena_free(&a);
}

static void
put_bad(struct output *o, const struct item *it)
{
	size_t n = it->raw.n < BAD_SHOWN ? it->raw.n : BAD_SHOWN;

	style(o, TERM_RED);
	buf_lit(&o->buf, "MALFORMED: ");
	text_escape(&o->buf, it->text, strlen(it->text), 0);
	style(o, TERM_PLAIN);
	buf_putc(&o->buf, '\n');
	text_escape(&o->buf, it->raw.p, n, 0);
	if (n < it->raw.n)
		buf_printf(&o->buf, "... %zu bytes more", it->raw.n - n);
	buf_putc(&o->buf, '\n');
}

void
show_long(struct output *o, const struct item *it)
{
	switch (it->kind) {
	case ITEM_STANZA:
		put_direction(o, it);
		put_element(o, it, it->st, 0);
		buf_putc(&o->buf, '\n');
		break;
	case ITEM_HEADER:
		put_direction(o, it);
		put_open(o, it, it->st);
		words(o, TERM_BLUE, ">");
		buf_putc(&o->buf, '\n');
		break;
	case ITEM_END:
		put_direction(o, it);
		words(o, TERM_BLUE, "</stream:stream>");
		buf_putc(&o->buf, '\n');
		break;
	case ITEM_LINE:
		put_line(o, it->line);
		break;
	case ITEM_BAD:
		put_direction(o, it);
		put_bad(o, it);
		break;
	case ITEM_NOTE:
		styled(o, TERM_DIM, it->raw.p, it->raw.n);
		buf_putc(&o->buf, '\n');
		break;
	case ITEM_EVENT:
		put_direction(o, it);
		words(o, TERM_YELLOW, it->text);
		buf_putc(&o->buf, '\n');
		break;
	}
}
