#include <stdlib.h>
#include <string.h>

#include "avro/schema_int.h"
#include "base/mem.h"

/*
 * A schema as text again: complete with all attributes, or in the canonical
 * form that fingerprints are made of.
 */

struct printer {
	struct buf *out;
	uint8_t *seen;			/* by id: the name is defined */
	bool canonical;
};

static void put_type(struct printer *p, const struct schema_node *n,
    struct str space);

static bool
is_named(const struct schema_node *n)
{
	return n->name.n > 0;
}

static void
put_key(struct printer *p, struct str key, bool *first)
{
	if (!*first)
		buf_putc(p->out, ',');
	*first = false;
	json_put_str(p->out, key);
	buf_putc(p->out, ':');
}

static void
put_cstr_member(struct printer *p, const char *key, struct str value,
    bool *first)
{
	put_key(p, str_of(key), first);
	json_put_str(p->out, value);
}

/* --- Avro 1.11, Transforming into Parsing Canonical Form ------------------ */

static void
canonical_fields(struct printer *p, const struct schema_node *n)
{
	for (size_t i = 0; i < n->field_count; i++) {
		bool first = true;

		buf_puts(p->out, i == 0 ? "{" : ",{");
		put_cstr_member(p, "name", n->fields[i].name, &first);
		put_key(p, STR("type"), &first);
		put_type(p, n->fields[i].type, STR_NONE);
		buf_putc(p->out, '}');
	}
}

static void
canonical_object(struct printer *p, const struct schema_node *n)
{
	bool first = true;

	buf_putc(p->out, '{');
	if (is_named(n))
		put_cstr_member(p, "name", n->name, &first);
	put_cstr_member(p, "type", str_of(n->is_error ? "error" :
	    schema_type_name(n->type)), &first);
	if (n->type == SCHEMA_RECORD) {
		buf_puts(p->out, ",\"fields\":[");
		canonical_fields(p, n);
		buf_putc(p->out, ']');
	} else if (n->type == SCHEMA_ENUM) {
		buf_puts(p->out, ",\"symbols\":[");
		for (size_t i = 0; i < n->symbol_count; i++) {
			if (i > 0)
				buf_putc(p->out, ',');
			json_put_str(p->out, n->symbols[i]);
		}
		buf_putc(p->out, ']');
	} else if (n->type == SCHEMA_FIXED) {
		buf_puts(p->out, ",\"size\":");
		buf_putu(p->out, n->size);
	} else {
		put_key(p, str_of(n->type == SCHEMA_ARRAY ? "items" :
		    "values"), &first);
		put_type(p, n->items, STR_NONE);
	}
	buf_putc(p->out, '}');
}

/* --- with all that was written -------------------------------------------- */

static void
put_field(struct printer *p, const struct schema_field *f, struct str space)
{
	bool first = true;

	buf_putc(p->out, '{');
	for (const struct json *c = f->json->first; c != NULL; c = c->next) {
		put_key(p, c->key, &first);
		if (str_is(c->key, "type"))
			put_type(p, f->type, space);
		else
			json_put(p->out, c, JSON_PUT_COMPACT);
	}
	buf_putc(p->out, '}');
}

static void
put_fields(struct printer *p, const struct schema_node *n)
{
	buf_putc(p->out, '[');
	for (size_t i = 0; i < n->field_count; i++) {
		if (i > 0)
			buf_putc(p->out, ',');
		put_field(p, &n->fields[i], n->space);
	}
	buf_putc(p->out, ']');
}

static void
put_member(struct printer *p, const struct schema_node *n,
    const struct json *c, struct str space, bool *first)
{
	if (is_named(n) && str_is(c->key, "namespace"))
		return;			/* see name */
	put_key(p, c->key, first);
	if (str_is(c->key, "type")) {
		json_put_cstr(p->out, n->is_error ? "error" :
		    schema_type_name(n->type));
	} else if (is_named(n) && str_is(c->key, "name")) {
		json_put_str(p->out, schema_name_short(n->name));
		if (!str_eq(n->space, space))
			put_cstr_member(p, "namespace", n->space, first);
	} else if (n->type == SCHEMA_RECORD && str_is(c->key, "fields")) {
		put_fields(p, n);
	} else if ((n->type == SCHEMA_ARRAY && str_is(c->key, "items")) ||
	    (n->type == SCHEMA_MAP && str_is(c->key, "values"))) {
		put_type(p, n->items, space);
	} else {
		json_put(p->out, c, JSON_PUT_COMPACT);
	}
}

static void
put_object(struct printer *p, const struct schema_node *n, struct str space)
{
	bool first = true;

	buf_putc(p->out, '{');
	for (const struct json *c = n->json->first; c != NULL; c = c->next)
		put_member(p, n, c, space, &first);
	buf_putc(p->out, '}');
}

/* A name that means this type where the namespace is space. */
static void
put_name(struct printer *p, const struct schema_node *n, struct str space)
{
	struct str name = schema_name_short(n->name);
	bool short_is_it = !p->canonical && str_eq(n->space, space) &&
	    schema_primitive(name) < 0;

	json_put_str(p->out, short_is_it ? name : n->name);
}

static void
put_type(struct printer *p, const struct schema_node *n, struct str space)
{
	if (is_named(n) && p->seen[n->id]) {
		put_name(p, n, space);
		return;
	}
	p->seen[n->id] = 1;
	if (n->type == SCHEMA_UNION) {
		buf_putc(p->out, '[');
		for (size_t i = 0; i < n->branch_count; i++) {
			if (i > 0)
				buf_putc(p->out, ',');
			put_type(p, n->branches[i], space);
		}
		buf_putc(p->out, ']');
	} else if (n->type <= SCHEMA_STRING && (p->canonical ||
	    n->json->type == JSON_STRING || n->json->count == 1)) {
		json_put_cstr(p->out, schema_type_name(n->type));
	} else if (p->canonical) {
		canonical_object(p, n);
	} else {
		put_object(p, n, space);
	}
}

static void
print(const struct schema *s, struct buf *out, bool canonical)
{
	struct printer p = { .out = out, .canonical = canonical };

	p.seen = mem_zero(s->space->node_count + 1);
	put_type(&p, s->root, STR_NONE);
	free(p.seen);
}

void
schema_canonical(const struct schema *s, struct buf *out)
{
	print(s, out, true);
}

void
schema_print(const struct schema *s, struct buf *out, int flags)
{
	struct json_limits limits = { 8 * SCHEMA_DEPTH_MAX, SIZE_MAX };
	struct buf text = BUF_INIT(SIZE_MAX / 2);
	struct arena a = ARENA_INIT;
	struct json *j = NULL;
	struct err e = ERR_INIT;

	if (!(flags & JSON_PUT_PRETTY)) {
		print(s, out, false);
		return;
	}
	print(s, &text, false);
	j = json_parse(&a, text.p, text.n, &limits, &e);
	if (j != NULL)
		json_put(out, j, flags);
	else
		buf_put(out, text.p, text.n);
	arena_free(&a);
	buf_free(&text);
}
