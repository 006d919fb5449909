#include <stdlib.h>

#include "avro/object.h"
#include "base/base64.h"
#include "base/mem.h"
#include "store/merge_inside.h"

/* A string, or a union's branch of one, as the field's type has it. */
static bool
put_text(struct buf *out, const struct schema_node *t, struct str s)
{
	if (t->type == SCHEMA_UNION) {
		enum schema_type want = s.p == NULL ? SCHEMA_NULL :
		    SCHEMA_STRING;

		for (size_t i = 0; i < t->branch_count; i++)
			if (t->branches[i]->type == want) {
				varint_put(out, (int64_t)i);
				return want == SCHEMA_NULL ||
				    put_text(out, t->branches[i], s);
			}
		return false;
	}
	if (t->type != SCHEMA_STRING)
		return false;
	varint_put(out, (int64_t)s.n);
	buf_put(out, s.p, s.n);
	return true;
}

/* From a body, the fields' ends in the version it was written in. */
static int
split(struct indexer *x, const struct kind_version *v, struct str binary,
    struct err *e)
{
	x->ends = mem_grow(x->ends, &x->ends_cap,
	    plan_field_count(v->plan) + 1, sizeof *x->ends);
	return plan_fields(v->plan, x->run, binary.p, binary.n, x->ends, e);
}

int
body_place(struct indexer *x, const struct kind *k, struct str body,
    struct str name, struct str folder, struct buf *out, struct err *e)
{
	const struct schema_node *root;
	const struct kind_version *v;
	struct buf key = BUF_INIT(BASE64_SIZE(STORE_KEY_MAX));
	struct str binary;
	int i_name, i_folder;

	if (kind_body(k, body, &v, &binary, e) < 0 ||
	    split(x, v, binary, e) < 0)
		return -1;
	root = schema_root(v->schema);
	i_name = plan_field(v->plan, "name", 4);
	i_folder = plan_field(v->plan, "folder", 6);
	if (folder.n > 0)
		base64url_put(&key, folder.p, folder.n);
	object_put_head(out, v->fp);
	for (size_t i = 0, from = 0; i < plan_field_count(v->plan); i++) {
		bool done = false;

		if ((int)i == i_name)
			done = put_text(out, root->fields[i].type, name);
		else if ((int)i == i_folder)
			done = put_text(out, root->fields[i].type,
			    folder.n == 0 ? STR_NONE :
			    (struct str){ key.p, key.n });
		if (!done)
			buf_put(out, binary.p + from, x->ends[i] - from);
		from = x->ends[i];
	}
	buf_free(&key);
	return buf_full(out) ? err_set(e, ERR_LIMIT,
	    "the item has over %zu bytes", STORE_BODY_MAX) : 0;
}

/* --- merging --------------------------------------------------------- */

/* A body in the kind's current version, and where its fields end. */
struct fields {
	struct buf copy;
	struct str binary;
	size_t *ends;
};

static int
fields_of(struct fields *f, struct indexer *x, const struct kind *k,
    struct str body, struct err *e)
{
	const struct kind_version *v;

	if (kind_body(k, body, &v, &f->binary, e) < 0)
		return -1;
	if (v->resolve != NULL) {
		if (plan_resolve(v->resolve, x->run, f->binary.p, f->binary.n,
		    &f->copy, e) < 0)
			return -1;
		f->binary = (struct str){ f->copy.p, f->copy.n };
	}
	f->ends = mem_array(k->field_count + 1, sizeof *f->ends);
	return plan_fields(k->current->plan, x->run, f->binary.p,
	    f->binary.n, f->ends, e);
}

static struct str
field(const struct fields *f, size_t i)
{
	size_t from = i == 0 ? 0 : f->ends[i - 1];

	return (struct str){ f->binary.p + from, f->ends[i] - from };
}

/* Which of three a field is taken from. */
static struct str
choose(struct str base, struct str mine, struct str theirs,
    enum merge_side side, bool *conflict)
{
	*conflict = false;
	if (str_eq(mine, theirs) || str_eq(base, mine))
		return theirs;
	if (str_eq(base, theirs))
		return mine;
	*conflict = true;
	return side == MERGE_THEIRS ? theirs : mine;
}

int
body_merge(struct indexer *x, const struct kind *k, struct str base,
    struct str mine, struct str theirs, enum merge_side side,
    body_conflict_fn *told, void *arg, struct buf *out, struct err *e)
{
	struct fields f[3] = {
		{ .copy = BUF_INIT(STORE_BODY_MAX * 4) },
		{ .copy = BUF_INIT(STORE_BODY_MAX * 4) },
		{ .copy = BUF_INIT(STORE_BODY_MAX * 4) },
	};
	int rc = -1;

	/* New on both sides: whatever differs is a conflict. */
	if ((base.n > 0 && fields_of(&f[0], x, k, base, e) < 0) ||
	    fields_of(&f[1], x, k, mine, e) < 0 ||
	    fields_of(&f[2], x, k, theirs, e) < 0)
		goto out;
	object_put_head(out, k->current->fp);
	for (size_t i = 0; i < k->field_count; i++) {
		bool conflict;
		struct str s = choose(base.n > 0 ? field(&f[0], i) : STR_NONE,
		    field(&f[1], i), field(&f[2], i), side, &conflict);

		if (conflict && (int)i != k->f_name && (int)i != k->f_folder)
			told(arg, k->fields[i].name);
		buf_put(out, s.p, s.n);
	}
	rc = buf_full(out) ? err_set(e, ERR_LIMIT,
	    "the item has over %zu bytes", STORE_BODY_MAX) : 0;
out:
	for (size_t i = 0; i < 3; i++) {
		buf_free(&f[i].copy);
		free(f[i].ends);
	}
	return rc;
}
