#include <stdlib.h>
#include <string.h>

#include "avro/schema_int.h"
#include "base/mem.h"

/*
 * Text to types.  A name must be known when it is used (Avro 1.11, Names);
 * only in a set may it still come, and leaves a hole meanwhile.
 */

struct reader {
	struct schema_space *sp;
	bool forward;
	unsigned depth;
	struct err *e;
};

static int
bad(struct reader *r, const struct json *j, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
bad(struct reader *r, const struct json *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(r->e, ERR_SCHEMA, fmt, ap);
	va_end(ap);
	return schema_err_at(r->sp, j->raw.p, r->e);
}

static struct schema_node *
node_new(struct reader *r, enum schema_type type, const struct json *j)
{
	struct schema_node *n = arena_zero(&r->sp->arena, sizeof *n);

	n->type = type;
	n->id = r->sp->node_count++;
	n->enum_default = -1;
	n->json = j;
	return n;
}

static int read_type(struct reader *r, const struct json *j, struct str space,
    struct schema_node **out);

static struct schema_node *
look_up(struct schema_space *sp, struct str name, struct str space)
{
	struct arena a = ARENA_INIT;
	struct str full = schema_name_in(&a, name, space);
	struct schema_node *n = map_get(&sp->names, full.p, full.n);

	if (n == NULL)		/* as Java does: the null namespace */
		n = map_get(&sp->names, name.p, name.n);
	arena_free(&a);
	return n;
}

static int
read_name(struct reader *r, const struct json *j, struct str space,
    struct schema_node **out)
{
	struct str s = json_string(j);
	struct schema_hole *hole;
	int type = schema_primitive(s);

	if (type >= 0) {
		*out = node_new(r, (enum schema_type)type, j);
		return 0;
	}
	*out = look_up(r->sp, s, space);
	if (*out != NULL)
		return 0;
	if (!r->forward || !schema_fullname_ok(s))
		return bad(r, j, "unknown type '%.*s'", SCHEMA_QUOTE(s));
	hole = arena_zero(&r->sp->arena, sizeof *hole);
	*hole = (struct schema_hole){ r->sp->holes, out, s, space };
	r->sp->holes = hole;
	return 0;
}

/* A member that must be a string when it is there; *out.p NULL: it is not. */
static int
text_of(struct reader *r, const struct json *j, const char *key,
    struct str *out)
{
	const struct json *m = json_get(j, key);

	*out = STR_NONE;
	if (m == NULL || m->type == JSON_NULL)
		return 0;
	if (m->type != JSON_STRING)
		return bad(r, m, "'%s' must be a string, not %.*s", key,
		    SCHEMA_QUOTE(m->raw));
	*out = m->text;
	return 0;
}

static int
aliases(struct reader *r, const struct json *j, struct str space, bool dotted,
    struct str **out, size_t *count)
{
	const struct json *list = json_get(j, "aliases"), *c;

	if (list == NULL || list->type == JSON_NULL)
		return 0;
	if (list->type != JSON_ARRAY)
		return bad(r, list, "'aliases' must be an array of names");
	*out = arena_zero(&r->sp->arena, (list->count + 1) * sizeof **out);
	for (c = list->first; c != NULL; c = c->next) {
		struct str s = json_string(c);

		if (!(dotted ? schema_fullname_ok(s) : schema_name_ok(s)))
			return bad(r, c, "bad alias %.*s",
			    SCHEMA_QUOTE(c->raw));
		(*out)[(*count)++] = dotted ?
		    schema_name_in(&r->sp->arena, s, space) : s;
	}
	return 0;
}

/* Name, namespace and aliases of a record, enum or fixed. */
static int
read_names(struct reader *r, const struct json *j, struct str space,
    struct schema_node *n)
{
	const char *what = schema_type_name(n->type);
	const struct json *jname = json_get(j, "name");
	const struct json *jspace = json_get(j, "namespace");
	struct str name, given;

	if (jname == NULL)
		return bad(r, j, "the %s has no name", what);
	if (jname->type != JSON_STRING || !schema_fullname_ok(jname->text))
		return bad(r, jname, "bad name %.*s: letters, digits and "
		    "underlines, no digit first, parts joined by dots",
		    SCHEMA_QUOTE(jname->raw));
	if (text_of(r, j, "name", &name) < 0 ||
	    text_of(r, j, "namespace", &given) < 0)
		return -1;
	if (given.n > 0 && !schema_fullname_ok(given))
		return bad(r, jspace, "bad namespace '%.*s'",
		    SCHEMA_QUOTE(given));
	if (jspace != NULL)
		space = given;
	n->name = schema_name_in(&r->sp->arena, name, space);
	n->space = schema_name_space(n->name);
	if (n->space.n == 0 && schema_primitive(n->name) >= 0)
		return bad(r, jname, "'%.*s' is the name of a primitive type",
		    SCHEMA_QUOTE(n->name));
	if (map_get(&r->sp->names, n->name.p, n->name.n) != NULL)
		return bad(r, jname, "the type '%.*s' is defined twice",
		    SCHEMA_QUOTE(n->name));
	map_set(&r->sp->names, n->name.p, n->name.n, n);
	return aliases(r, j, n->space, true, &n->aliases, &n->alias_count);
}

/* --- records -------------------------------------------------------------- */

static int
field_is_new(struct reader *r, struct map *seen, struct str name,
    const struct json *j)
{
	if (map_set(seen, name.p, name.n, r) != NULL)
		return bad(r, j, "the field '%.*s' is there twice",
		    SCHEMA_QUOTE(name));
	return 0;
}

static int
read_field(struct reader *r, const struct json *j, struct schema_node *rec,
    struct map *seen)
{
	struct schema_field *f = &rec->fields[rec->field_count];
	const struct json *name = json_get(j, "name");
	const struct json *type = json_get(j, "type");
	struct str order;

	if (j->type != JSON_OBJECT)
		return bad(r, j, "a field must be an object, not %.*s",
		    SCHEMA_QUOTE(j->raw));
	if (name == NULL)
		return bad(r, j, "a field of '%.*s' has no name",
		    SCHEMA_QUOTE(rec->name));
	f->name = json_string(name);
	if (!schema_name_ok(f->name))
		return bad(r, name, "bad field name %.*s",
		    SCHEMA_QUOTE(name->raw));
	if (type == NULL)
		return bad(r, j, "the field '%.*s' has no type",
		    SCHEMA_QUOTE(f->name));
	f->json = j;
	f->init = json_get(j, "default");
	if (text_of(r, j, "order", &order) < 0)
		return -1;
	if (order.p != NULL && !str_is(order, "ascending") &&
	    !str_is(order, "descending") && !str_is(order, "ignore"))
		return bad(r, j, "bad order '%.*s' of the field '%.*s'",
		    SCHEMA_QUOTE(order), SCHEMA_QUOTE(f->name));
	if (field_is_new(r, seen, f->name, name) < 0 ||
	    aliases(r, j, STR_NONE, false, &f->aliases, &f->alias_count) < 0)
		return -1;
	rec->field_count++;
	return read_type(r, type, rec->space, &f->type);
}

static int
read_record(struct reader *r, const struct json *j, struct str space,
    struct schema_node *n)
{
	const struct json *list = json_get(j, "fields"), *c;
	struct map seen = MAP_INIT;
	int rc = 0;

	if (read_names(r, j, space, n) < 0)
		return -1;
	if (list == NULL || list->type != JSON_ARRAY)
		return bad(r, list == NULL ? j : list,
		    "the record '%.*s' needs 'fields', an array",
		    SCHEMA_QUOTE(n->name));
	n->fields = arena_zero(&r->sp->arena,
	    (list->count + 1) * sizeof *n->fields);
	map_init(&seen);
	for (c = list->first; c != NULL && rc == 0; c = c->next)
		rc = read_field(r, c, n, &seen);
	map_free(&seen);
	return rc;
}

/* --- enums, fixed, arrays, maps, unions ----------------------------------- */

static int
read_symbols(struct reader *r, const struct json *list, struct schema_node *n)
{
	struct map seen;
	int rc = 0;

	n->symbols = arena_zero(&r->sp->arena,
	    (list->count + 1) * sizeof *n->symbols);
	map_init(&seen);
	for (const struct json *c = list->first; c != NULL; c = c->next) {
		struct str s = json_string(c);

		if (!schema_name_ok(s))
			rc = bad(r, c, "bad symbol %.*s", SCHEMA_QUOTE(c->raw));
		else if (map_set(&seen, s.p, s.n, n) != NULL)
			rc = bad(r, c, "the symbol '%.*s' is there twice",
			    SCHEMA_QUOTE(s));
		if (rc < 0)
			break;
		n->symbols[n->symbol_count++] = s;
	}
	map_free(&seen);
	return rc;
}

static int
read_enum(struct reader *r, const struct json *j, struct str space,
    struct schema_node *n)
{
	const struct json *list = json_get(j, "symbols");
	const struct json *init = json_get(j, "default");

	if (read_names(r, j, space, n) < 0)
		return -1;
	if (list == NULL || list->type != JSON_ARRAY)
		return bad(r, list == NULL ? j : list,
		    "the enum '%.*s' needs 'symbols', an array",
		    SCHEMA_QUOTE(n->name));
	if (read_symbols(r, list, n) < 0)
		return -1;
	if (init == NULL)
		return 0;
	for (size_t i = 0; i < n->symbol_count; i++)
		if (init->type == JSON_STRING &&
		    str_eq(n->symbols[i], init->text))
			n->enum_default = (int)i;
	if (n->enum_default < 0)
		return bad(r, init, "the default %.*s is no symbol of '%.*s'",
		    SCHEMA_QUOTE(init->raw), SCHEMA_QUOTE(n->name));
	return 0;
}

static int
read_fixed(struct reader *r, const struct json *j, struct str space,
    struct schema_node *n)
{
	const struct json *size = json_get(j, "size");
	uint64_t v;

	if (read_names(r, j, space, n) < 0)
		return -1;
	if (size == NULL)
		return bad(r, j, "the fixed '%.*s' has no size",
		    SCHEMA_QUOTE(n->name));
	if (json_uint64(size, &v, r->e) < 0 || v > SCHEMA_FIXED_MAX)
		return bad(r, size, "bad size %.*s of the fixed '%.*s'",
		    SCHEMA_QUOTE(size->raw), SCHEMA_QUOTE(n->name));
	n->size = (size_t)v;
	return 0;
}

static int
read_items(struct reader *r, const struct json *j, const char *key,
    struct str space, struct schema_node *n)
{
	const struct json *type = json_get(j, key);

	if (type == NULL)
		return bad(r, j, "the %s has no '%s'",
		    schema_type_name(n->type), key);
	return read_type(r, type, space, &n->items);
}

static int
read_union(struct reader *r, const struct json *j, struct str space,
    struct schema_node **out)
{
	struct schema_node *n = node_new(r, SCHEMA_UNION, j);

	n->branches = arena_zero(&r->sp->arena,
	    (j->count + 1) * sizeof *n->branches);
	*out = n;
	for (const struct json *c = j->first; c != NULL; c = c->next) {
		if (c->type == JSON_ARRAY)
			return bad(r, c, "a union must not stand in a union");
		if (read_type(r, c, space,
		    &n->branches[n->branch_count++]) < 0)
			return -1;
	}
	return 0;
}

static int
read_object(struct reader *r, const struct json *j, struct str space,
    struct schema_node **out)
{
	const struct json *type = json_get(j, "type");
	struct str s = json_string(type);
	struct schema_node *n;
	int rc, primitive = schema_primitive(s);

	if (type == NULL)
		return bad(r, j, "there is no 'type' in %.*s",
		    SCHEMA_QUOTE(j->raw));
	if (type->type == JSON_OBJECT || type->type == JSON_ARRAY)
		return read_type(r, type, space, out);
	if (type->type != JSON_STRING)
		return bad(r, type, "'type' must be a name, not %.*s",
		    SCHEMA_QUOTE(type->raw));
	n = *out = node_new(r, SCHEMA_NULL, j);
	if (primitive >= 0) {
		n->type = (enum schema_type)primitive;
		rc = 0;
	} else if (str_is(s, "record") || str_is(s, "error")) {
		n->type = SCHEMA_RECORD;
		n->is_error = s.p[0] == 'e';
		rc = read_record(r, j, space, n);
	} else if (str_is(s, "enum")) {
		n->type = SCHEMA_ENUM;
		rc = read_enum(r, j, space, n);
	} else if (str_is(s, "fixed")) {
		n->type = SCHEMA_FIXED;
		rc = read_fixed(r, j, space, n);
	} else if (str_is(s, "array")) {
		n->type = SCHEMA_ARRAY;
		rc = read_items(r, j, "items", space, n);
	} else if (str_is(s, "map")) {
		n->type = SCHEMA_MAP;
		rc = read_items(r, j, "values", space, n);
	} else {
		return read_name(r, type, space, out);
	}
	if (rc == 0)
		schema_logical_set(n);
	return rc;
}

static int
read_type(struct reader *r, const struct json *j, struct str space,
    struct schema_node **out)
{
	int rc;

	if (r->sp->node_count >= SCHEMA_NODES_MAX)
		return bad(r, j, "more than %d types", SCHEMA_NODES_MAX);
	if (++r->depth > SCHEMA_DEPTH_MAX)
		return bad(r, j, "types nested deeper than %d",
		    SCHEMA_DEPTH_MAX);
	if (j->type == JSON_STRING)
		rc = read_name(r, j, space, out);
	else if (j->type == JSON_ARRAY)
		rc = read_union(r, j, space, out);
	else if (j->type == JSON_OBJECT)
		rc = read_object(r, j, space, out);
	else
		rc = bad(r, j, "a type cannot be %.*s", SCHEMA_QUOTE(j->raw));
	r->depth--;
	return rc;
}

/* A protocol (.avpr): its types in order; names in its namespace. */
static int
read_protocol(struct reader *r, const struct json *j)
{
	const struct json *types = json_get(j, "types");
	struct str space;

	if (text_of(r, j, "namespace", &space) < 0)
		return -1;
	if (types == NULL || types->type != JSON_ARRAY || types->count == 0)
		return bad(r, j, "the protocol has no types");
	for (const struct json *c = types->first; c != NULL; c = c->next)
		if (read_type(r, c, space, r->sp->root) < 0)
			return -1;
	return 0;
}

static int
read_value(struct reader *r, const struct json *j)
{
	/* a place that outlives this, for a hole in the root */
	r->sp->root = arena_zero(&r->sp->arena, sizeof *r->sp->root);
	if (j->type == JSON_OBJECT && json_get(j, "protocol") != NULL &&
	    json_get(j, "type") == NULL)
		return read_protocol(r, j);
	return read_type(r, j, STR_NONE, r->sp->root);
}

int
schema_read(struct schema_space *sp, const char *p, size_t n, bool forward,
    struct err *e)
{
	struct json_limits limits = { 4 * SCHEMA_DEPTH_MAX, JSON_COUNT_MAX };
	struct reader r = { .sp = sp, .forward = forward, .e = e };
	struct schema_text *t = arena_zero(&sp->arena, sizeof *t);
	const struct json *j;
	size_t at = 0, count = 0;

	if (n > SCHEMA_TEXT_MAX)
		return err_set(e, ERR_LIMIT, "the schema is over %d bytes",
		    SCHEMA_TEXT_MAX);
	t->text = (struct str){ arena_strn(&sp->arena, p, n), n };
	t->next = sp->texts;
	sp->texts = t;
	for (; (j = json_parse_next(&sp->arena, t->text.p, n, &at, &limits,
	    e)) != NULL; count++)
		if (read_value(&r, j) < 0)
			return -1;
	if (e->code != ERR_OK)
		return -1;
	if (count == 0)
		return err_set(e, ERR_SCHEMA, "there is no schema");
	return 0;
}

int
schema_err_at(const struct schema_space *sp, const char *p, struct err *e)
{
	for (const struct schema_text *t = sp->texts; t != NULL; t = t->next)
		if (p >= t->text.p && p <= t->text.p + t->text.n)
			return json_err_at(e, t->text.p, t->text.n,
			    (size_t)(p - t->text.p));
	return -1;
}
