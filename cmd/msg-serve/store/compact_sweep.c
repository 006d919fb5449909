#include <stdlib.h>

#include "base/mem.h"
#include "store/compact_inside.h"

#define FLUSH	20000			/* rows deleted at one time */

/* --- rows in order, some of them taken away -------------------------- */

static int
flush(struct compacting *c, struct err *e)
{
	if (overlay_apply(&c->drop, c->engine, e) < 0)
		return -1;
	c->dropped += c->drop.count;
	overlay_reset(&c->drop);
	return 0;
}

static void
drop(struct compacting *c, enum table t, struct str key)
{
	overlay_put(&c->drop, t, key, STR_NONE);
}

/* Every row of a table; row NULL at the end.  What is dropped goes between
 * batches: rows are lent only until then. */
typedef int row_fn(struct compacting *c, void *arg, const struct row *row,
    struct err *e);

static int
each(struct compacting *c, enum table t, row_fn *fn, void *arg,
    struct err *e)
{
	struct rowkey at = { .n = 0 };
	struct row rows[64];
	int n;

	do {
		n = snap_scan(c->r.snap, t, rowkey_str(&at), at.n > 0,
		    STR_NONE, rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			if (fn(c, arg, &rows[i], e) < 0)
				return -1;
			key_bytes(&at, rows[i].key);
		}
		if (c->drop.count > FLUSH && flush(c, e) < 0)
			return -1;
	} while (n == (int)MEM_COUNT(rows));
	if (n < 0 || fn(c, arg, NULL, e) < 0)
		return -1;
	return flush(c, e);
}

/* --- versions -------------------------------------------------------- */

struct version {
	uint64_t rev;
	bool live, blob;
	uint8_t sha[CHAIN_HASH];
};

/* All versions of one group on one branch, newest first. */
struct run {
	enum table table;
	struct rowkey group;
	uint32_t branch;
	bool root;			/* nothing lies under this branch */
	struct version *v;
	size_t count, cap;
};

/* Does anybody see the version that was the newest from rev to below next? */
static bool
seen(const struct compacting *c, uint32_t branch, uint64_t rev,
    uint64_t next)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->points[i].branch == branch &&
		    c->points[i].rev >= rev && c->points[i].rev < next)
			return true;
	return false;
}

static void
note_kept(struct compacting *c, const struct run *run,
    const struct version *v)
{
	if (run->table != T_NODE)
		return;
	if (v->rev < c->cut)
		c->revs[v->rev / 8] |= (uint8_t)(1 << v->rev % 8);
	if (v->blob)
		map_set(&c->blobs, v->sha, sizeof v->sha, c);
}

/* Oldest first: a removal that covers nothing is not needed. */
static void
end_run(struct compacting *c, struct run *run)
{
	bool any = false;

	for (size_t i = run->count; i-- > 0;) {
		const struct version *v = &run->v[i];
		uint64_t next = i == 0 ? UINT64_MAX : run->v[i - 1].rev;
		bool keep = v->rev >= c->cut ||
		    (seen(c, run->branch, v->rev, next) &&
		    (v->live || any || !run->root));
		struct rowkey k = run->group;

		if (keep) {
			any = true;
			note_kept(c, run, v);
			continue;
		}
		key_version(&k, run->branch, v->rev);
		drop(c, run->table, rowkey_str(&k));
	}
	run->count = 0;
}

static int
is_live(const struct row *row, struct version *v, struct err *e)
{
	struct row_node n;

	v->blob = false;
	switch (row->table) {
	case T_NODE:
		if (row_node_get(&n, row->value, e) < 0)
			return -1;
		v->live = n.live;
		v->blob = n.live && n.blob;
		if (v->blob)
			memcpy(v->sha, n.item.body.p, sizeof v->sha);
		return 0;
	case T_NAME:
		v->live = row->value.n == 8 && get_be64(row->value.p) != 0;
		return 0;
	default:
		v->live = row->value.n > 0 && row->value.p[0];
		return 0;
	}
}

static int
sweep_version(struct compacting *c, void *arg, const struct row *row,
    struct err *e)
{
	struct run *run = arg;
	struct version *v;
	struct branch b;

	if (row == NULL) {
		end_run(c, run);
		return 0;
	}
	if (row->key.n < ROW_VERSION)
		return row_bad(e, row->table);
	if (run->count > 0 && (row_branch_of(row->key) != run->branch ||
	    !str_eq(row_group(row->key), rowkey_str(&run->group))))
		end_run(c, run);
	if (run->count == 0) {
		run->table = row->table;
		key_bytes(&run->group, row_group(row->key));
		run->branch = row_branch_of(row->key);
		if (reader_branch_id(&c->r, run->branch, &b, e) != 1)
			return row_bad(e, T_BRANCH);
		run->root = b.parent == b.id;
	}
	run->v = mem_grow(run->v, &run->cap, run->count + 1, sizeof *run->v);
	v = &run->v[run->count++];
	v->rev = row_rev_of(row->key);
	return is_live(row, v, e);
}

/* --- the rest -------------------------------------------------------- */

/* LOG, TXID, CHANGE: by their revision alone. */
static int
sweep_old(struct compacting *c, void *arg, const struct row *row,
    struct err *e)
{
	(void)arg;
	(void)e;
	if (row != NULL && chain_rev(row) < c->cut)
		drop(c, row->table, row->key);
	return 0;
}

/* The newest of each pair of branches stays. */
static int
sweep_merge(struct compacting *c, void *arg, const struct row *row,
    struct err *e)
{
	uint8_t *last = arg;

	(void)e;
	if (row == NULL || row->key.n != 16)
		return 0;
	if (memcmp(last, row->key.p, 8) == 0 &&
	    row_rev_of(row->key) < c->cut)
		drop(c, row->table, row->key);
	memcpy(last, row->key.p, 8);
	return 0;
}

static int
sweep_key(struct compacting *c, void *arg, const struct row *row,
    struct err *e)
{
	struct rowkey k;
	struct row node;
	int n;

	(void)arg;
	if (row == NULL || row->value.n != 16)
		return 0;
	key_node(&k, get_be64(row->value.p));
	n = snap_scan(c->r.snap, T_NODE, rowkey_str(&k), false,
	    rowkey_str(&k), &node, 1, e);
	if (n == 0 && chain_rev(row) < c->cut)
		drop(c, row->table, row->key);
	return n < 0 ? -1 : 0;
}

static int
sweep_commit(struct compacting *c, void *arg, const struct row *row,
    struct err *e)
{
	uint64_t rev = row == NULL ? c->cut : get_be64(row->key.p);

	(void)arg;
	(void)e;
	if (rev < c->cut && (c->revs[rev / 8] & 1 << rev % 8) == 0)
		drop(c, row->table, row->key);
	return 0;
}

static int
sweep_blob(struct compacting *c, void *arg, const struct row *row,
    struct err *e)
{
	(void)arg;
	(void)e;
	if (row != NULL &&
	    map_get(&c->blobs, row->key.p, CHAIN_HASH) == NULL)
		drop(c, row->table, row->key);
	return 0;
}

int
compact_sweep(struct compacting *c, struct err *e)
{
	static const enum table versioned[] = { T_NODE, T_CHILD, T_NAME,
		T_ATTR };
	static const enum table old[] = { T_LOG, T_TXID, T_CHANGE };
	struct run run = { .count = 0 };
	uint8_t last[8] = { 0xff, 0xff, 0xff, 0xff };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < MEM_COUNT(versioned); i++)
		rc = each(c, versioned[i], sweep_version, &run, e);
	free(run.v);
	for (size_t i = 0; rc == 0 && i < MEM_COUNT(old); i++)
		rc = each(c, old[i], sweep_old, NULL, e);
	if (rc == 0)
		rc = each(c, T_MERGE, sweep_merge, last, e);
	if (rc == 0)
		rc = each(c, T_KEY, sweep_key, NULL, e);
	if (rc == 0)
		rc = each(c, T_COMMIT, sweep_commit, NULL, e);
	if (rc == 0)
		rc = each(c, T_BLOB, sweep_blob, NULL, e);
	return rc;
}
