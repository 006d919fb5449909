#include <stdlib.h>
#include <string.h>

#include "avro/schema_int.h"
#include "base/jsonnum.h"
#include "base/mem.h"
#include "base/text.h"

/*
 * What can be checked only when every name is known: unions and defaults.
 * A record that holds itself in every value is no error here: it is a schema
 * without any value.
 */

/* --- defaults (Avro 1.11, Complex Types: Records) ------------------------- */

/* One default.  hint: where a union's first branch does not fit, look whether
 * another would; not again inside of that, or each level doubles the work. */
struct fit {
	unsigned depth;
	bool hint;
	struct err *e;
};

static int check_default(struct fit f, const struct schema_node *n,
    const struct json *j);

static int
misfit(const struct json *j, const char *wanted, struct err *e)
{
	return err_set(e, ERR_SCHEMA, "expected %s, got %.*s", wanted,
	    SCHEMA_QUOTE(j->raw));
}

/* Bytes are a string whose characters are up to U+00FF. */
static int
check_bytes(const struct schema_node *n, const struct json *j, struct err *e)
{
	size_t count = 0, len;

	if (j->type != JSON_STRING)
		return misfit(j, schema_type_name(n->type), e);
	for (size_t i = 0; i < j->text.n; i += len, count++)
		if (utf8_get(j->text.p + i, j->text.n - i, &len) > 0xff)
			return misfit(j, "characters up to U+00FF", e);
	if (n->type == SCHEMA_FIXED && count != n->size)
		return err_set(e, ERR_SCHEMA,
		    "expected fixed of %zu bytes, got %zu", n->size, count);
	return 0;
}

static int
check_number(const struct schema_node *n, const struct json *j, struct err *e)
{
	int64_t v;
	double d;

	if (n->type == SCHEMA_FLOAT || n->type == SCHEMA_DOUBLE) {
		if (j->type == JSON_STRING && (str_is(j->text, "NaN") ||
		    str_is(j->text, "Infinity") ||
		    str_is(j->text, "-Infinity")))
			return 0;
		return json_double(j, &d, e) < 0 ?
		    misfit(j, schema_type_name(n->type), e) : 0;
	}
	if (json_int64(j, &v, e) < 0 ||
	    (n->type == SCHEMA_INT && v != (int32_t)v))
		return misfit(j, schema_type_name(n->type), e);
	return 0;
}

static int
check_items(struct fit f, const struct schema_node *n, const struct json *j)
{
	bool map = n->type == SCHEMA_MAP;

	if (j->type != (map ? JSON_OBJECT : JSON_ARRAY))
		return misfit(j, schema_type_name(n->type), f.e);
	for (const struct json *c = j->first; c != NULL; c = c->next)
		if (check_default(f, n->items, c) < 0)
			return -1;
	return 0;
}

static int
check_record(struct fit f, const struct schema_node *n, const struct json *j)
{
	if (j->type != JSON_OBJECT)
		return misfit(j, "record", f.e);
	for (size_t i = 0; i < n->field_count; i++) {
		const struct schema_field *field = &n->fields[i];
		const struct json *c = json_getn(j, field->name.p,
		    field->name.n);

		if (c == NULL && field->init == NULL)
			return err_set(f.e, ERR_SCHEMA, "no value for the "
			    "field '%.*s' of '%.*s'", SCHEMA_QUOTE(field->name),
			    SCHEMA_QUOTE(n->name));
		if (c != NULL && check_default(f, field->type, c) < 0)
			return -1;
	}
	return 0;
}

static int
check_union(struct fit f, const struct schema_node *n, const struct json *j)
{
	struct err why = ERR_INIT;
	const struct fit other = { f.depth, false, &why };

	if (n->branch_count == 0)
		return err_set(f.e, ERR_SCHEMA, "an empty union has no value");
	if (check_default(f, n->branches[0], j) == 0)
		return 0;
	for (size_t i = 1; f.hint && i < n->branch_count; i++)
		if (check_default(other, n->branches[i], j) == 0)
			return err_set(f.e, ERR_SCHEMA, "%.*s fits branch %zu "
			    "of the union, but must fit the first: put '%.*s'"
			    " first", SCHEMA_QUOTE(j->raw), i + 1,
			    SCHEMA_QUOTE(schema_branch_name(n->branches[i])));
	return -1;
}

static int
check_default(struct fit f, const struct schema_node *n, const struct json *j)
{
	if (n == NULL)			/* a hole: checked once it is filled */
		return 0;
	if (f.depth++ > SCHEMA_DEPTH_MAX)
		return err_set(f.e, ERR_SCHEMA, "nested too deep");
	switch (n->type) {
	case SCHEMA_NULL:
		return j->type == JSON_NULL ? 0 : misfit(j, "null", f.e);
	case SCHEMA_BOOLEAN:
		return j->type == JSON_BOOL ? 0 : misfit(j, "boolean", f.e);
	case SCHEMA_INT: case SCHEMA_LONG:
	case SCHEMA_FLOAT: case SCHEMA_DOUBLE:
		return check_number(n, j, f.e);
	case SCHEMA_STRING:
		return j->type == JSON_STRING ? 0 : misfit(j, "string", f.e);
	case SCHEMA_BYTES: case SCHEMA_FIXED:
		return check_bytes(n, j, f.e);
	case SCHEMA_ENUM:
		for (size_t i = 0; i < n->symbol_count; i++)
			if (j->type == JSON_STRING &&
			    str_eq(n->symbols[i], j->text))
				return 0;
		return misfit(j, "a symbol of the enum", f.e);
	case SCHEMA_ARRAY: case SCHEMA_MAP:
		return check_items(f, n, j);
	case SCHEMA_RECORD:
		return check_record(f, n, j);
	case SCHEMA_UNION:
		return check_union(f, n, j);
	}
	return 0;
}

/* --- the whole graph, each node once -------------------------------------- */

struct walk {
	const struct schema_space *sp;
	uint8_t *seen;			/* by id: it was or is on the list */
	const struct schema_node **todo;
	size_t cap, count;
	struct err *e;
};

static int
bad(struct walk *w, const struct json *j, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
bad(struct walk *w, const struct json *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(w->e, ERR_SCHEMA, fmt, ap);
	va_end(ap);
	return schema_err_at(w->sp, j->raw.p, w->e);
}

/* Each type at most once, named ones by name (Avro 1.11, Unions). */
static int
walk_union(struct walk *w, const struct schema_node *n)
{
	struct map seen;
	int rc = 0;

	map_init(&seen);
	for (size_t i = 0; i < n->branch_count && rc == 0; i++) {
		const struct schema_node *b = n->branches[i];
		struct str name;

		if (b == NULL)
			continue;
		name = schema_branch_name(b);
		if (b->type == SCHEMA_UNION)
			rc = bad(w, n->json,
			    "a union must not stand in a union");
		else if (map_set(&seen, name.p, name.n, w) != NULL)
			rc = bad(w, n->json, "'%.*s' is twice in the union",
			    SCHEMA_QUOTE(name));
	}
	map_free(&seen);
	return rc;
}

static int
walk_record(struct walk *w, const struct schema_node *n)
{
	for (size_t i = 0; i < n->field_count; i++) {
		const struct schema_field *f = &n->fields[i];

		if (f->init == NULL ||
		    check_default((struct fit){ 0, true, w->e }, f->type,
		    f->init) == 0)
			continue;
		err_prefix(w->e, "the default of the field '%.*s' of '%.*s' "
		    "does not fit", SCHEMA_QUOTE(f->name),
		    SCHEMA_QUOTE(n->name));
		return schema_err_at(w->sp, f->init->raw.p, w->e);
	}
	return 0;
}

static void
push(struct walk *w, const struct schema_node *n)
{
	if (n == NULL || w->seen[n->id])
		return;
	w->seen[n->id] = 1;
	w->todo = mem_grow(w->todo, &w->cap, w->count + 1, sizeof *w->todo);
	w->todo[w->count++] = n;
}

/* A list instead of recursion: the graph may be deep. */
static int
walk(struct walk *w)
{
	const struct schema_node *n;
	int rc = 0;

	while (w->count > 0 && rc == 0) {
		n = w->todo[--w->count];
		for (size_t i = 0; i < n->field_count; i++)
			push(w, n->fields[i].type);
		for (size_t i = 0; i < n->branch_count; i++)
			push(w, n->branches[i]);
		push(w, n->items);
		if (n->type == SCHEMA_UNION)
			rc = walk_union(w, n);
		else if (n->type == SCHEMA_RECORD)
			rc = walk_record(w, n);
	}
	return rc;
}

static int
fill_holes(struct schema_space *sp, bool wanted, struct err *e)
{
	struct schema_hole **link = &sp->holes, *h;

	while ((h = *link) != NULL) {
		struct str full = schema_name_in(&sp->arena, h->name,
		    h->space);

		*h->where = map_get(&sp->names, full.p, full.n);
		if (*h->where == NULL)
			*h->where = map_get(&sp->names, h->name.p, h->name.n);
		if (*h->where != NULL) {
			*link = h->next;
			continue;
		}
		if (wanted) {
			err_set(e, ERR_SCHEMA, "unknown type '%.*s'",
			    SCHEMA_QUOTE(h->name));
			return schema_err_at(sp, h->name.p, e);
		}
		link = &h->next;
	}
	return 0;
}

int
schema_close(struct schema_space *sp, bool wanted, struct err *e)
{
	struct walk w = { .sp = sp, .e = e };
	struct schema_node *n;
	size_t at = 0;
	int rc;

	if (fill_holes(sp, wanted, e) < 0)
		return -1;
	w.seen = mem_zero(sp->node_count + 1);
	push(&w, *sp->root);
	while ((n = map_next(&sp->names, &at, NULL, NULL)) != NULL)
		push(&w, n);
	rc = walk(&w);
	free(w.todo);
	free(w.seen);
	return rc;
}
