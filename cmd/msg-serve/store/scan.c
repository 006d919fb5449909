#include <assert.h>

#include "store/grants.h"
#include "store/inside.h"

#define BATCH	64			/* rows asked of the engine at once */

/* The versions of one group seen so far. */
struct group {
	struct str key;			/* n 0: none yet */
	uint64_t item;
	unsigned level;			/* that wins; view->levels: none */
	bool live;
};

static void
take(const struct view *v, struct group *g, const struct row *r)
{
	uint32_t branch = row_branch_of(r->key);

	for (unsigned l = 0; l < g->level; l++) {
		if (v->line[l].branch != branch)
			continue;
		/* Newest first: the first one under the cap is the one. */
		if (row_rev_of(r->key) <= v->line[l].cap) {
			g->level = l;
			g->live = r->value.n > 0 && r->value.p[0];
		}
		return;
	}
}

/* A group is whole: its item into ids when it is there to be seen. */
static int
give(struct view *v, const struct group *g, uint64_t *ids, size_t *n,
    struct err *e)
{
	int see = 1;

	if (g->key.n == 0 || g->level == v->levels || !g->live)
		return 0;
	if (v->grants != NULL)
		see = grants_see(v, g->item, e);
	if (see > 0)
		ids[(*n)++] = g->item;
	return see < 0 ? -1 : 0;
}

/* Where to go on: behind all versions of the group. */
static void
mark(struct scan *at, struct str group)
{
	assert(group.n + ROW_VERSION <= sizeof at->key);
	memcpy(at->key, group.p, group.n);
	memset(at->key + group.n, 0xff, ROW_VERSION);
	at->n = group.n + ROW_VERSION;
}

static int
scan(struct view *v, enum table t, const struct rowkey *prefix,
    struct scan *at, uint64_t *ids, size_t max, struct err *e)
{
	struct reader *r = v->reader;
	struct str pre = rowkey_str(prefix), from = pre;
	struct group g = { .key = STR_NONE };
	struct row rows[BATCH];
	size_t n = 0;
	int got;

	assert(max > 0);
	if (at->done)
		return 0;
	if (at->n > 0)
		from = (struct str){ (const char *)at->key, at->n };
	do {
		got = rows_scan(r->snap, r->overlay, t, from, from.p != pre.p,
		    pre, rows, BATCH, e);
		for (int i = 0; i < got; i++) {
			struct str group = row_group(rows[i].key);

			if (!str_eq(group, g.key)) {
				if (give(v, &g, ids, &n, e) < 0)
					return -1;
				if (n == max) {
					mark(at, g.key);
					return (int)n;
				}
				g = (struct group){ group,
				    row_item_of(rows[i].key), v->levels,
				    false };
			}
			take(v, &g, &rows[i]);
			from = rows[i].key;
		}
	} while (got == BATCH);
	if (got < 0 || give(v, &g, ids, &n, e) < 0)
		return -1;
	at->done = true;
	return (int)n;
}

int
view_children(struct view *v, uint64_t parent, struct scan *at,
    uint64_t *ids, size_t max, struct err *e)
{
	struct rowkey k;

	key_children(&k, parent);
	return scan(v, T_CHILD, &k, at, ids, max, e);
}

int
view_by_kind(struct view *v, uint32_t kind, struct scan *at, uint64_t *ids,
    size_t max, struct err *e)
{
	struct rowkey k;

	key_attr(&k, kind, 0, NULL, 0);
	return scan(v, T_ATTR, &k, at, ids, max, e);
}

int
view_by_field(struct view *v, uint32_t kind, uint32_t field,
    const struct attr *value, struct scan *at, uint64_t *ids, size_t max,
    struct err *e)
{
	struct rowkey k;

	key_attr(&k, kind, field, value, 0);
	return scan(v, T_ATTR, &k, at, ids, max, e);
}

/* --- estimates ------------------------------------------------------- */

static int
count(struct view *v, enum table t, const struct rowkey *prefix,
    size_t limit, size_t *out, struct err *e)
{
	struct reader *r = v->reader;
	struct str pre = rowkey_str(prefix), from = pre, last = STR_NONE;
	struct row rows[BATCH];
	size_t max;
	int got;

	*out = 0;
	do {
		max = limit - *out < BATCH ? limit - *out : BATCH;
		got = rows_scan(r->snap, r->overlay, t, from, from.p != pre.p,
		    pre, rows, max, e);
		for (int i = 0; i < got; i++) {
			from = rows[i].key;
			if (!str_eq(row_group(from), last))
				++*out;
			last = row_group(from);
		}
	} while (got == (int)max && *out < limit);
	return got < 0 ? -1 : 0;
}

int
view_count_children(struct view *v, uint64_t parent, size_t limit,
    size_t *out, struct err *e)
{
	struct rowkey k;

	key_children(&k, parent);
	return count(v, T_CHILD, &k, limit, out, e);
}

int
view_count_by(struct view *v, uint32_t kind, uint32_t field,
    const struct attr *value, size_t limit, size_t *out, struct err *e)
{
	struct rowkey k;

	key_attr(&k, kind, value == NULL ? 0 : field, value, 0);
	return count(v, T_ATTR, &k, limit, out, e);
}
