#include "xmpp/stanza.h"

#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/xml.h"

/*
 * What a prefix means at st is not kept in a stack: it is looked up through
 * the parents, up to the top of what is written.  Prefixes are rare.
 */

/* What st itself binds prefix to when written, NULL: nothing. */
static const char *
bound_here(const struct stanza *st, const char *prefix)
{
	for (unsigned i = 0; i < st->ndecls; i++)
		if (strcmp(st->decls[i].prefix, prefix) == 0)
			return st->decls[i].ns;
	if (st->prefix != NULL && strcmp(st->prefix, prefix) == 0)
		return st->ns;
	for (unsigned i = 0; i < st->nattrs; i++)
		if (st->attrs[i].prefix != NULL &&
		    strcmp(st->attrs[i].prefix, prefix) == 0)
			return st->attrs[i].ns;
	return NULL;
}

static bool
in_scope(const struct stanza *top, const struct stanza *st,
    const char *prefix, const char *ns)
{
	while (st != top) {
		const char *bound;

		st = st->parent;
		bound = bound_here(st, prefix);
		if (bound != NULL)
			return strcmp(bound, ns) == 0;
	}
	return false;
}

static void
declare(struct buf *out, const char *prefix, const char *ns)
{
	buf_lit(out, " xmlns:");
	buf_puts(out, prefix);
	buf_lit(out, "=\"");
	xml_value(out, ns, strlen(ns));
	buf_putc(out, '"');
}

/* Declare prefix on st unless its own decls do or what is around it does. */
static void
need(struct buf *out, const struct stanza *top, const struct stanza *st,
    const char *prefix, const char *ns)
{
	if (strcmp(prefix, "xml") == 0)
		return;
	for (unsigned i = 0; i < st->ndecls; i++)
		if (strcmp(st->decls[i].prefix, prefix) == 0)
			return;
	if (!in_scope(top, st, prefix, ns))
		declare(out, prefix, ns);
}

/* The default namespace around st: that of the nearest without a prefix. */
static const char *
default_ns(const struct stanza *top, const struct stanza *st,
    const char *parent_ns)
{
	while (st != top) {
		st = st->parent;
		if (st->prefix == NULL)
			return st->ns;
	}
	return parent_ns;
}

static void
write_prefixes(struct buf *out, const struct stanza *top,
    const struct stanza *st)
{
	for (unsigned i = 0; i < st->ndecls; i++)
		declare(out, st->decls[i].prefix, st->decls[i].ns);
	if (st->prefix != NULL)
		need(out, top, st, st->prefix, st->ns);
	for (unsigned i = 0; i < st->nattrs; i++) {
		const struct stanza_attr *at = &st->attrs[i];
		bool seen = at->prefix == NULL || (st->prefix != NULL &&
		    strcmp(st->prefix, at->prefix) == 0);

		for (unsigned k = 0; k < i && !seen; k++)
			seen = st->attrs[k].prefix != NULL &&
			    strcmp(st->attrs[k].prefix, at->prefix) == 0;
		if (!seen)
			need(out, top, st, at->prefix, at->ns);
	}
}

static void
put_name(struct buf *out, const struct stanza *st)
{
	if (st->prefix != NULL) {
		buf_puts(out, st->prefix);
		buf_putc(out, ':');
	}
	buf_puts(out, st->name);
}

void
stanza_write_open(struct buf *out, const struct stanza *top,
    const struct stanza *st, const char *parent_ns)
{
	bool prefixed = st->prefix != NULL || st->ndecls > 0;

	buf_putc(out, '<');
	put_name(out, st);
	if (st->prefix == NULL) {
		const char *around = default_ns(top, st, parent_ns);

		if (around != st->ns && strcmp(around, st->ns) != 0)
			xml_attr(out, "xmlns", st->ns);
	}
	for (unsigned i = 0; i < st->nattrs && !prefixed; i++)
		prefixed = st->attrs[i].prefix != NULL;
	if (prefixed)
		write_prefixes(out, top, st);
	for (unsigned i = 0; i < st->nattrs; i++) {
		const struct stanza_attr *at = &st->attrs[i];

		buf_putc(out, ' ');
		if (at->prefix != NULL) {
			buf_puts(out, at->prefix);
			buf_putc(out, ':');
		}
		buf_puts(out, at->name);
		buf_lit(out, "=\"");
		xml_value(out, at->value.p, at->value.n);
		buf_putc(out, '"');
	}
}

static void
close_tag(struct buf *out, const struct stanza *st)
{
	buf_lit(out, "</");
	put_name(out, st);
	buf_putc(out, '>');
}

void
stanza_write(struct buf *out, const struct stanza *top, const char *parent_ns)
{
	const struct stanza *st = top;

	for (;;) {
		if (st->name == NULL) {
			xml_text(out, st->text.p, st->text.n);
		} else {
			stanza_write_open(out, top, st, parent_ns);
			if (st->first != NULL) {
				buf_putc(out, '>');
				st = st->first;
				continue;
			}
			buf_lit(out, "/>");
		}
		while (st != top && st->next == NULL) {
			st = st->parent;
			close_tag(out, st);
		}
		if (st == top)
			return;
		st = st->next;
	}
}

void
stanza_write_error(struct buf *out, const char *condition, const char *type,
    const char *text)
{
	buf_lit(out, "<error type=\"");
	buf_puts(out, type);
	buf_lit(out, "\"><");
	buf_puts(out, condition);
	buf_lit(out, " xmlns=\"" NS_STANZAS "\"/>");
	if (text == NULL || text[0] == '\0')
		return;
	buf_lit(out, "<text xmlns=\"" NS_STANZAS "\" xml:lang=\"en\">");
	xml_clean(out, text, strlen(text));
	buf_lit(out, "</text>");
}
