#include <string.h>
#include <unistd.h>

#include "avro/logical.h"
#include "base/text.h"
#include "cli/exit.h"
#include "convert.h"

/*
 * A value of a schema to be filled in: defaults where there are some, else
 * the least there is; of a union its first branch, of an array one item.
 */

#define TEMPLATE_MAX	((size_t)1 << 20)	/* bytes: schemas may double */
#define TEMPLATE_DEPTH	64
#define TEMPLATE_ITEMS	8		/* deeper than this lists are empty */

struct filler {
	struct buf *out;
	unsigned depth;
	bool tagged, raw;		/* --json=avro, --raw-logical */
	bool endless;			/* deeper than TEMPLATE_DEPTH */
};

static void fill(struct filler *f, const struct schema_node *n);

/* One level down; false: it is deep enough, and null stands for the rest. */
static bool
enter(struct filler *f)
{
	if (f->depth < TEMPLATE_DEPTH && !buf_full(f->out)) {
		f->depth++;
		return true;
	}
	f->endless |= !buf_full(f->out);
	buf_puts(f->out, "null");
	return false;
}

static const char *
example(const struct schema_node *n)
{
	switch (n->logical) {
	case LOGICAL_DATE: return "\"2026-01-31\"";
	case LOGICAL_TIME_MILLIS: return "\"12:30:00.000\"";
	case LOGICAL_TIME_MICROS: return "\"12:30:00.000000\"";
	case LOGICAL_TIMESTAMP_MILLIS: case LOGICAL_TIMESTAMP_MICROS:
	case LOGICAL_TIMESTAMP_NANOS:
		return "\"2026-01-31T12:30:00Z\"";
	case LOGICAL_LOCAL_MILLIS: case LOGICAL_LOCAL_MICROS:
	case LOGICAL_LOCAL_NANOS:
		return "\"2026-01-31T12:30:00\"";
	case LOGICAL_UUID:
		return "\"00000000-0000-0000-0000-000000000000\"";
	case LOGICAL_DURATION: return "\"P1M2DT3S\"";
	case LOGICAL_DECIMAL: return "\"0\"";
	default:
		return NULL;
	}
}

static void
fill_fixed(struct filler *f, const struct schema_node *n)
{
	buf_putc(f->out, '"');
	for (size_t i = 0; i < n->size && !buf_full(f->out); i++)
		buf_puts(f->out, "\\u0000");
	buf_putc(f->out, '"');
}

/* --- defaults, as the schema's text has them: logical types raw ----------- */

static void put_default(struct filler *f, const struct schema_node *n,
    const struct json *j);

/* Bytes are characters up to U+00FF. */
static void
get_bytes(struct buf *out, struct str text)
{
	size_t len;

	for (size_t at = 0; at < text.n; at += len)
		buf_putc(out, (char)utf8_get(text.p + at, text.n - at, &len));
}

static bool
put_readable_bytes(struct filler *f, const struct schema_node *n,
    struct str text)
{
	struct buf b = BUF_INIT(SCHEMA_TEXT_MAX), out = BUF_INIT(TEMPLATE_MAX);
	char small[LOGICAL_TEXT];
	bool ok = false;

	get_bytes(&b, text);
	if (n->logical == LOGICAL_DECIMAL) {
		ok = decimal_put(&out, (const uint8_t *)b.p, b.n,
		    n->scale) == 0;
	} else if (n->logical == LOGICAL_UUID && b.n == 16) {
		uuid_put((const uint8_t *)b.p, small);
		buf_put(&out, small, 36);
		ok = true;
	} else if (n->logical == LOGICAL_DURATION && b.n == 12) {
		buf_put(&out, small,
		    duration_put((const uint8_t *)b.p, small));
		ok = out.n > 0;
	}
	if (ok)
		json_put_str(f->out, (struct str){ out.p, out.n });
	buf_free(&b);
	buf_free(&out);
	return ok;
}

/* The default of a logical type as people write it.  false: it has no such
 * form, and is taken as it stands. */
static bool
put_readable(struct filler *f, const struct schema_node *n,
    const struct json *j)
{
	char text[LOGICAL_TEXT];
	struct err e = ERR_INIT;
	int64_t v;
	size_t len;

	if (f->raw || n->logical == LOGICAL_NONE)
		return false;
	if (n->type == SCHEMA_BYTES || n->type == SCHEMA_FIXED)
		return put_readable_bytes(f, n, j->text);
	if ((n->type != SCHEMA_INT && n->type != SCHEMA_LONG) ||
	    json_int64(j, &v, &e) < 0)
		return false;
	len = logical_put(n->logical, v, text);
	if (len > 0)
		json_put_str(f->out, (struct str){ text, len });
	return len > 0;
}

static void
put_default_items(struct filler *f, const struct schema_node *n,
    const struct json *j)
{
	bool map = n->type == SCHEMA_MAP;

	buf_putc(f->out, map ? '{' : '[');
	for (const struct json *c = j->first; c != NULL; c = c->next) {
		if (c != j->first)
			buf_putc(f->out, ',');
		if (map) {
			json_put_str(f->out, c->key);
			buf_putc(f->out, ':');
		}
		put_default(f, n->items, c);
	}
	buf_putc(f->out, map ? '}' : ']');
}

static void fill_record(struct filler *f, const struct schema_node *n,
    const struct json *from);
static void fill_union(struct filler *f, const struct schema_node *n,
    const struct json *init);

static void
put_default(struct filler *f, const struct schema_node *n,
    const struct json *j)
{
	if (!enter(f))			/* a record may be its own default */
		return;
	if (n->type == SCHEMA_RECORD)
		fill_record(f, n, j);
	else if (n->type == SCHEMA_UNION)
		fill_union(f, n, j);
	else if (n->type == SCHEMA_ARRAY || n->type == SCHEMA_MAP)
		put_default_items(f, n, j);
	else if (!put_readable(f, n, j))
		json_put(f->out, j, 0);
	f->depth--;
}

/* --- the least there is --------------------------------------------------- */

/* from: a default of the record, which need not give all fields; or NULL. */
static void
fill_record(struct filler *f, const struct schema_node *n,
    const struct json *from)
{
	buf_putc(f->out, '{');
	for (size_t i = 0; i < n->field_count; i++) {
		const struct schema_field *field = &n->fields[i];
		const struct json *init = json_getn(from, field->name.p,
		    field->name.n);

		if (init == NULL)
			init = field->init;
		if (i > 0)
			buf_putc(f->out, ',');
		json_put_str(f->out, field->name);
		buf_putc(f->out, ':');
		if (init != NULL)
			put_default(f, field->type, init);
		else
			fill(f, field->type);
	}
	buf_putc(f->out, '}');
}

/* init: its default, which is of the first branch; or NULL. */
static void
fill_union(struct filler *f, const struct schema_node *n,
    const struct json *init)
{
	const struct schema_node *b = n->branches[0];
	bool tag = f->tagged && b->type != SCHEMA_NULL;

	if (tag) {
		buf_putc(f->out, '{');
		json_put_str(f->out, schema_branch_name(b));
		buf_putc(f->out, ':');
	}
	if (init != NULL)
		put_default(f, b, init);
	else
		fill(f, b);
	if (tag)
		buf_putc(f->out, '}');
}

static void
fill_items(struct filler *f, const struct schema_node *n)
{
	bool map = n->type == SCHEMA_MAP;

	buf_puts(f->out, map ? "{" : "[");
	if (f->depth < TEMPLATE_ITEMS) {
		buf_puts(f->out, map ? "\"key\":" : "");
		fill(f, n->items);
	}
	buf_puts(f->out, map ? "}" : "]");
}

static void
fill_type(struct filler *f, const struct schema_node *n)
{
	const char *text = f->raw ? NULL : example(n);

	if (text != NULL) {
		buf_puts(f->out, text);
		return;
	}
	switch (n->type) {
	case SCHEMA_NULL:
		buf_puts(f->out, "null");
		break;
	case SCHEMA_BOOLEAN:
		buf_puts(f->out, "false");
		break;
	case SCHEMA_INT: case SCHEMA_LONG:
		buf_puts(f->out, "0");
		break;
	case SCHEMA_FLOAT: case SCHEMA_DOUBLE:
		buf_puts(f->out, "0.0");
		break;
	case SCHEMA_STRING: case SCHEMA_BYTES:
		buf_puts(f->out, "\"\"");
		break;
	case SCHEMA_ENUM:
		json_put_str(f->out, n->enum_default >= 0 ?
		    n->symbols[n->enum_default] : n->symbol_count > 0 ?
		    n->symbols[0] : STR(""));
		break;
	case SCHEMA_FIXED:
		fill_fixed(f, n);
		break;
	case SCHEMA_RECORD:
		fill_record(f, n, NULL);
		break;
	case SCHEMA_UNION:
		if (n->branch_count > 0)
			fill_union(f, n, NULL);
		break;
	default:
		fill_items(f, n);
	}
}

static void
fill(struct filler *f, const struct schema_node *n)
{
	if (enter(f)) {
		fill_type(f, n);
		f->depth--;
	}
}

static int
print(struct buf *text, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	struct json *j;
	int rc = -1;

	if (buf_full(text))
		return err_set(e, ERR_LIMIT, "a value of the schema takes "
		    "more than %zu bytes", TEMPLATE_MAX);
	j = json_parse(&a, text->p, text->n, NULL, e);
	if (j != NULL) {
		json_put(&out, j, JSON_PUT_PRETTY);
		buf_putc(&out, '\n');
		rc = write_out(STDOUT_FILENO, &out, "standard output", e);
	}
	buf_free(&out);
	arena_free(&a);
	return rc;
}

int
template_run(const struct encode_opts *o, char *files[], size_t count)
{
	struct buf text = BUF_INIT(TEMPLATE_MAX);
	struct filler f = { .out = &text,
	    .tagged = strcmp(o->json, "avro") == 0 || o->strict,
	    .raw = o->raw_logical || o->strict };
	struct err e = ERR_INIT;
	struct schema *s = schema_given(o) ? schema_of_options(o, &e) :
	    schema_named(count > 0 ? files[0] : "-", o->name, &e);
	int status = EXIT_DONE;

	if (s != NULL)
		fill(&f, schema_root(s));
	if (f.endless)
		err_set(&e, ERR_SCHEMA, "the least value of the schema nests "
		    "deeper than %d: a record holds itself, and not in a union "
		    "behind null, nor in an array or map", TEMPLATE_DEPTH);
	if (s == NULL || f.endless || print(&text, &e) < 0)
		status = encode_report(&e);
	schema_unref(s);
	buf_free(&text);
	return status;
}
