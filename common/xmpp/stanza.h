/*
 * stanza.h - an XML element and what is in it: the one stanza type.
 *
 * A tree in an arena: it is never freed by itself, and it is as old as the
 * arena.  What a stream lends (stream.h) has its names in the parser's
 * dictionary and is gone after the call: stanza_copy keeps it.
 *
 * A node is an element (name not NULL) or text (name NULL); both hang in
 * document order from first to last.  Knows no command and no limit: the
 * stream has seen to depth and size.
 */
#ifndef XMPP_STANZA_H
#define XMPP_STANZA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"

struct stanza_attr {
	const char *name;
	const char *prefix;	/* NULL: none, and then ns is NULL too */
	const char *ns;
	struct str value;	/* followed by a NUL that is not counted */
};

/* A declared prefix, kept although nothing may use it (QNames in text). */
struct stanza_decl {
	const char *prefix;
	const char *ns;
};

struct stanza {
	const char *name;	/* NULL: text */
	const char *ns;		/* "" when in none; not for text */
	const char *prefix;	/* NULL: none */
	struct str text;	/* of a text node; followed by a NUL */
	struct stanza *parent, *first, *last, *next;
	struct stanza_attr *attrs;
	struct stanza_decl *decls;
	unsigned nattrs, ndecls;
	struct arena *arena;
};

/* --- reading ---------------------------------------------------------------
 * All borrow; what they return lives as long as the tree.  Any st may be NULL
 * and then there is nothing. */

bool stanza_is(const struct stanza *st, const char *name, const char *ns);

/* The value of an attribute without prefix, with a NUL behind; NULL: none. */
const char *stanza_attr(const struct stanza *st, const char *name);
struct str stanza_attr_str(const struct stanza *st, const char *name);

/* The same, of a namespace: stanza_attr_ns(st, "lang", NS_XML). */
const char *stanza_attr_ns(const struct stanza *st, const char *name,
    const char *ns);

/* Is the attribute there and true (xs:boolean)? */
bool stanza_is_true(const struct stanza *st, const char *name);

/* First child element; next sibling element. */
struct stanza *stanza_first(const struct stanza *st);
struct stanza *stanza_next(const struct stanza *st);

/* The first child element so called; name or ns NULL: any. */
struct stanza *stanza_child(const struct stanza *st, const char *name,
    const char *ns);

/* The node after st in document order within top, its children first; NULL
 * after the last. */
struct stanza *stanza_walk(const struct stanza *top, const struct stanza *st);

/* The text directly in st, with a NUL behind.  Not copied when it is one
 * node, else put together in the tree's arena. */
struct str stanza_text(const struct stanza *st);

/* How many elements there are in st, itself counted. */
size_t stanza_elements(const struct stanza *st);

/* --- making ----------------------------------------------------------------
 * Strings are copied into the arena.  ns NULL: the parent's. */

struct stanza *stanza_new(struct arena *a, const char *name, const char *ns);
struct stanza *stanza_add(struct stanza *parent, const char *name,
    const char *ns);
void stanza_add_text(struct stanza *st, const char *p, size_t n);

/* Hang child, made in the same arena and without a parent, into parent. */
void stanza_append(struct stanza *parent, struct stanza *child);

/* Set an attribute without prefix, in place of one so called; value NULL
 * takes it away. */
void stanza_set(struct stanza *st, const char *name, const char *value);
void stanza_set_str(struct stanza *st, const char *name, struct str value);

/* Say its language where it says none; NULL: it is not known. */
void stanza_lang(struct stanza *st, const char *lang);

/* Drop all text and elements in st, then put this text there. */
void stanza_set_text(struct stanza *st, const char *p, size_t n);

/* A deep copy, names too, that depends on nothing outside the arena. */
struct stanza *stanza_copy(struct arena *a, const struct stanza *st);

/* --- writing ------------------------------------------------------------- */

/* Append st as XML for a place whose default namespace is parent_ns ("" when
 * none): xmlns only where it changes, prefixes kept and declared. */
void stanza_write(struct buf *out, const struct stanza *st,
    const char *parent_ns);

/* Append only "<name ...", as an open tag without its ">", of an element in
 * top that is written in parts; what parents declared is not said again. */
void stanza_write_open(struct buf *out, const struct stanza *top,
    const struct stanza *st, const char *parent_ns);

/* Append "<error type=..><CONDITION/><text/>" without its end (RFC 6120 8.3);
 * text NULL or "": none.  What XML cannot carry is left out of it. */
void stanza_write_error(struct buf *out, const char *condition,
    const char *type, const char *text);

#endif
