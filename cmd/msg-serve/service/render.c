#include "service/render.h"

#include <stdlib.h>
#include <string.h>

#include "avro/object.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "service/body.h"

#define PATH_MAX_BYTES	((size_t)1 << 20)

void
render_init(struct render *r, struct view *v, struct plan_run *run)
{
	memset(r, 0, offsetof(struct render, small));
	r->view = v;
	r->run = run;
	r->kinds = reader_kinds(v->reader);
	r->ends = r->small;
	r->ends_cap = RENDER_FIELDS;
	buf_init(&r->path, PATH_MAX_BYTES);
	buf_init(&r->scratch, STORE_BODY_MAX * 4);
}

void
render_clear(struct render *r)
{
	if (r->ends != r->small)
		free(r->ends);
	plan_unref(r->pair);
	buf_free(&r->path);
	buf_free(&r->scratch);
}

static int
put_path(struct render *r, const struct item *it, struct buf *out,
    struct err *e)
{
	size_t n;

	if (it->parent == 0) {
		buf_lit(out, "\"/\"");
		return 0;
	}
	if (r->parent != it->parent) {
		r->parent = 0;
		buf_reset(&r->path);
		if (view_path(r->view, it->parent, &r->path, e) < 0)
			return -1;
		if (r->path.n > 0 && r->path.p[r->path.n - 1] == '/')
			buf_trim(&r->path, r->path.n - 1);
		r->parent = it->parent;
	}
	n = r->path.n;
	buf_putc(&r->path, '/');
	buf_put(&r->path, it->name.p, it->name.n);
	json_put_string(out, r->path.p, r->path.n);
	buf_trim(&r->path, n);
	return 0;
}

/* The four members that are no fields. */
static int
put_heading(struct render *r, const struct item *it, const struct kind *k,
    struct buf *out, struct err *e)
{
	buf_lit(out, "\"_key\":\"");
	base64url_put(out, it->key.p, it->key.n);
	buf_lit(out, "\",\"_kind\":\"");
	buf_put(out, k->name.p, k->name.n);
	buf_lit(out, "\",\"_path\":");
	if (put_path(r, it, out, e) < 0)
		return -1;
	buf_lit(out, ",\"_rev\":");
	buf_putu(out, it->rev);
	return 0;
}

#define BATCH	64

static int
put_contents(struct render *r, uint64_t id, struct buf *out, struct err *e)
{
	struct scan at = SCAN_INIT;
	uint64_t ids[BATCH];
	bool first = true;
	struct item it;
	int n;

	buf_putc(out, '[');
	do {
		n = view_children(r->view, id, &at, ids, BATCH, e);
		for (int i = 0; i < n; i++) {
			int rc = view_node(r->view, ids[i], &it, e);

			if (rc < 0)
				return -1;
			if (rc == 0)
				continue;
			buf_puts(out, first ? "[" : ",[");
			first = false;
			json_put_str(out, it.name);
			buf_lit(out, ",\"");
			base64url_put(out, it.key.p, it.key.n);
			buf_lit(out, "\"]");
		}
	} while (n > 0 && !at.done && !buf_full(out));
	buf_putc(out, ']');
	return n < 0 ? -1 : 0;
}

/* The version an item is shown in. */
struct shape {
	const struct plan *plan;
	const struct schema_node *record;
	int contents;			/* the field that is; -1: none */
	struct str binary;
};

/* Strings are most of what there is: those are not worth a detour. */
static int
put_field(struct render *r, const struct shape *sh, size_t i,
    const struct item *it, struct buf *out, struct err *e)
{
	const struct schema_node *t = sh->record->fields[i].type;
	size_t from = i == 0 ? 0 : r->ends[i - 1];
	size_t n = r->ends[i] - from;
	const char *p = sh->binary.p + from;
	int64_t length;
	int used;

	if ((int)i == sh->contents)
		return put_contents(r, it->id, out, e);
	if (t->type == SCHEMA_STRING && t->logical == LOGICAL_NONE) {
		used = varint_get(p, n, &length);
		json_put_string(out, p + used, (size_t)length);
		return 0;
	}
	return plan_decode_field(sh->plan, r->run, i, p, n, out, e);
}

static int
put_members(struct render *r, const struct item *it, const struct kind *k,
    const struct shape *sh, struct buf *out, struct err *e)
{
	size_t count = sh->record->field_count;
	bool heading = false;

	buf_putc(out, '{');
	for (size_t s = 0; s < count; s++) {
		size_t i = plan_field_sorted(sh->plan, s);
		struct str name = sh->record->fields[i].name;

		if (!heading && name.p[0] > '_') {
			heading = true;
			if (s > 0)
				buf_putc(out, ',');
			if (put_heading(r, it, k, out, e) < 0)
				return -1;
			s--;		/* this field again */
			continue;
		}
		if (s > 0 || heading)
			buf_putc(out, ',');
		buf_putc(out, '"');
		buf_put(out, name.p, name.n);
		buf_lit(out, "\":");
		if (put_field(r, sh, i, it, out, e) < 0)
			return -1;
	}
	if (!heading) {
		if (count > 0)
			buf_putc(out, ',');
		if (put_heading(r, it, k, out, e) < 0)
			return -1;
	}
	buf_putc(out, '}');
	return 0;
}

/* The body's binary in another version than the current one. */
static int
open_version(struct render *r, const struct kind *k, struct str body,
    const struct kind_version *to, struct str *binary, struct err *e)
{
	const struct kind_version *from;

	if (kind_body(k, body, &from, binary, e) < 0)
		return -1;
	if (from == to)
		return 0;
	if (r->pair == NULL || r->pair_from != from || r->pair_to != to) {
		plan_unref(r->pair);
		r->pair = plan_pair(from->schema, to->schema, e);
		if (r->pair == NULL)
			return err_prefix(e, "an item of kind %.*s cannot be "
			    "read in the version asked for",
			    (int)k->name.n, k->name.p);
		r->pair_from = from;
		r->pair_to = to;
	}
	buf_reset(&r->scratch);
	if (plan_resolve(r->pair, r->run, binary->p, binary->n, &r->scratch,
	    e) < 0)
		return -1;
	*binary = (struct str){ r->scratch.p, r->scratch.n };
	return 0;
}

static const struct kind_version *
wanted_version(const struct render *r, const struct kind *k)
{
	const struct render_versions *v = r->versions;

	for (size_t i = 0; v != NULL && i < v->count; i++)
		if (v->kind[i] == k)
			return v->v[i];
	return k->current;
}

static void
room_for(struct render *r, size_t fields)
{
	size_t *old = r->ends == r->small ? NULL : r->ends;

	if (fields <= r->ends_cap)
		return;
	r->ends_cap = old == NULL ? 0 : r->ends_cap;
	r->ends = mem_grow(old, &r->ends_cap, fields, sizeof *r->ends);
}

int
render_put(struct render *r, const struct item *it, struct buf *out,
    struct err *e)
{
	const struct kind *k = kinds_by_id(r->kinds, it->kind);
	const struct kind_version *v;
	struct shape sh;
	int rc;

	if (k == NULL)
		return err_set(e, ERR_SYSTEM, "an item is of kind %u, which "
		    "the store does not know", (unsigned)it->kind);
	v = wanted_version(r, k);
	sh.plan = v->plan;
	sh.record = schema_root(v->schema);
	room_for(r, sh.record->field_count);
	if (v == k->current) {
		sh.contents = k->f_contents;
		rc = body_open(k, r->run, it->body, &r->scratch, &sh.binary,
		    r->ends, e);
	} else {
		sh.contents = k->f_contents < 0 ? -1 :
		    plan_field(v->plan, "contents", 8);
		rc = open_version(r, k, it->body, v, &sh.binary, e);
		if (rc == 0)
			rc = plan_fields(v->plan, r->run, sh.binary.p,
			    sh.binary.n, r->ends, e);
	}
	return rc < 0 ? -1 : put_members(r, it, k, &sh, out, e);
}

int
render_versions(struct render_versions *out, const struct kinds *ks,
    struct str text, struct err *e)
{
	struct buf raw = BUF_INIT(8);

	out->count = 0;
	for (size_t i = 0, n; i < text.n; i += n + 1) {
		const char *p = text.p + i;

		for (n = 0; i + n < text.n && p[n] != ' ';)
			n++;
		if (n == 0)
			continue;
		if (out->count == RENDER_VERSIONS) {
			buf_free(&raw);
			return err_set(e, ERR_POLICY, "more than %d versions",
			    RENDER_VERSIONS);
		}
		buf_reset(&raw);
		if (n != 16 || hex_get(&raw, p, n) < 0 ||
		    (out->kind[out->count] = kinds_by_fp(ks, get_be64(raw.p),
		    &out->v[out->count])) == NULL) {
			buf_free(&raw);
			return err_set(e, ERR_NOT_FOUND, "there is no schema "
			    "'%.*s'", (int)(n > 40 ? 40 : n), p);
		}
		out->count++;
	}
	buf_free(&raw);
	return 0;
}

int
render_id(struct render *r, uint64_t id, struct buf *out, struct err *e)
{
	struct item it;
	int rc = view_item(r->view, id, &it, e);

	if (rc > 0 && it.hidden)
		return 0;
	if (rc > 0 && render_put(r, &it, out, e) < 0)
		return -1;
	return rc;
}

int
render_value(struct render *r, const struct value *v, struct buf *out,
    struct err *e)
{
	switch (v->type) {
	case VALUE_NULL:
		buf_lit(out, "null");
		break;
	case VALUE_BOOLEAN:
		json_put_bool(out, v->u.truth);
		break;
	case VALUE_INTEGER:
		buf_puti(out, v->u.integer);
		break;
	case VALUE_REAL:
		json_put_double(out, v->u.real);
		break;
	case VALUE_STRING:
		json_put_str(out, v->u.text);
		break;
	case VALUE_JSON:
		buf_put(out, v->u.text.p, v->u.text.n);
		break;
	case VALUE_ITEM:
		return render_id(r, v->u.item, out, e);
	}
	return 1;
}

int
render_item(struct view *v, struct plan_run *run, const struct item *it,
    struct buf *out, struct err *e)
{
	struct render r;
	int rc;

	render_init(&r, v, run);
	rc = render_put(&r, it, out, e);
	render_clear(&r);
	return rc;
}
