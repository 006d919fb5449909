#include "shape.h"

#include <string.h>

#include "avro/logical.h"
#include "base/map.h"

struct shape *
shape_new(struct arena *a)
{
	struct shape *s = arena_zero(a, sizeof *s);

	s->last = &s->first;
	return s;
}

/* --- looking at values ---------------------------------------------------- */

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '_' &&
		    !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return s.n > 0 && s.n < 100;
}

static void
add_number(struct shape *s, const struct json *j)
{
	struct err e = ERR_INIT;
	int64_t v;
	bool whole = true;

	for (size_t i = 0; i < j->raw.n; i++)
		whole &= strchr(".eE", j->raw.p[i]) == NULL;
	if (!whole || json_int64(j, &v, &e) < 0)
		s->doubles++;
	else if (v == (int32_t)v)
		s->ints++;
	else
		s->longs++;
}

static void
add_symbol(struct arena *a, struct shape *s, struct str text)
{
	s->no_symbol |= !is_name(text);
	if (s->no_symbol || s->symbol_count > SHAPE_SYMBOLS)
		return;
	for (uint64_t i = 0; i < s->symbol_count; i++)
		if (str_eq(s->symbols[i], text))
			return;
	if (s->symbol_count < SHAPE_SYMBOLS)
		s->symbols[s->symbol_count] = (struct str){
		    arena_dup(a, text.p, text.n), text.n };
	s->symbol_count++;
}

static void
add_string(struct arena *a, struct shape *s, struct str text)
{
	static const enum schema_logical kinds[] = { LOGICAL_NONE,
	    LOGICAL_DATE, LOGICAL_TIMESTAMP_MILLIS, LOGICAL_TIMESTAMP_MICROS,
	    LOGICAL_TIMESTAMP_NANOS };
	uint8_t uuid[16];
	int64_t v;

	s->strings++;
	s->text[TEXT_UUID] += uuid_get(text.p, text.n, uuid);
	for (int i = TEXT_DATE; i < TEXT_KINDS; i++)
		s->text[i] += logical_get(kinds[i], text.p, text.n, &v);
	add_symbol(a, s, text);
}

static void shape_merge(struct arena *a, struct shape *to,
    const struct shape *from);

static struct shape_field *
field_of(struct arena *a, struct shape *s, struct str name)
{
	struct shape_field *f;

	for (f = s->first; f != NULL; f = f->next)
		if (str_eq(f->name, name))
			return f;
	f = arena_zero(a, sizeof *f);
	f->name = (struct str){ arena_dup(a, name.p, name.n), name.n };
	f->shape = shape_new(a);
	*s->last = f;
	s->last = &f->next;
	s->fields++;
	return f;
}

static void
merge_fields(struct arena *a, struct shape *to, const struct shape *from)
{
	for (const struct shape_field *f = from->first; f != NULL;
	    f = f->next) {
		struct shape_field *t = field_of(a, to, f->name);

		t->seen += f->seen;
		shape_merge(a, t->shape, f->shape);
	}
}

/* What was seen as a record is a map after all: its fields are its values. */
static void
become_map(struct arena *a, struct shape *s)
{
	s->no_name = true;
	if (s->items == NULL)
		s->items = shape_new(a);
	for (const struct shape_field *f = s->first; f != NULL; f = f->next)
		shape_merge(a, s->items, f->shape);
	s->first = NULL;
	s->last = &s->first;
}

static void
shape_merge(struct arena *a, struct shape *to, const struct shape *from)
{
	to->nulls += from->nulls;
	to->bools += from->bools;
	to->ints += from->ints;
	to->longs += from->longs;
	to->doubles += from->doubles;
	to->strings += from->strings;
	to->arrays += from->arrays;
	to->objects += from->objects;
	for (int i = 0; i < TEXT_KINDS; i++)
		to->text[i] += from->text[i];
	to->no_symbol |= from->no_symbol;
	for (uint64_t i = 0; i < from->symbol_count &&
	    i < SHAPE_SYMBOLS; i++)
		add_symbol(a, to, from->symbols[i]);
	if (from->symbol_count > SHAPE_SYMBOLS)
		to->symbol_count = from->symbol_count;
	if (from->items != NULL && to->items == NULL)
		to->items = shape_new(a);
	if (from->items != NULL)
		shape_merge(a, to->items, from->items);
	merge_fields(a, to, from);
	if (from->no_name || to->no_name)
		become_map(a, to);
}

static void
add_object(struct arena *a, struct shape *s, const struct json *j)
{
	s->objects++;
	for (const struct json *c = j->first; c != NULL; c = c->next) {
		struct shape_field *f;

		if (!s->no_name && (!is_name(c->key) ||
		    s->fields >= SHAPE_FIELDS))
			become_map(a, s);
		if (s->no_name) {
			shape_add(a, s->items, c);
			continue;
		}
		f = field_of(a, s, c->key);
		f->seen++;
		shape_add(a, f->shape, c);
	}
}

void
shape_add(struct arena *a, struct shape *s, const struct json *j)
{
	switch (j->type) {
	case JSON_NULL:
		s->nulls++;
		break;
	case JSON_BOOL:
		s->bools++;
		break;
	case JSON_NUMBER:
		add_number(s, j);
		break;
	case JSON_STRING:
		add_string(a, s, j->text);
		break;
	case JSON_ARRAY:
		s->arrays++;
		if (s->items == NULL)
			s->items = shape_new(a);
		for (const struct json *c = j->first; c != NULL; c = c->next)
			shape_add(a, s->items, c);
		break;
	case JSON_OBJECT:
		add_object(a, s, j);
	}
}

/* --- the schema ----------------------------------------------------------- */

struct writer {
	struct arena *arena;
	struct buf *out;
	struct map names;
	struct str root;		/* its name was given: as it is */
	bool enums;
};

static void put_shape(struct writer *w, const struct shape *s, struct str name,
    bool optional);

/* Not yet taken: Name, Name2, ...  */
static void
put_name(struct writer *w, struct str name)
{
	char *p = arena_printf(w->arena, "%.*s", (int)name.n, name.p);
	char *with = p;

	if (name.p != w->root.p && *p >= 'a' && *p <= 'z')
		*p = (char)(*p - 'a' + 'A');
	for (int i = 2; map_get(&w->names, with, strlen(with)) != NULL; i++)
		with = arena_printf(w->arena, "%s%d", p, i);
	map_set(&w->names, with, strlen(with), w);
	json_put_cstr(w->out, with);
}

static void
put_string(struct writer *w, const struct shape *s, struct str name)
{
	static const char *const types[TEXT_KINDS] = {
		"{\"type\":\"string\",\"logicalType\":\"uuid\"}",
		"{\"type\":\"int\",\"logicalType\":\"date\"}",
		"{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
		"{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}",
		"{\"type\":\"long\",\"logicalType\":\"timestamp-nanos\"}",
	};

	for (int i = 0; i < TEXT_KINDS; i++)
		if (s->text[i] == s->strings) {
			buf_puts(w->out, types[i]);
			return;
		}
	if (!w->enums || s->no_symbol || s->symbol_count > SHAPE_SYMBOLS ||
	    s->strings < 2 * s->symbol_count) {
		buf_puts(w->out, "\"string\"");
		return;
	}
	buf_puts(w->out, "{\"type\":\"enum\",\"name\":");
	put_name(w, name);
	buf_puts(w->out, ",\"symbols\":[");
	for (uint64_t i = 0; i < s->symbol_count; i++) {
		if (i > 0)
			buf_putc(w->out, ',');
		json_put_str(w->out, s->symbols[i]);
	}
	buf_puts(w->out, "]}");
}

static void
put_record(struct writer *w, const struct shape *s, struct str name)
{
	if (s->no_name) {
		buf_puts(w->out, "{\"type\":\"map\",\"values\":");
		put_shape(w, s->items, STR("value"), false);
		buf_putc(w->out, '}');
		return;
	}
	buf_puts(w->out, "{\"type\":\"record\",\"name\":");
	put_name(w, name);
	buf_puts(w->out, ",\"fields\":[");
	for (const struct shape_field *f = s->first; f != NULL; f = f->next) {
		bool optional = f->seen < s->objects || f->shape->nulls > 0;

		buf_puts(w->out, f == s->first ? "{\"name\":" : ",{\"name\":");
		json_put_str(w->out, f->name);
		buf_puts(w->out, ",\"type\":");
		put_shape(w, f->shape, f->name, optional);
		buf_puts(w->out, optional ? ",\"default\":null}" : "}");
	}
	buf_puts(w->out, "]}");
}

static void
put_array(struct writer *w, const struct shape *s, struct str name)
{
	buf_puts(w->out, "{\"type\":\"array\",\"items\":");
	put_shape(w, s->items, name, false);
	buf_putc(w->out, '}');
}

static void
put_part(struct writer *w, const struct shape *s, struct str name,
    enum json_type type)
{
	switch (type) {
	case JSON_NULL:
		buf_puts(w->out, "\"null\"");
		break;
	case JSON_BOOL:
		buf_puts(w->out, "\"boolean\"");
		break;
	case JSON_NUMBER:
		buf_puts(w->out, s->doubles > 0 ? "\"double\"" :
		    s->longs > 0 ? "\"long\"" : "\"int\"");
		break;
	case JSON_STRING:
		put_string(w, s, name);
		break;
	case JSON_ARRAY:
		put_array(w, s, name);
		break;
	case JSON_OBJECT:
		put_record(w, s, name);
	}
}

/* null comes first, so that it may be the default. */
static void
put_shape(struct writer *w, const struct shape *s, struct str name,
    bool optional)
{
	const bool there[] = { s->nulls > 0 || optional, s->bools > 0,
	    s->ints + s->longs + s->doubles > 0, s->strings > 0,
	    s->arrays > 0, s->objects > 0 };
	int types = 0, n = 0;

	for (int t = JSON_NULL; t <= JSON_OBJECT; t++)
		types += there[t];
	if (types == 0)			/* an array without any item */
		buf_puts(w->out, "\"null\"");
	if (types > 1)
		buf_putc(w->out, '[');
	for (int t = JSON_NULL; t <= JSON_OBJECT; t++) {
		if (!there[t])
			continue;
		if (n++ > 0)
			buf_putc(w->out, ',');
		put_part(w, s, name, (enum json_type)t);
	}
	if (types > 1)
		buf_putc(w->out, ']');
}

void
shape_schema(struct arena *a, const struct shape *s, const char *name,
    bool enums, struct buf *out)
{
	struct writer w = { .arena = a, .out = out, .enums = enums,
	    .root = str_of(name) };

	map_init(&w.names);
	put_shape(&w, s, w.root, false);
	map_free(&w.names);
}

/* --- how sure ------------------------------------------------------------- */

static void
tell(const struct shape *s, uint64_t of, uint64_t seen, struct buf *path,
    FILE *to)
{
	static const char *const names[] = { "null", "boolean", "int", "long",
	    "double", "string", "array", "object" };
	const uint64_t counts[] = { s->nulls, s->bools, s->ints, s->longs,
	    s->doubles, s->strings, s->arrays, s->objects };
	const char *sep = ": ";
	size_t n = path->n;

	fprintf(to, "%s", n == 0 ? "/" : buf_cstr(path));
	for (size_t i = 0; i < 8; i++) {
		if (counts[i] == 0)
			continue;
		fprintf(to, "%s%llu %s", sep, (unsigned long long)counts[i],
		    names[i]);
		sep = ", ";
	}
	if (seen < of)
		fprintf(to, ", missing in %llu of %llu",
		    (unsigned long long)(of - seen), (unsigned long long)of);
	fputc('\n', to);
	for (const struct shape_field *f = s->no_name ? NULL : s->first;
	    f != NULL; f = f->next) {
		buf_putc(path, '/');
		buf_put(path, f->name.p, f->name.n);
		tell(f->shape, s->objects, f->seen, path, to);
		buf_trim(path, n);
	}
	if ((s->arrays > 0 || s->no_name) && s->items != NULL) {
		buf_puts(path, s->no_name ? "/{}" : "/[]");
		tell(s->items, 0, 0, path, to);
		buf_trim(path, n);
	}
}

void
shape_tell(const struct shape *s, FILE *to)
{
	struct buf path = BUF_INIT(1 << 16);

	tell(s, 0, 0, &path, to);
	buf_free(&path);
}
