#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/schema_int.h"
#include "base/mem.h"

/*
 * Avro 1.11, Schema Resolution: can each datum of the writer be read?
 *
 * Records may hold one another, so a pair of records is taken to fit while it
 * is being looked at.  When one turns out not to, what was found on that
 * assumption may be wrong, and all is looked at again, until nothing new turns
 * up.  Only then is it told why.
 */

struct compat {
	struct map fits;		/* pairs of records, as far as known */
	struct map fails;		/* for sure */
	struct map told;
	struct buf path;
	schema_issue_fn *fn;		/* NULL: nobody asks why */
	void *arg;
	size_t issues;
	unsigned depth;
	bool tell;
};

static bool check(struct compat *c, const struct schema_node *r,
    const struct schema_node *w);

const char *
schema_called(const struct schema_node *n, char out[SCHEMA_CALLED])
{
	struct str name = n->name;

	snprintf(out, SCHEMA_CALLED, "%s%s%.*s", schema_type_name(n->type),
	    name.n > 0 ? " " : "", SCHEMA_QUOTE(name));
	return out;
}

static bool
issue(struct compat *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static bool
issue(struct compat *c, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (c->tell && c->issues < SCHEMA_ISSUES_MAX) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof text, fmt, ap);
		va_end(ap);
		c->fn(c->arg, c->path.n == 0 ? "/" : buf_cstr(&c->path), text);
	}
	c->issues += c->tell;
	return false;
}

static bool
same_name(const struct schema_node *r, const struct schema_node *w)
{
	struct str name = schema_name_short(w->name);

	if (str_eq(schema_name_short(r->name), name))
		return true;
	for (size_t i = 0; i < r->alias_count; i++)
		if (str_eq(r->aliases[i], w->name) ||
		    str_eq(schema_name_short(r->aliases[i]), name))
			return true;
	return false;
}

static bool
promotes(enum schema_type w, enum schema_type r)
{
	switch (w) {
	case SCHEMA_INT:
		return r == SCHEMA_LONG || r == SCHEMA_FLOAT ||
		    r == SCHEMA_DOUBLE;
	case SCHEMA_LONG:
		return r == SCHEMA_FLOAT || r == SCHEMA_DOUBLE;
	case SCHEMA_FLOAT:
		return r == SCHEMA_DOUBLE;
	case SCHEMA_STRING:
		return r == SCHEMA_BYTES;
	case SCHEMA_BYTES:
		return r == SCHEMA_STRING;
	default:
		return false;
	}
}

bool
schema_match(const struct schema_node *r, const struct schema_node *w)
{
	if (r->type != w->type)
		return promotes(w->type, r->type);
	if (r->logical == LOGICAL_DECIMAL && w->logical == LOGICAL_DECIMAL &&
	    (r->precision != w->precision || r->scale != w->scale))
		return false;		/* Avro 1.11, Decimal */
	switch (r->type) {
	case SCHEMA_FIXED:
		return r->size == w->size && same_name(r, w);
	case SCHEMA_RECORD: case SCHEMA_ENUM:
		return same_name(r, w);
	default:
		return true;
	}
}

/* --- telling why ---------------------------------------------------------- */

static bool
unlike(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	char a[SCHEMA_CALLED], b[SCHEMA_CALLED];

	if (r->type != w->type)
		return issue(c, "%s cannot be read as %s",
		    schema_called(w, a), schema_called(r, b));
	if (r->logical == LOGICAL_DECIMAL && w->logical == LOGICAL_DECIMAL &&
	    (r->precision != w->precision || r->scale != w->scale))
		return issue(c, "decimal(%u, %u) cannot be read as "
		    "decimal(%u, %u)", w->precision, w->scale, r->precision,
		    r->scale);
	if (!same_name(r, w))
		return issue(c, "%s cannot be read as %s: give it the alias "
		    "'%.*s'", schema_called(w, a), schema_called(r, b),
		    SCHEMA_QUOTE(w->name));
	return issue(c, "%s has %zu bytes, not %zu", schema_called(w, a),
	    w->size, r->size);
}

void
schema_field_map(const struct schema_node *r, const struct schema_node *w,
    int *from)
{
	bool *taken = mem_zero(w->field_count + 1);

	for (size_t i = 0; i < r->field_count; i++) {
		const struct str *name = &r->fields[i].name;

		from[i] = schema_field(w, name->p, name->n);
		if (from[i] >= 0)
			taken[from[i]] = true;
	}
	for (size_t i = 0; i < r->field_count; i++) {
		const struct schema_field *f = &r->fields[i];

		for (size_t a = 0; from[i] < 0 && a < f->alias_count; a++) {
			int k = schema_field(w, f->aliases[a].p,
			    f->aliases[a].n);

			if (k < 0 || taken[k])
				continue;
			taken[k] = true;
			from[i] = k;
		}
	}
	free(taken);
}

static bool
check_below(struct compat *c, struct str step, const struct schema_node *r,
    const struct schema_node *w)
{
	size_t n = c->path.n;
	bool ok;

	buf_putc(&c->path, '/');
	buf_put(&c->path, step.p, step.n);
	ok = check(c, r, w);
	buf_trim(&c->path, n);
	return ok;
}

static bool
check_record(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	int *from = mem_array(r->field_count + 1, sizeof *from);
	bool ok = true;

	schema_field_map(r, w, from);
	for (size_t i = 0; i < r->field_count; i++) {
		const struct schema_field *f = &r->fields[i];

		if (from[i] >= 0)
			ok &= check_below(c, f->name, f->type,
			    w->fields[from[i]].type);
		else if (f->init == NULL)
			ok &= issue(c, "the field '%.*s' is new and has no "
			    "default", SCHEMA_QUOTE(f->name));
	}
	free(from);
	return ok;
}

static bool
check_enum(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	struct map symbols;
	bool ok = true;

	if (r->enum_default >= 0)
		return true;
	map_init(&symbols);
	for (size_t i = 0; i < r->symbol_count; i++)
		map_set(&symbols, r->symbols[i].p, r->symbols[i].n, c);
	for (size_t i = 0; i < w->symbol_count; i++)
		if (map_get(&symbols, w->symbols[i].p, w->symbols[i].n) ==
		    NULL)
			ok &= issue(c, "the symbol '%.*s' is gone and the "
			    "enum has no default",
			    SCHEMA_QUOTE(w->symbols[i]));
	map_free(&symbols);
	return ok;
}

/* Some branch that reads it whole. */
static bool
check_branches(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	const struct schema_node *matched = NULL;
	char called[SCHEMA_CALLED];
	bool tell = c->tell, ok = false;

	c->tell = false;
	for (size_t i = 0; i < r->branch_count && !ok; i++) {
		if (!schema_match(r->branches[i], w))
			continue;
		if (matched == NULL)
			matched = r->branches[i];
		ok = check(c, r->branches[i], w);
	}
	c->tell = tell;
	if (ok || !tell)
		return ok;
	if (matched != NULL)
		return check(c, matched, w);
	return issue(c, "no branch of the union can take %s",
	    schema_called(w, called));
}

static bool
check_records(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	const struct schema_node *pair[2] = { r, w };
	bool ok;

	if (c->tell)
		return map_set(&c->told, pair, sizeof pair, c) == NULL ?
		    check_record(c, r, w) :
		    map_get(&c->fails, pair, sizeof pair) == NULL;
	if (map_get(&c->fails, pair, sizeof pair) != NULL)
		return false;
	if (map_set(&c->fits, pair, sizeof pair, c) != NULL)
		return true;
	ok = check_record(c, r, w);
	if (!ok)
		map_set(&c->fails, pair, sizeof pair, c);
	return ok;
}

static bool
check_pair(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	bool ok = true;

	if (w->type == SCHEMA_UNION) {
		for (size_t i = 0; i < w->branch_count; i++)
			ok &= check(c, r, w->branches[i]);
		return ok;
	}
	if (r->type == SCHEMA_UNION)
		return check_branches(c, r, w);
	if (!schema_match(r, w)) {
		unlike(c, r, w);
		/* with the alias it would not be done, so tell the rest */
		if (c->tell && r->type == w->type && r->type == SCHEMA_RECORD)
			check_records(c, r, w);
		else if (c->tell && r->type == w->type &&
		    r->type == SCHEMA_ENUM)
			check_enum(c, r, w);
		return false;
	}
	switch (r->type == w->type ? r->type : SCHEMA_NULL) {
	case SCHEMA_RECORD:
		return check_records(c, r, w);
	case SCHEMA_ENUM:
		return check_enum(c, r, w);
	case SCHEMA_ARRAY:
		return check_below(c, STR("[]"), r->items, w->items);
	case SCHEMA_MAP:
		return check_below(c, STR("{}"), r->items, w->items);
	default:
		return true;
	}
}

static bool
check(struct compat *c, const struct schema_node *r,
    const struct schema_node *w)
{
	bool ok;

	if (c->depth >= 8 * SCHEMA_DEPTH_MAX)
		return issue(c, "the types are nested too deep to compare");
	c->depth++;
	ok = check_pair(c, r, w);
	c->depth--;
	return ok;
}

bool
schema_compatible(const struct schema *reader, const struct schema *writer,
    schema_issue_fn *fn, void *arg)
{
	struct compat c = { .path = BUF_INIT(4096), .fn = fn, .arg = arg };
	size_t known;
	bool ok;

	map_init(&c.fails);
	map_init(&c.told);
	do {
		map_init(&c.fits);
		known = c.fails.count;
		ok = check(&c, reader->root, writer->root);
		map_free(&c.fits);
	} while (c.fails.count != known);
	map_init(&c.fits);
	c.tell = fn != NULL;
	if (!ok && c.tell)
		check(&c, reader->root, writer->root);
	map_free(&c.fits);
	map_free(&c.fails);
	map_free(&c.told);
	buf_free(&c.path);
	return ok;
}
