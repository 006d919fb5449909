#include "store/view.h"

#include <assert.h>

#include "store/grants.h"
#include "store/inside.h"

/* --- opening --------------------------------------------------------- */

/* From a branch up to where it began, each as it was when forked. */
static int
lineage(struct view *v, uint32_t branch, uint64_t cap, bool *removed,
    struct err *e)
{
	struct branch b;
	int rc;

	for (v->levels = 0; v->levels < VIEW_LEVELS; branch = b.parent) {
		rc = reader_branch_id(v->reader, branch, &b, e);
		if (rc == 0)
			return err_set(e, ERR_NOT_FOUND, "no such branch");
		if (rc < 0)
			return -1;
		if (v->levels == 0)
			*removed = b.removed;
		v->line[v->levels].branch = branch;
		v->line[v->levels++].cap = cap;
		if (b.parent == branch)
			return 0;
		if (cap > b.fork_rev)
			cap = b.fork_rev;
	}
	return row_bad(e, T_BRANCH);
}

/* Whatever was removed or is gone. */
static int
open_view(struct view *v, struct reader *r, uint32_t branch, uint64_t rev,
    bool *removed, struct err *e)
{
	*v = (struct view){ .reader = r, .branch = branch };
	v->rev = rev != 0 ? rev : r->state.rev;
	/* A transaction's own rows are one revision above the head. */
	return lineage(v, branch, rev != 0 ? rev : UINT64_MAX, removed, e);
}

int
view_open(struct view *v, struct reader *r, uint32_t branch, uint64_t rev,
    struct err *e)
{
	uint64_t head = r->state.rev;
	bool removed;

	assert(r->begun);
	if (rev > head)
		return err_set(e, ERR_NOT_FOUND,
		    "no revision %ju: the newest is %ju", (uintmax_t)rev,
		    (uintmax_t)head);
	if (rev != 0 && rev < r->state.compacted)
		return err_set(e, ERR_GONE,
		    "revision %ju is no longer kept: the oldest is %ju",
		    (uintmax_t)rev, (uintmax_t)r->state.compacted);
	if (open_view(v, r, branch, rev, &removed, e) < 0)
		return -1;
	return removed ? err_set(e, ERR_NOT_FOUND, "no such branch") : 0;
}

int
view_open_kept(struct view *v, struct reader *r, uint32_t branch,
    uint64_t rev, struct err *e)
{
	bool removed;

	return open_view(v, r, branch, rev, &removed, e);
}

void
view_before(struct view *v, uint64_t rev)
{
	v->rev = rev - 1;
	for (unsigned l = 0; l < v->levels; l++)
		if (v->line[l].cap >= rev)
			v->line[l].cap = rev - 1;
}

int
view_around(struct view *after, struct view *before, struct reader *r,
    const struct commit *c, struct err *e)
{
	if (view_open_kept(after, r, c->branch, c->rev, e) < 0)
		return -1;
	*before = *after;
	view_before(before, c->rev);
	return 0;
}

/* --- single items ---------------------------------------------------- */

#define FEW	8			/* versions looked at in one go */

/* Of a group's first versions the one that wins: 1; 0: none; -1; 2: there are
 * more of them.  Most items have few, and those lie together. */
static int
newest_of_few(struct view *v, enum table t, struct rowkey *k,
    struct row *row, struct err *e)
{
	struct reader *r = v->reader;
	unsigned level = v->levels, top = v->levels - 1;
	struct str prefix = rowkey_str(k), from;
	struct row rows[FEW];
	int n;

	/* What was forked from is older than what was forked. */
	key_version(k, v->line[top].branch, v->line[top].cap);
	from = rowkey_str(k);
	n = rows_scan(r->snap, r->overlay, t, from, false, prefix, rows, FEW,
	    e);
	for (int i = 0; i < n; i++) {
		uint32_t branch = row_branch_of(rows[i].key);
		uint64_t rev = row_rev_of(rows[i].key);

		if (rows[i].key.n != k->n)
			continue;
		for (unsigned l = 0; l < level; l++)
			if (v->line[l].branch == branch &&
			    rev <= v->line[l].cap) {
				level = l;
				*row = rows[i];
			}
	}
	k->n = prefix.n;
	return n < 0 ? -1 : level == 0 ? 1 : n == FEW ? 2 :
	    level < v->levels;
}

int
view_newest(struct view *v, enum table t, struct rowkey *k, struct row *row,
    struct err *e)
{
	struct reader *r = v->reader;
	struct seek q = { .table = t };
	size_t group = k->n;
	int rc = v->levels < 3 ? 2 : newest_of_few(v, t, k, row, e);

	if (rc != 2)
		return rc;
	for (unsigned l = 0; l < v->levels; l++) {
		k->n = group;
		key_version(k, v->line[l].branch, v->line[l].cap);
		q.key = rowkey_str(k);
		q.prefix = group + 4;
		if (rows_seek(r->snap, r->overlay, &q, e) < 0)
			return -1;
		if (q.row.value.p != NULL && q.row.key.n == k->n) {
			*row = q.row;
			return 1;
		}
	}
	return 0;
}

/* A live item as its row has it, whatever the rights. */
static int
node(struct view *v, uint64_t id, struct row_node *n, struct err *e)
{
	struct rowkey k;
	struct row row;
	int rc;

	key_node(&k, id);
	rc = view_newest(v, T_NODE, &k, &row, e);
	if (rc != 1)
		return rc;
	if (row_node_get(n, row.value, e) < 0)
		return -1;
	if (!n->live)
		return 0;
	n->item.id = id;
	n->item.rev = row_rev_of(row.key);
	n->item.branch = row_branch_of(row.key);
	n->item.hidden = false;
	return 1;
}

int
reader_join(struct reader *r, struct str *body, struct err *e)
{
	size_t n = get_be32(body->p + 32), at = 0;
	struct rowkey k;
	struct str piece;
	char *to;

	if (n > STORE_BODY_MAX)
		return row_bad(e, T_BLOB);
	to = arena_alloc(&r->lent, n);
	for (uint32_t i = 0; at < n; i++) {
		key_blob(&k, (const uint8_t *)body->p, i);
		switch (reader_get(r, T_BLOB, &k, &piece, e)) {
		case -1:
			return -1;
		case 0:
			return row_bad(e, T_BLOB);
		}
		if (piece.n == 0 || piece.n > n - at)
			return row_bad(e, T_BLOB);
		memcpy(to + at, piece.p, piece.n);
		at += piece.n;
	}
	*body = (struct str){ to, n };
	return 0;
}

static int
item(struct view *v, uint64_t id, struct item *out, bool whole, struct err *e)
{
	struct row_node n;
	int rc = node(v, id, &n, e);

	if (rc != 1)
		return rc;
	if (v->grants != NULL) {
		rc = grants_see(v, id, e);
		if (rc <= 0)
			return rc;
		n.item.hidden = rc == GRANT_PASS;
	}
	if (n.item.hidden || (n.blob && !whole))
		n.item.body = STR_NONE;
	else if (n.blob && reader_join(v->reader, &n.item.body, e) < 0)
		return -1;
	*out = n.item;
	return 1;
}

int
view_item(struct view *v, uint64_t id, struct item *out, struct err *e)
{
	return item(v, id, out, true, e);
}

int
view_node(struct view *v, uint64_t id, struct item *out, struct err *e)
{
	return item(v, id, out, false, e);
}

static int
is_seen(struct view *v, uint64_t id, struct err *e)
{
	int rc = v->grants == NULL ? 1 : grants_see(v, id, e);

	return rc > 0 ? 1 : rc;
}

int
view_child(struct view *v, uint64_t parent, struct str name, uint64_t *id,
    struct err *e)
{
	struct rowkey k;
	struct row row;
	int rc;

	if (name.n == 0 || name.n > STORE_NAME_MAX)
		return 0;
	key_name(&k, parent, name);
	rc = view_newest(v, T_NAME, &k, &row, e);
	if (rc != 1)
		return rc;
	if (row.value.n != 8)
		return row_bad(e, T_NAME);
	*id = get_be64(row.value.p);
	return *id == 0 ? 0 : is_seen(v, *id, e);
}

int
view_key(struct view *v, struct str key, uint64_t *id, struct err *e)
{
	struct row_node n;
	struct rowkey k;
	struct str value;
	int rc;

	if (key.n == 0 || key.n > STORE_KEY_MAX)
		return 0;
	key_bytes(&k, key);
	rc = reader_get(v->reader, T_KEY, &k, &value, e);
	if (rc != 1)
		return rc;
	if (value.n != 16)
		return row_bad(e, T_KEY);
	*id = get_be64(value.p);
	rc = node(v, *id, &n, e);
	return rc == 1 ? is_seen(v, *id, e) : rc;
}

int
view_find(struct view *v, struct str path, uint64_t *id, struct err *e)
{
	size_t i = 0, from;
	int rc = 1;

	*id = ITEM_ROOT;
	while (rc == 1 && i < path.n) {
		while (i < path.n && path.p[i] == '/')
			i++;
		for (from = i; i < path.n && path.p[i] != '/';)
			i++;
		if (i > from)
			rc = view_child(v, *id, (struct str){
			    path.p + from, i - from }, id, e);
	}
	return rc == 1 ? view_may_read(v, *id, e) : rc;
}

/* --- the way up ------------------------------------------------------ */

static void
reverse(char *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		char c = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = c;
	}
}

/* Names come from the item upwards: write all of it backwards, then turn it
 * round. */
int
view_path(struct view *v, uint64_t id, struct buf *out, struct err *e)
{
	size_t start = out->n;
	struct row_node n;
	char *to;
	int rc;

	for (;; id = n.item.parent) {
		rc = node(v, id, &n, e);
		if (rc != 1)
			break;
		if (n.item.parent == 0)
			break;
		to = buf_room(out, n.item.name.n + 1);
		if (to == NULL)
			return err_set(e, ERR_LIMIT, "the path is too long");
		memcpy(to, n.item.name.p, n.item.name.n);
		reverse(to, n.item.name.n);
		to[n.item.name.n] = '/';
		out->n += n.item.name.n + 1;
	}
	if (rc != 1) {
		buf_trim(out, start);
		return rc;
	}
	if (out->n == start)
		buf_putc(out, '/');
	reverse(out->p + start, out->n - start);
	return 1;
}

int
view_under(struct view *v, uint64_t id, uint64_t top, struct err *e)
{
	struct row_node n;
	int rc;

	for (; id != top; id = n.item.parent) {
		rc = id == 0 ? 0 : node(v, id, &n, e);
		if (rc != 1)
			return rc;
	}
	return 1;
}
