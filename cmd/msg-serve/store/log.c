#include "store/inside.h"

/*
 * Where a page of the log goes on, newest first.  A lineage's levels follow
 * one another: everything on a branch is newer than where it was forked.
 */

/* The newest commit older than at on a row list with this prefix: LOG of a
 * branch, or NODE of an item and branch.  1, 0, -1. */
static int
before(struct reader *r, enum table t, struct rowkey *k, uint64_t at,
    uint64_t *rev, struct err *e)
{
	struct seek q = { .table = t, .prefix = k->n };
	uint8_t b[8];

	put_be64(b, ~(at - 1));
	memcpy(k->p + k->n, b, sizeof b);
	k->n += sizeof b;
	q.key = rowkey_str(k);
	if (rows_seek(r->snap, r->overlay, &q, e) < 0)
		return -1;
	if (q.row.value.p == NULL || q.row.key.n != k->n)
		return 0;
	*rev = row_rev_of(q.row.key);
	return 1;
}

static int
next_of_lineage(struct reader *r, const struct log_query *q,
    const struct view *v, uint64_t at, uint64_t *rev, struct err *e)
{
	struct rowkey k;
	uint8_t b[4];

	for (unsigned l = 0; l < v->levels; l++) {
		uint64_t top = v->line[l].cap < at - 1 ?
		    v->line[l].cap + 1 : at;
		int rc;

		if (q->item != 0 && !q->subtree)
			key_node(&k, q->item);
		else
			k.n = 0;
		put_be32(b, v->line[l].branch);
		memcpy(k.p + k.n, b, sizeof b);
		k.n += sizeof b;
		rc = before(r, q->item != 0 && !q->subtree ? T_NODE : T_LOG,
		    &k, top, rev, e);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* --- does a commit belong in the answer? ----------------------------- */

static bool
bare_is(struct str jid, struct str bare)
{
	const char *slash = jid.n == 0 ? NULL : memchr(jid.p, '/', jid.n);

	if (slash != NULL)
		jid.n = (size_t)(slash - jid.p);
	return str_eq(jid, bare);
}

/* Is a change's item at or below top, as it was then, or as it was before? */
static int
touches(struct view *now, struct view *was, const struct change *c,
    uint64_t top, struct err *e)
{
	int rc = 0;

	if (c->item == top)
		return 1;
	if (c->new_parent != 0)
		rc = view_under(now, c->new_parent, top, e);
	if (rc == 0 && c->old_parent != 0 && c->old_parent != c->new_parent)
		rc = view_under(was, c->old_parent, top, e);
	return rc;
}

static int
in_subtree(struct reader *r, const struct commit *c, uint64_t top,
    struct err *e)
{
	struct view now, was;
	int rc = 0;

	if (view_around(&now, &was, r, c, e) < 0)
		return -1;
	for (uint32_t i = 0; rc == 0 && i < c->count; i++)
		rc = touches(&now, &was, &c->changes[i], top, e);
	return rc;
}

static int
wanted(struct reader *r, const struct log_query *q, const struct commit *c,
    struct err *e)
{
	if (q->author.n > 0 && !bare_is(c->author, q->author))
		return 0;
	if ((q->from_us != 0 && c->time_us < q->from_us) ||
	    (q->to_us != 0 && c->time_us >= q->to_us))
		return 0;
	if (q->item == 0)
		return 1;
	if (q->subtree)
		return in_subtree(r, c, q->item, e);
	for (uint32_t i = 0; i < c->count; i++)
		if (c->changes[i].item == q->item)
			return 1;
	return 0;
}

/* --- paging ---------------------------------------------------------- */

static int
count_steps(struct log_query *q, const struct commit *c, struct err *e)
{
	if (q->steps <= c->count)
		return err_set(e, ERR_POLICY, "too many changes to look "
		    "through: ask for those of a time, or before a revision");
	q->steps -= 1 + (uint64_t)c->count;
	return 0;
}

int
reader_log(struct reader *r, struct log_query *q, struct commit **out,
    struct err *e)
{
	struct commit *c;
	struct view v;
	int rc;

	if (view_open(&v, r, q->branch, 0, e) < 0)
		return -1;
	if (q->at == 0 || q->at > r->state.rev)
		q->at = r->state.rev + 1;
	while (q->at > 1) {
		rc = next_of_lineage(r, q, &v, q->at, &q->at, e);
		if (rc != 1 || q->at < r->state.compacted)
			return rc < 0 ? -1 : 0;
		rc = reader_commit(r, q->at, &c, e);
		if (rc != 1)
			return rc;
		rc = count_steps(q, c, e) < 0 ? -1 : wanted(r, q, c, e);
		if (rc == 1) {
			*out = c;
			return 1;
		}
		commit_unref(c);
		if (rc < 0)
			return -1;
	}
	return 0;
}
