#include "store/build.h"

#include "base/mem.h"

int
build_begin(struct build *b, struct engine *g, struct err *e)
{
	memset(b, 0, sizeof *b);
	b->engine = g;
	b->r.begun = true;
	arena_init(&b->r.lent);
	txn_tools_init(&b->tools);
	return engine_begin(g, &b->r.snap, e);
}

void
build_clear(struct build *b)
{
	engine_abort(b->engine);
	kinds_unref(b->r.kinds);
	arena_free(&b->r.lent);
	txn_tools_free(&b->tools);
}

static int
put_state(struct txn *t, void *arg, struct err *e)
{
	struct buf v = BUF_INIT(256);

	(void)arg;
	(void)e;
	state_put(&v, &t->reader->state);
	build_meta(t, "state", v.p, v.n);
	buf_free(&v);
	return 0;
}

int
build_commit(struct build *b, struct err *e)
{
	if (build_rows(b, put_state, NULL, e) < 0 ||
	    engine_commit(b->engine, e) < 0)
		return -1;
	return engine_begin(b->engine, &b->r.snap, e);
}

void
build_meta(struct txn *t, const char *name, const void *p, size_t n)
{
	struct buf v = BUF_INIT(256);
	struct rowkey k;

	buf_put(&v, p, n);
	key_bytes(&k, str_of(name));
	txn_put_sealed(t, T_META, &k, &v);
	buf_free(&v);
}

int
build_rows(struct build *b, build_fn *fn, void *arg, struct err *e)
{
	struct overlay rows;
	struct txn t = { .rows = &rows, .tools = &b->tools, .reader = &b->r,
		.state = b->r.state };
	int rc;

	overlay_init(&rows);
	b->r.overlay = &rows;
	rc = fn(&t, arg, e);
	b->r.overlay = NULL;
	if (rc == 0)
		rc = overlay_apply(&rows, b->engine, e);
	overlay_free(&rows);
	return rc;
}

int
build_job(struct build *b, struct store_job *job, struct commit **out,
    struct err *e)
{
	struct overlay rows;
	struct txn t;
	int rc;

	overlay_init(&rows);
	rc = txn_open(&t, job, &b->r, &rows, &b->tools, e);
	if (rc == 0)
		rc = job->run(job, &t, e);
	if (rc == 0)
		rc = txn_finish(&t, b->hash, out, e);
	if (rc == 1) {
		b->r.state = t.state;
		if (t.kinds != NULL) {
			kinds_unref(b->r.kinds);
			b->r.kinds = t.kinds;
			t.kinds = NULL;
		}
		if (overlay_apply(&rows, b->engine, e) < 0) {
			commit_unref(*out);
			rc = -1;
		}
	}
	txn_close(&t);
	overlay_free(&rows);
	return rc;
}

/* --- the beginning of a compacted store's chain ---------------------- */

static int
add_rows(struct reader *r, struct hasher *h, enum table t,
    struct chain_sum *sum, struct err *e)
{
	struct rowkey at = { .n = 0 };
	struct row rows[64];
	int n;

	do {
		n = snap_scan(r->snap, t, rowkey_str(&at), at.n > 0, STR_NONE,
		    rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			uint64_t rev = t == T_COMMIT ?
			    get_be64(rows[i].key.p) : chain_rev(&rows[i]);

			if (rev < r->state.compacted)
				chain_add(sum, h, &rows[i]);
			key_bytes(&at, rows[i].key);
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}

static int
put_sealed(struct engine *g, struct hasher *h, const char *name,
    struct buf *value, struct err *e)
{
	struct row r = { T_META, str_of(name), STR_NONE };

	row_seal(value, h, T_META, r.key);
	r.value = (struct str){ value->p, value->n };
	return engine_put(g, &r, 1, e);
}

int
build_base(struct reader *r, struct engine *g, struct hasher *h,
    const uint8_t hash[CHAIN_HASH], struct err *e)
{
	struct buf v = BUF_INIT(256);
	struct chain_sum sum = { { 0 } };
	uint8_t b[CHAIN_SUM];
	int rc = add_rows(r, h, T_COMMIT, &sum, e);

	for (int t = 0; rc == 0 && t < T_COUNT; t++)
		if (chain_hashed[t])
			rc = add_rows(r, h, (enum table)t, &sum, e);
	chain_sum_put(&sum, b);
	buf_put(&v, hash, CHAIN_HASH);
	buf_put(&v, b, sizeof b);
	if (rc == 0)
		rc = put_sealed(g, h, "base", &v, e);
	buf_reset(&v);
	state_put(&v, &r->state);
	if (rc == 0)
		rc = put_sealed(g, h, "state", &v, e);
	buf_free(&v);
	return rc;
}
