#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/inside.h"

/* --- state ----------------------------------------------------------- */

#define STATE_BYTES	48

void
state_put(struct buf *out, const struct state *s)
{
	uint8_t b[STATE_BYTES];

	put_be64(b, s->rev);
	put_be64(b + 8, s->next_item);
	put_be64(b + 16, s->next_branch);
	put_be64(b + 24, s->next_kind);
	put_be64(b + 32, s->kinds_rev);
	put_be64(b + 40, s->compacted);
	buf_put(out, b, sizeof b);
}

int
state_get(struct state *s, struct str v, struct err *e)
{
	if (v.n != STATE_BYTES)
		return row_bad(e, T_META);
	s->rev = get_be64(v.p);
	s->next_item = get_be64(v.p + 8);
	s->next_branch = get_be64(v.p + 16);
	s->next_kind = get_be64(v.p + 24);
	s->kinds_rev = get_be64(v.p + 32);
	s->compacted = get_be64(v.p + 40);
	return 0;
}

int
meta_get(struct reader *r, const char *name, struct str *value,
    struct err *e)
{
	struct rowkey k;
	int rc;

	key_bytes(&k, str_of(name));
	rc = reader_get(r, T_META, &k, value, e);
	if (rc == 1 && !row_unseal(value))
		return row_bad(e, T_META);
	return rc;
}

int
reader_get(struct reader *r, enum table t, const struct rowkey *k,
    struct str *value, struct err *e)
{
	return rows_get(r->snap, r->overlay, t, rowkey_str(k), value, e);
}

/* --- readers --------------------------------------------------------- */

struct reader *
reader_new(struct store *s)
{
	struct reader *r = mem_zero(sizeof *r);

	r->store = s;
	r->snap = snap_new(s->engine);
	arena_init(&r->lent);
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	reader_end(r);
	snap_free(r->snap);
	arena_free(&r->lent);
	kinds_unref(r->kinds);
	free(r);
}

/* The kinds that fit the snapshot, or newer: they only ever grow.  Where
 * another process is the writer, they are made of the rows. */
static int
renew_kinds(struct reader *r, struct err *e)
{
	struct store *s = r->store;
	struct kinds *ks;

	if (r->kinds != NULL && kinds_rev(r->kinds) >= r->state.kinds_rev)
		return 0;
	kinds_unref(r->kinds);
	pthread_mutex_lock(&s->kinds_lock);
	r->kinds = s->kinds == NULL ? NULL : kinds_ref(s->kinds);
	pthread_mutex_unlock(&s->kinds_lock);
	if (r->kinds == NULL || kinds_rev(r->kinds) >= r->state.kinds_rev)
		return 0;
	if (kinds_load(&ks, r, r->state.kinds_rev, e) < 0)
		return -1;
	kinds_unref(r->kinds);
	r->kinds = ks;
	return 0;
}

int
reader_begin(struct reader *r, struct err *e)
{
	struct str v;
	int rc;

	if (r->begun)
		return 0;
	if (snap_begin(r->snap, e) < 0)
		return -1;
	rc = meta_get(r, "state", &v, e);
	if (rc == 0)
		rc = row_bad(e, T_META);
	if (rc < 0 || state_get(&r->state, v, e) < 0 ||
	    renew_kinds(r, e) < 0) {
		snap_end(r->snap);
		return -1;
	}
	r->begun = true;
	return 0;
}

void
reader_end(struct reader *r)
{
	if (!r->begun)
		return;
	snap_end(r->snap);
	arena_reset(&r->lent);
	r->begun = false;
}

bool
reader_begun(const struct reader *r)
{
	return r->begun;
}

uint64_t
reader_head(const struct reader *r)
{
	assert(r->begun);
	return r->state.rev;
}

const struct kinds *
reader_kinds(struct reader *r)
{
	assert(r->begun);
	return r->kinds;
}

/* --- branches -------------------------------------------------------- */

int
reader_branch_id(struct reader *r, uint32_t id, struct branch *out,
    struct err *e)
{
	struct row_branch b;
	struct rowkey k;
	struct str v;
	int rc;

	key_u32(&k, id);
	rc = reader_get(r, T_BRANCH, &k, &v, e);
	if (rc != 1)
		return rc;
	if (!row_unseal(&v) || row_branch_get(&b, v, e) < 0)
		return row_bad(e, T_BRANCH);
	*out = (struct branch){
		.id = id, .name = b.name, .parent = b.parent,
		.fork_rev = b.fork_rev, .head_rev = b.head_rev,
		.removed = b.removed,
	};
	return 1;
}

int
reader_branch(struct reader *r, struct str name, struct branch *out,
    struct err *e)
{
	struct rowkey k;
	struct str v;
	int rc;

	if (name.n == 0 || name.n > STORE_NAME_MAX)
		return 0;
	key_bytes(&k, name);
	rc = reader_get(r, T_BRANCH_NAME, &k, &v, e);
	if (rc != 1)
		return rc;
	if (!row_unseal(&v) || v.n != 4)
		return row_bad(e, T_BRANCH_NAME);
	return reader_branch_id(r, get_be32(v.p), out, e);
}
