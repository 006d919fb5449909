#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/exit.h"
#include "convert.h"

/*
 * A value of a schema to be filled in: defaults where there are some, else
 * the least there is; of a union its first branch, of an array one item.
 */

#define TEMPLATE_MAX	((size_t)1 << 20)	/* bytes: schemas may double */
#define TEMPLATE_DEPTH	32

struct filler {
	struct buf *out;
	unsigned depth;
	bool tagged;
};

static void fill(struct filler *f, const struct schema_node *n);

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

static void
fill_record(struct filler *f, const struct schema_node *n)
{
	buf_putc(f->out, '{');
	for (size_t i = 0; i < n->field_count; i++) {
		if (i > 0)
			buf_putc(f->out, ',');
		json_put_str(f->out, n->fields[i].name);
		buf_putc(f->out, ':');
		if (n->fields[i].init != NULL &&
		    n->fields[i].type->type != SCHEMA_UNION)
			json_put(f->out, n->fields[i].init, 0);
		else
			fill(f, n->fields[i].type);
	}
	buf_putc(f->out, '}');
}

static void
fill_union(struct filler *f, const struct schema_node *n)
{
	const struct schema_node *b = n->branches[0];
	bool tag = f->tagged && b->type != SCHEMA_NULL;

	if (tag) {
		buf_putc(f->out, '{');
		json_put_str(f->out, schema_branch_name(b));
		buf_putc(f->out, ':');
	}
	fill(f, b);
	if (tag)
		buf_putc(f->out, '}');
}

static void
fill_items(struct filler *f, const struct schema_node *n)
{
	bool map = n->type == SCHEMA_MAP;

	buf_puts(f->out, map ? "{" : "[");
	if (f->depth < TEMPLATE_DEPTH / 4) {
		buf_puts(f->out, map ? "\"key\":" : "");
		fill(f, n->items);
	}
	buf_puts(f->out, map ? "}" : "]");
}

static void
fill_type(struct filler *f, const struct schema_node *n)
{
	const char *text = example(n);

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
		fill_record(f, n);
		break;
	case SCHEMA_UNION:
		if (n->branch_count > 0)
			fill_union(f, n);
		break;
	default:
		fill_items(f, n);
	}
}

static void
fill(struct filler *f, const struct schema_node *n)
{
	if (f->depth >= TEMPLATE_DEPTH || buf_full(f->out)) {
		buf_puts(f->out, "null");
		return;
	}
	f->depth++;
	fill_type(f, n);
	f->depth--;
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
	    .tagged = strcmp(o->json, "avro") == 0 };
	struct err e = ERR_INIT;
	struct schema *s = schema_given(o) ? schema_of_options(o, &e) :
	    schema_of_file(count > 0 ? files[0] : "-", &e);
	int status = EXIT_DONE;

	if (s != NULL)
		fill(&f, schema_root(s));
	if (s == NULL || print(&text, &e) < 0)
		status = encode_report(&e);
	schema_unref(s);
	buf_free(&text);
	return status;
}
