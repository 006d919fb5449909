#include "store/merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/merge_inside.h"

const char *
merge_why_text(enum merge_why why)
{
	static const char *const text[] = {
		[MERGE_FIELD] = "changed on both sides",
		[MERGE_PLACE] = "moved on both sides",
		[MERGE_REMOVED] = "changed on one side, removed on the other",
		[MERGE_NAME] = "its name is taken by another item",
		[MERGE_PARENT] = "its folder is not there",
		[MERGE_CHILDREN] = "removed, but items were put in it",
		[MERGE_CIRCLE] = "it would lie below itself",
	};

	return text[why];
}

static void
merging_clear(struct merging *g)
{
	free(g->v);
	map_free(&g->by_id);
}

void
merging_add(struct merging *g, uint64_t id)
{
	if (map_get(&g->by_id, &id, sizeof id) != NULL)
		return;
	g->v = mem_grow(g->v, &g->cap, g->count + 1, sizeof *g->v);
	g->v[g->count++] = (struct merge_item){ .id = id };
	map_set(&g->by_id, &id, sizeof id, (void *)(uintptr_t)g->count);
}

/* --- what was done on a branch --------------------------------------- */

static int
add_commit(struct merging *g, uint64_t rev, struct err *e)
{
	struct commit *c;
	int rc = reader_commit(g->t->reader, rev, &c, e);

	if (rc != 1)
		return rc < 0 ? -1 : row_bad(e, T_COMMIT);
	for (uint32_t i = 0; i < c->count; i++)
		merging_add(g, c->changes[i].item);
	commit_unref(c);
	return 0;
}

/* The same from the items' own versions, where the log is no longer kept. */
static int
add_versions(struct merging *g, uint32_t branch, uint64_t from, uint64_t to,
    struct err *e)
{
	struct reader *r = g->t->reader;
	struct rowkey at = { .n = 0 };
	struct row rows[64];
	int n;

	do {
		n = rows_scan(r->snap, r->overlay, T_NODE, rowkey_str(&at),
		    at.n > 0, STR_NONE, rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			uint64_t rev = row_rev_of(rows[i].key);

			if (row_branch_of(rows[i].key) == branch &&
			    rev > from && rev <= to)
				merging_add(g, get_be64(rows[i].key.p));
			key_bytes(&at, rows[i].key);
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}

/* Items changed on a branch in revisions from < rev <= to. */
static int
add_span(struct merging *g, uint32_t branch, uint64_t from, uint64_t to,
    struct err *e)
{
	struct reader *r = g->t->reader;
	struct rowkey prefix, at;
	struct row rows[64];
	int n;

	uint64_t kept = r->state.compacted;

	if (to <= from)
		return 0;
	if (from + 1 < kept) {
		if (add_versions(g, branch, from, to < kept ? to : kept,
		    e) < 0)
			return -1;
		from = kept - 1;
		if (to <= from)
			return 0;
	}
	key_u32(&prefix, branch);
	key_log(&at, branch, to);
	do {
		n = rows_scan(r->snap, r->overlay, T_LOG, rowkey_str(&at),
		    false, rowkey_str(&prefix), rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			uint64_t rev = row_rev_of(rows[i].key);

			if (rev <= from)
				return 0;
			if (add_commit(g, rev, e) < 0)
				return -1;
			key_log(&at, branch, rev - 1);
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}

/* --- publish --------------------------------------------------------- */

/* The newest merge of one branch into another: the revision of from it took,
 * and its own; 0: none. */
static int
last_merge(struct txn *t, uint32_t into, uint32_t from, uint64_t *took,
    uint64_t *at, struct err *e)
{
	struct rowkey k;
	struct seek q = { .table = T_MERGE };

	key_merge(&k, into, from, UINT64_MAX);
	q.key = rowkey_str(&k);
	q.prefix = 8;
	*took = *at = 0;
	if (rows_seek(t->reader->snap, t->rows, &q, e) < 0)
		return -1;
	if (q.row.value.n == 8) {
		*took = get_be64(q.row.value.p);
		*at = row_rev_of(q.row.key);
	}
	return 0;
}

/* Where two lineages meet: the level of a, and the revision. */
static bool
meet(const struct view *a, const struct view *b, unsigned *level,
    uint64_t *rev)
{
	for (unsigned i = 0; i < a->levels; i++)
		for (unsigned j = 0; j < b->levels; j++)
			if (a->line[i].branch == b->line[j].branch) {
				*level = i;
				*rev = a->line[i].cap < b->line[j].cap ?
				    a->line[i].cap : b->line[j].cap;
				return true;
			}
	return false;
}

/*
 * What both sides had in common last: where the lineages meet, what the last
 * merge took, or, when the other way was merged later, what that one took.
 * since: what was done on from up to then is here already.
 */
static int
open_base(struct merging *g, uint32_t from, uint64_t fork, uint32_t at,
    uint64_t *since, struct err *e)
{
	struct txn *t = g->t;
	uint32_t into = t->job->branch;
	uint64_t took, back, rev, back_rev;

	if (last_merge(t, into, from, &took, &rev, e) < 0 ||
	    last_merge(t, from, into, &back, &back_rev, e) < 0)
		return -1;
	*since = took;
	if (back_rev > rev)
		return view_open_kept(&g->base, t->reader, into, back, e);
	return took != 0 ? view_open_kept(&g->base, t->reader, from, took, e) :
	    view_open_kept(&g->base, t->reader, at, fork, e);
}

/* Every item that was changed on from, or on what it comes of. */
static int
add_items(struct merging *g, unsigned level, uint64_t fork, uint64_t since,
    struct err *e)
{
	uint64_t head = g->t->reader->state.rev;

	for (unsigned l = 0; l <= level; l++) {
		uint64_t cap = g->mine.line[l].cap < head ?
		    g->mine.line[l].cap : head;
		uint64_t low = since != 0 ? since : l == level ? fork : 0;

		if (add_span(g, g->mine.line[l].branch, low, cap, e) < 0)
			return -1;
	}
	return 0;
}

int
txn_merge(struct txn *t, uint32_t from, struct merge *m, struct err *e)
{
	struct merging g = { .t = t, .m = m };
	uint64_t since, fork;
	unsigned level;
	int rc = -1;

	map_init(&g.by_id);
	if (from == t->job->branch)
		return err_set(e, ERR_ARGUMENT, "a branch into itself");
	if (view_open(&g.mine, t->reader, from, 0, e) < 0)
		return -1;
	if (!meet(&g.mine, &t->all, &level, &fork))
		return err_set(e, ERR_NOT_ALLOWED,
		    "the branches have nothing in common");
	if (open_base(&g, from, fork, g.mine.line[level].branch, &since,
	    e) == 0 && add_items(&g, level, fork, since, e) == 0)
		rc = merging_run(&g, e);
	/* A choice is remembered, even if nothing changes by it. */
	if (rc == 0 && (m->items > 0 || g.chosen)) {
		t->touched = true;
		t->merged_branch = from;
		t->merged_rev = t->reader->state.rev;
	}
	merging_clear(&g);
	return rc;
}
