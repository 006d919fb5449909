#include "store/compact.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "store/build.h"
#include "store/compact_inside.h"

/* --- what is kept ---------------------------------------------------- */

/* The oldest revision that the policy keeps. */
static int
find_cut(struct compacting *c, const struct compact_policy *p,
    struct err *e)
{
	uint64_t head = c->r.state.rev, low = c->r.state.compacted;
	int64_t since = clock_real_us() - p->age_us;
	struct commit *k;

	if (low == 0)
		low = 1;
	c->cut = head;
	if (p->revisions > 0)
		c->cut = p->revisions >= head ? low : head - p->revisions + 1;
	for (uint64_t rev = c->cut; p->age_us > 0 && rev-- > low;) {
		int rc = reader_commit_head(&c->r, rev, &k, e);
		bool young;

		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
		young = k->time_us >= since;
		commit_unref(k);
		if (!young)
			break;
		c->cut = rev;
	}
	if (c->cut < low)
		c->cut = low;
	return 0;
}

/* A branch as it was at rev, and what it came of as it was then. */
static int
add_points(struct compacting *c, uint32_t branch, uint64_t rev,
    struct err *e)
{
	struct branch b;

	for (;; branch = b.parent) {
		if (reader_branch_id(&c->r, branch, &b, e) != 1)
			return row_bad(e, T_BRANCH);
		c->points = mem_grow(c->points, &c->cap, c->count + 1,
		    sizeof *c->points);
		c->points[c->count++] = (struct point){ branch, rev };
		if (b.parent == branch)
			return 0;
		if (rev > b.fork_rev)
			rev = b.fork_rev;
	}
}

/* Every branch that can be opened, as the oldest revision kept found it: so
 * that this one can be told from what was before it, as an export does. */
static int
points_of_branches(struct compacting *c, struct err *e)
{
	struct branch b;
	int rc;

	for (uint32_t id = 0; id < c->r.state.next_branch; id++) {
		rc = reader_branch_id(&c->r, id, &b, e);
		if (rc < 0 || (rc == 1 && !b.removed &&
		    add_points(c, id, c->cut - 1, e) < 0))
			return -1;
	}
	return 0;
}

/* What was merged last is the common ground of the next merge. */
static int
points_of_merges(struct compacting *c, struct err *e)
{
	struct rowkey at = { .n = 0 };
	struct row row;
	struct branch a, b;
	uint64_t last = UINT64_MAX;
	int n;

	while ((n = snap_scan(c->r.snap, T_MERGE, rowkey_str(&at), at.n > 0,
	    STR_NONE, &row, 1, e)) > 0) {
		key_bytes(&at, row.key);
		if (row.key.n != 16 || row.value.n != 8)
			return row_bad(e, T_MERGE);
		if (get_be64(row.key.p) == last)
			continue;
		last = get_be64(row.key.p);
		if (reader_branch_id(&c->r, (uint32_t)(last >> 32), &a,
		    e) != 1 ||
		    reader_branch_id(&c->r, (uint32_t)last, &b, e) != 1)
			return row_bad(e, T_BRANCH);
		if (!a.removed && !b.removed && get_be64(row.value.p) <
		    c->cut && add_points(c, b.id, get_be64(row.value.p),
		    e) < 0)
			return -1;
	}
	return n;
}

/* --- the new beginning ----------------------------------------------- */

/* The hash the chain goes on from, before its commit goes. */
static int
hash_before(struct compacting *c, uint8_t hash[CHAIN_HASH], struct err *e)
{
	struct commit *k;
	int rc;

	memset(hash, 0, CHAIN_HASH);
	if (c->cut <= 1)
		return 0;
	rc = reader_commit_head(&c->r, c->cut - 1, &k, e);
	if (rc != 1)
		return rc < 0 ? -1 : row_bad(e, T_COMMIT);
	memcpy(hash, k->hash, CHAIN_HASH);
	commit_unref(k);
	return 0;
}

/* --- all of it ------------------------------------------------------- */

static int
compact_rows(struct compacting *c, struct store *s,
    const struct compact_policy *p, struct err *e)
{
	uint8_t hash[CHAIN_HASH];
	struct str v;
	int rc = -1;

	if (engine_begin(s->engine, &c->r.snap, e) < 0)
		return -1;
	if (meta_get(&c->r, "state", &v, e) != 1 ||
	    state_get(&c->r.state, v, e) < 0 || find_cut(c, p, e) < 0)
		goto out;
	rc = 0;
	if (c->cut <= 1 || c->cut == c->r.state.compacted)
		goto out;			/* nothing is old enough */
	c->revs = mem_zero((size_t)(c->cut / 8 + 1));
	rc = hash_before(c, hash, e);
	if (rc == 0)
		rc = points_of_branches(c, e);
	if (rc == 0)
		rc = points_of_merges(c, e);
	if (rc == 0)
		rc = compact_sweep(c, e);
	if (rc == 0) {
		c->r.state.compacted = c->cut;
		rc = build_base(&c->r, c->engine, c->hasher, hash, e);
	}
	if (rc == 0)
		return engine_commit(s->engine, e);
out:
	engine_abort(s->engine);
	return rc;
}

static uint64_t
file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* A copy without the free pages, put in the data file's place. */
static int
shrink(struct store *s, const char *data, const char *file, struct err *e)
{
	char *made = fs_join(data, "data.mdb.new");
	int rc;

	unlink(made);
	rc = store_backup(s, made, e);
	if (rc == 0 && rename(made, file) < 0)
		rc = err_sys(e, ERR_SYSTEM, "cannot rename '%s'", made);
	if (rc == 0)
		rc = fs_sync_dir(data, e);
	free(made);
	return rc;
}

int
store_compact(const char *dir, const struct compact_policy *p,
    struct compact_result *out, struct err *e)
{
	struct store_options o = { .dir = dir, .no_writer = true };
	char *data = fs_join(dir, "data"), *file = fs_join(data, "data.mdb");
	struct compacting c = { .r = { .begun = true } };
	struct store *s = NULL;
	int rc = -1;

	overlay_init(&c.drop);
	map_init(&c.blobs);
	arena_init(&c.r.lent);
	c.hasher = hasher_new();
	out->bytes_before = file_bytes(file);
	if (store_open(&s, &o, e) == 0) {
		c.engine = s->engine;
		c.r.store = s;
		rc = compact_rows(&c, s, p, e);
	}
	if (rc == 0)
		rc = shrink(s, data, file, e);
	out->oldest = c.cut;
	out->rows = c.dropped;
	store_close(s);
	out->bytes_after = file_bytes(file);
	hasher_free(c.hasher);
	arena_free(&c.r.lent);
	map_free(&c.blobs);
	overlay_free(&c.drop);
	free(c.points);
	free(c.revs);
	free(data);
	free(file);
	return rc;
}
