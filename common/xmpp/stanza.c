#include "xmpp/stanza.h"

#include <string.h>

#include "xmpp/ns.h"

bool
stanza_is(const struct stanza *st, const char *name, const char *ns)
{
	return st != NULL && st->name != NULL &&
	    (name == NULL || strcmp(st->name, name) == 0) &&
	    (ns == NULL || strcmp(st->ns, ns) == 0);
}

static struct stanza_attr *
find_attr(const struct stanza *st, const char *name, const char *ns)
{
	if (st == NULL)
		return NULL;
	for (unsigned i = 0; i < st->nattrs; i++) {
		struct stanza_attr *at = &st->attrs[i];

		if (strcmp(at->name, name) != 0)
			continue;
		if (ns == NULL ? at->ns == NULL :
		    at->ns != NULL && strcmp(at->ns, ns) == 0)
			return at;
	}
	return NULL;
}

const char *
stanza_attr(const struct stanza *st, const char *name)
{
	return stanza_attr_ns(st, name, NULL);
}

bool
stanza_is_true(const struct stanza *st, const char *name)
{
	struct str word = stanza_attr_str(st, name);

	return str_is(word, "true") || str_is(word, "1");
}

const char *
stanza_attr_ns(const struct stanza *st, const char *name, const char *ns)
{
	const struct stanza_attr *at = find_attr(st, name, ns);

	return at == NULL ? NULL : at->value.p;
}

struct str
stanza_attr_str(const struct stanza *st, const char *name)
{
	const struct stanza_attr *at = find_attr(st, name, NULL);

	return at == NULL ? STR_NONE : at->value;
}

static struct stanza *
element_from(struct stanza *st)
{
	while (st != NULL && st->name == NULL)
		st = st->next;
	return st;
}

struct stanza *
stanza_first(const struct stanza *st)
{
	return st == NULL ? NULL : element_from(st->first);
}

struct stanza *
stanza_next(const struct stanza *st)
{
	return st == NULL ? NULL : element_from(st->next);
}

struct stanza *
stanza_child(const struct stanza *st, const char *name, const char *ns)
{
	struct stanza *c = stanza_first(st);

	while (c != NULL && !stanza_is(c, name, ns))
		c = stanza_next(c);
	return c;
}

struct str
stanza_text(const struct stanza *st)
{
	const struct stanza *only = NULL;
	size_t n = 0, count = 0;
	char *p;

	if (st == NULL)
		return STR("");
	for (const struct stanza *c = st->first; c != NULL; c = c->next) {
		if (c->name != NULL)
			continue;
		only = c;
		count++;
		n += c->text.n;
	}
	if (count <= 1)
		return only == NULL ? STR("") : only->text;
	p = arena_alloc(st->arena, n + 1);
	n = 0;
	for (const struct stanza *c = st->first; c != NULL; c = c->next) {
		if (c->name != NULL)
			continue;
		memcpy(p + n, c->text.p, c->text.n);
		n += c->text.n;
	}
	p[n] = '\0';
	return (struct str){ p, n };
}

struct stanza *
stanza_walk(const struct stanza *top, const struct stanza *st)
{
	if (st->first != NULL)
		return st->first;
	while (st != top && st->next == NULL)
		st = st->parent;
	return st == top ? NULL : st->next;
}

size_t
stanza_elements(const struct stanza *st)
{
	size_t n = 0;

	for (const struct stanza *c = st; c != NULL; c = stanza_walk(st, c))
		n += c->name != NULL;
	return n;
}

/* --- making -------------------------------------------------------------- */

struct stanza *
stanza_new(struct arena *a, const char *name, const char *ns)
{
	struct stanza *st = arena_zero(a, sizeof *st);

	st->arena = a;
	st->name = arena_str(a, name);
	st->ns = ns == NULL ? "" : arena_str(a, ns);
	return st;
}

void
stanza_append(struct stanza *parent, struct stanza *child)
{
	child->parent = parent;
	if (parent->last == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
}

struct stanza *
stanza_add(struct stanza *parent, const char *name, const char *ns)
{
	struct stanza *st = stanza_new(parent->arena, name,
	    ns == NULL ? parent->ns : ns);

	stanza_append(parent, st);
	return st;
}

void
stanza_add_text(struct stanza *st, const char *p, size_t n)
{
	struct stanza *t;

	if (n == 0)
		return;
	t = arena_zero(st->arena, sizeof *t);
	t->arena = st->arena;
	t->text = (struct str){ arena_strn(st->arena, p, n), n };
	stanza_append(st, t);
}

void
stanza_set_text(struct stanza *st, const char *p, size_t n)
{
	st->first = st->last = NULL;
	stanza_add_text(st, p, n);
}

static void
drop_attr(struct stanza *st, const char *name)
{
	struct stanza_attr *at = find_attr(st, name, NULL);
	size_t after;

	if (at == NULL)
		return;
	after = st->nattrs - (size_t)(at - st->attrs) - 1;
	memmove(at, at + 1, after * sizeof *at);
	st->nattrs--;
}

static struct stanza_attr *
add_attr(struct stanza *st, const char *name)
{
	struct stanza_attr *more = arena_alloc(st->arena,
	    (st->nattrs + 1) * sizeof *more);

	if (st->nattrs > 0)
		memcpy(more, st->attrs, st->nattrs * sizeof *more);
	st->attrs = more;
	more[st->nattrs] = (struct stanza_attr){
		.name = arena_str(st->arena, name) };
	return &more[st->nattrs++];
}

static void
set_value(struct stanza *st, struct stanza_attr *at, struct str value)
{
	at->value.p = arena_strn(st->arena, value.p, value.n);
	at->value.n = value.n;
}

void
stanza_set_str(struct stanza *st, const char *name, struct str value)
{
	struct stanza_attr *at;

	if (value.p == NULL) {
		drop_attr(st, name);
		return;
	}
	at = find_attr(st, name, NULL);
	set_value(st, at != NULL ? at : add_attr(st, name), value);
}

void
stanza_lang(struct stanza *st, const char *lang)
{
	struct stanza_attr *at;

	if (lang == NULL || stanza_attr_ns(st, "lang", NS_XML) != NULL)
		return;
	at = add_attr(st, "lang");
	at->prefix = "xml";
	at->ns = NS_XML;
	set_value(st, at, str_of(lang));
}

void
stanza_set(struct stanza *st, const char *name, const char *value)
{
	stanza_set_str(st, name, str_of(value));
}

/* --- copying ------------------------------------------------------------- */

static const char *
keep(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_str(a, s);
}

static struct stanza *
copy_node(struct arena *a, const struct stanza *from, const struct stanza *up)
{
	struct stanza *st = arena_zero(a, sizeof *st);

	st->arena = a;
	if (from->name == NULL) {
		st->text.p = arena_strn(a, from->text.p, from->text.n);
		st->text.n = from->text.n;
		return st;
	}
	st->name = arena_str(a, from->name);
	st->prefix = keep(a, from->prefix);
	/* Most are in the parent's namespace: no need to have it twice. */
	st->ns = up != NULL && strcmp(up->ns, from->ns) == 0 ? up->ns :
	    arena_str(a, from->ns);
	st->nattrs = from->nattrs;
	st->attrs = arena_alloc(a, from->nattrs * sizeof *st->attrs);
	for (unsigned i = 0; i < from->nattrs; i++) {
		const struct stanza_attr *at = &from->attrs[i];

		st->attrs[i] = (struct stanza_attr){
			.name = arena_str(a, at->name),
			.prefix = keep(a, at->prefix),
			.ns = keep(a, at->ns),
			.value = { arena_strn(a, at->value.p, at->value.n),
			    at->value.n },
		};
	}
	st->ndecls = from->ndecls;
	st->decls = arena_alloc(a, from->ndecls * sizeof *st->decls);
	for (unsigned i = 0; i < from->ndecls; i++) {
		st->decls[i].prefix = arena_str(a, from->decls[i].prefix);
		st->decls[i].ns = arena_str(a, from->decls[i].ns);
	}
	return st;
}

struct stanza *
stanza_copy(struct arena *a, const struct stanza *top)
{
	struct stanza *out, *up;
	const struct stanza *st = top;

	if (top == NULL)
		return NULL;
	out = up = copy_node(a, top, NULL);
	while (st->first != NULL || st != top) {
		if (st->first != NULL) {
			st = st->first;
		} else {
			while (st != top && st->next == NULL) {
				st = st->parent;
				up = up->parent;
			}
			if (st == top)
				break;
			st = st->next;
			up = up->parent;
		}
		stanza_append(up, copy_node(a, st, up));
		up = up->last;
	}
	return out;
}
