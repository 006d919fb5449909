#include <stdlib.h>

#include "base/mem.h"
#include "store/txn_inside.h"

/*
 * A kind has fields in the index that were not there before, or that read
 * otherwise now in what is older: another default, another type.  Old
 * revisions and all branches are to be found by them as well, so each version
 * of an item gets its rows, beside those it has.
 */
struct versions {
	struct item *item;		/* body.p NULL: it was removed */
	struct attrs *attrs;
	size_t count, cap;
};

static void
versions_reset(struct versions *v)
{
	for (size_t i = 0; i < v->count; i++)
		attrs_free(&v->attrs[i]);
	free(v->item);
	free(v->attrs);
	*v = (struct versions){ NULL, NULL, 0, 0 };
}

static bool
same_names(const struct str *a, size_t n, const struct str *b, size_t m)
{
	for (size_t i = 0; i < n && n == m; i++)
		if (!str_eq(a[i], b[i]))
			return false;
	return n == m;
}

/* Types of values that are indexed; of others nothing is. */
static bool
same_type(const struct schema_node *a, const struct schema_node *b)
{
	if (a->type != b->type || a->branch_count != b->branch_count ||
	    a->enum_default != b->enum_default ||
	    !same_names(a->symbols, a->symbol_count, b->symbols,
	    b->symbol_count))
		return false;
	for (size_t i = 0; i < a->branch_count; i++)
		if (!same_type(a->branches[i], b->branches[i]))
			return false;
	return a->type != SCHEMA_ARRAY || same_type(a->items, b->items);
}

/* What is written in an older version reads as it did. */
static bool
same_field(const struct schema_field *a, const struct schema_field *b)
{
	return same_type(a->type, b->type) && (a->init == NULL) ==
	    (b->init == NULL) && (a->init == NULL ||
	    str_eq(a->init->raw, b->init->raw)) && same_names(a->aliases,
	    a->alias_count, b->aliases, b->alias_count);
}

static bool
is_new(const struct kind_field *f, const struct kind *old)
{
	if (!f->indexed)
		return false;
	for (size_t i = 0; i < old->field_count; i++)
		if (old->fields[i].id == f->id)
			return !old->fields[i].indexed ||
			    !same_field(old->fields[i].schema, f->schema);
	return true;
}

static bool
any_new(const struct kind *k, const struct kind *old)
{
	for (size_t i = 0; i < k->field_count; i++)
		if (is_new(&k->fields[i], old))
			return true;
	return false;
}

static bool
is_of_new(const struct kind *k, const struct kind *old, uint32_t id)
{
	for (size_t i = 0; i < k->field_count; i++)
		if (k->fields[i].id == id)
			return is_new(&k->fields[i], old);
	return false;
}

/* Only the new fields' values of a version. */
static int
index_version(struct txn *t, const struct kind *k, const struct kind *old,
    const struct item *it, struct attrs *out, struct err *e)
{
	size_t n = 0;

	if (it->body.p == NULL)
		return 0;
	if (index_item(&t->tools->index, k, it->name, it->body, out, e) < 0)
		return -1;
	for (size_t i = 0; i < out->count; i++)
		if (out->v[i].field != kind_field_id(STR("name")) &&
		    is_of_new(k, old, out->v[i].field))
			out->v[n++] = out->v[i];
	out->count = n;
	return 0;
}

static int
add_version(struct txn *t, struct versions *v, uint64_t id,
    const struct row *row, struct err *e)
{
	struct row_node n = { .live = false };
	size_t cap = v->cap;

	if (row_node_get(&n, row->value, e) < 0)
		return -1;
	v->item = mem_grow(v->item, &cap, v->count + 1, sizeof *v->item);
	v->attrs = mem_grow(v->attrs, &v->cap, v->count + 1,
	    sizeof *v->attrs);
	n.item.id = id;
	n.item.rev = row_rev_of(row->key);
	n.item.branch = row_branch_of(row->key);
	if (!n.live)
		n.item.body = STR_NONE;
	else if (n.blob && reader_join(t->reader, &n.item.body, e) < 0)
		return -1;
	v->attrs[v->count] = (struct attrs){ NULL, 0, 0 };
	v->item[v->count++] = n.item;
	return 0;
}

/* All versions on all branches. */
static int
load(struct txn *t, uint64_t id, struct versions *v, struct err *e)
{
	struct rowkey prefix;
	struct row rows[32];
	struct str from;
	int n;

	key_node(&prefix, id);
	from = rowkey_str(&prefix);
	do {
		n = rows_scan(t->reader->snap, t->rows, T_NODE, from,
		    v->count > 0, rowkey_str(&prefix), rows,
		    MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			if (add_version(t, v, id, &rows[i], e) < 0)
				return -1;
			from = rows[i].key;
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}

/* As if they had been written with the field: what changed from the version
 * before.  The first one on a branch comes behind whichever of another that
 * it was forked from. */
static void
put(struct txn *t, uint32_t kind, struct versions *v)
{
	static const struct attrs none;

	for (size_t k = 0; k < v->count; k++) {
		struct item *it = &v->item[k];
		bool first = k + 1 == v->count ||
		    v->item[k + 1].branch != it->branch;

		it->kind = kind;
		txn_put_attrs(t, it, first ? &none : &v->attrs[k + 1],
		    &v->attrs[k]);
		for (size_t i = 0; first && i < v->count; i++)
			if (v->item[i].branch != it->branch)
				txn_put_attrs(t, it, &v->attrs[i],
				    &v->attrs[k]);
	}
}

static int
reindex_item(struct txn *t, const struct kind *k, const struct kind *old,
    uint64_t id, struct err *e)
{
	struct versions v = { NULL, NULL, 0, 0 };
	int rc = txn_room(t, e) < 0 ? -1 : load(t, id, &v, e);

	for (size_t i = 0; rc == 0 && i < v.count; i++)
		rc = index_version(t, k, old, &v.item[i], &v.attrs[i], e);
	if (rc == 0)
		put(t, k->id, &v);
	versions_reset(&v);
	return rc;
}

int
txn_reindex(struct txn *t, const struct kind *k, const struct kind *old,
    struct err *e)
{
	struct rowkey prefix;
	struct row rows[64];
	struct str from;
	uint64_t last = 0;
	bool after = false;
	int n;

	if (!any_new(k, old))
		return 0;
	key_attr(&prefix, k->id, 0, NULL, 0);
	from = rowkey_str(&prefix);
	do {
		n = rows_scan(t->reader->snap, t->rows, T_ATTR, from, after,
		    rowkey_str(&prefix), rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			uint64_t id = row_item_of(rows[i].key);

			if (id != last && reindex_item(t, k, old, id, e) < 0)
				return -1;
			last = id;
			from = rows[i].key;
			after = true;
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}
