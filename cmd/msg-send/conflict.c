#include "conflict.h"

#include "base/buf.h"
#include "base/text.h"
#include "fields.h"

#define SHOWN_MAX	(1u << 20)	/* bytes of what is told at once */

static void
put_side(struct buf *out, const char *what, const struct json *value,
    size_t from)
{
	buf_printf(out, "    %-7s", what);
	fields_show(out, value, from);
	buf_putc(out, '\n');
}

static void
put_sides(struct buf *out, const struct json *before,
    const struct json *mine, const struct json *theirs)
{
	size_t from = fields_common(mine, theirs);

	put_side(out, "before", before, from);
	put_side(out, "mine", mine, from);
	put_side(out, "theirs", theirs, from);
}

static void
write_out(FILE *to, struct buf *out)
{
	fputs(buf_cstr(out), to);
	fflush(to);
	buf_free(out);
}

/* --- publish ------------------------------------------------------------- */

/* A field is compared; null is an item that is not there. */
static const struct json *
side(const struct json *conflict, const char *name)
{
	const struct json *j = json_get(conflict, name);
	struct str field = json_string(json_get(conflict, "field"));

	return field.p == NULL ? j : json_getn(j, field.p, field.n);
}

static void
put_conflict(struct buf *out, const struct json *c)
{
	struct str item = json_string(json_get(c, "_path"));
	struct str why = json_string(json_get(c, "why"));
	const struct json *field = json_get(c, "field");

	if (item.n == 0)
		item = json_string(json_get(c, "_key"));
	buf_lit(out, "  ");
	text_escape(out, item.p, item.n, 0);
	buf_lit(out, ": ");
	text_escape(out, why.p, why.n, 0);
	buf_putc(out, ' ');
	if (field != NULL)
		fields_show(out, field, 0);
	buf_putc(out, '\n');
	put_sides(out, side(c, "base"), side(c, "mine"), side(c, "theirs"));
}

/* --- schemas ------------------------------------------------------------- */

/* "  Page, version 1f2e...: /title: is a string there" */
static void
put_reason(struct buf *out, const struct json *r)
{
	static const char *const names[] = { "kind", "version", "path",
	    "text" };
	static const char *const before[] = { "  ", ", version ", ": ", ": " };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str value = json_string(json_get(r, names[i]));

		if (value.p == NULL)
			continue;
		buf_puts(out, before[i]);
		text_escape(out, value.p, value.n, 0);
	}
	buf_putc(out, '\n');
}

static bool
is_reason(const struct json *j)
{
	return json_get(j, "text") != NULL && json_get(j, "_key") == NULL;
}

/* --- both ---------------------------------------------------------------- */

static void
put_list(struct buf *out, const struct json *list)
{
	bool sides = false;

	for (const struct json *j = list->first; j != NULL; j = j->next)
		if (is_reason(j)) {
			put_reason(out, j);
		} else {
			put_conflict(out, j);
			sides = true;
		}
	if (sides)
		buf_lit(out, "  publish BRANCH PATH=mine, or PATH=theirs, "
		    "takes a side\n");
}

void
conflict_list(FILE *to, const char *p, size_t n)
{
	struct buf out = BUF_INIT(SHOWN_MAX);
	struct arena a = ARENA_INIT;
	struct err ignored = ERR_INIT;
	struct json *list = n == 0 ? NULL :
	    json_parse(&a, p, n, NULL, &ignored);

	if (list != NULL && list->type == JSON_ARRAY && list->count > 0) {
		put_list(&out, list);
		write_out(to, &out);
	}
	arena_free(&a);
}

/* --- edit ---------------------------------------------------------------- */

struct edit {
	struct buf out;
	const struct json *theirs;
};

static void
put_name(struct buf *out, struct str name, const char *what)
{
	buf_lit(out, "  ");
	text_escape(out, name.p, name.n, 0);
	buf_printf(out, ": %s\n", what);
}

static void
on_field(void *arg, struct str name, const struct json *before,
    const struct json *mine)
{
	struct edit *x = arg;
	const struct json *theirs = json_getn(x->theirs, name.p, name.n);

	put_name(&x->out, name,
	    fields_equal(before, theirs) ? "changed by you alone" :
	    fields_equal(mine, theirs) ? "changed alike" : "changed by both");
	put_sides(&x->out, before, mine, theirs);
}

struct others {
	struct buf *out;
	const struct json *before, *mine;
};

static void
on_other(void *arg, struct str name, const struct json *before,
    const struct json *theirs)
{
	struct others *x = arg;

	if (!fields_equal(json_getn(x->mine, name.p, name.n), before))
		return;
	put_name(x->out, name, "changed by others alone");
	put_side(x->out, "before", before, fields_common(before, theirs));
	put_side(x->out, "theirs", theirs, fields_common(before, theirs));
}

void
conflict_edit(FILE *to, const struct json *before, const struct json *mine,
    const struct json *theirs)
{
	struct edit x = { BUF_INIT(SHOWN_MAX), theirs };
	struct others o = { &x.out, before, mine };

	fields_differ(before, mine, on_field, &x);
	fields_differ(before, theirs, on_other, &o);
	write_out(to, &x.out);
}
