#include "store/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/commit_rows.h"
#include "store/index.h"
#include "store/inside.h"

#define WINDOW		((uint64_t)1 << 21)	/* revisions at one time */
#define LINE		512

struct verify {
	struct reader *r;
	struct hasher *hasher;
	verify_fn *fn;
	void *arg;
	uint64_t issues;

	/* Sums of the revisions from first on, as rows say. */
	uint64_t first, count;
	struct chain_sum *sums;
	struct chain_sum base;		/* of all before, when compacted */
	uint8_t hash[CHAIN_HASH];	/* of the commit before */

	struct indexer index;
	struct attrs attrs;
};

static void
issue(struct verify *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
issue(struct verify *v, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	v->issues++;
	if (v->fn != NULL)
		v->fn(v->arg, line);
}

/* Every row of a table. */
typedef int row_fn(struct verify *v, const struct row *row, struct err *e);

static int
each(struct verify *v, enum table t, row_fn *fn, struct err *e)
{
	struct row rows[64];
	struct str from = STR_NONE;
	int n;

	do {
		n = rows_scan(v->r->snap, NULL, t, from, from.n > 0,
		    STR_NONE, rows, MEM_COUNT(rows), e);
		for (int i = 0; i < n; i++) {
			if (fn(v, &rows[i], e) < 0)
				return -1;
			from = rows[i].key;
		}
	} while (n == (int)MEM_COUNT(rows));
	return n < 0 ? -1 : 0;
}

/* --- rows that are hashed with their commit -------------------------- */

static int
add_row(struct verify *v, const struct row *row, struct err *e)
{
	uint64_t rev = chain_rev(row);

	(void)e;
	if (rev == 0 || rev > v->r->state.rev || row->key.n > ENGINE_KEY_MAX) {
		if (v->first == v->r->state.compacted)
			issue(v, "table %s: a row of no revision",
			    engine_tables[row->table]);
	} else if (rev < v->r->state.compacted) {
		if (v->first == v->r->state.compacted)
			chain_add(&v->base, v->hasher, row);
	} else if (rev >= v->first && rev - v->first < v->count) {
		chain_add(&v->sums[rev - v->first], v->hasher, row);
	}
	return 0;
}

/* What a broken commit changed, for the person who reads it. */
static void
affected(struct verify *v, uint64_t rev)
{
	struct buf path = BUF_INIT(LINE / 2);
	struct err e = ERR_INIT;
	struct commit *c;
	struct view view;

	if (reader_commit(v->r, rev, &c, &e) != 1)
		return;
	if (view_open(&view, v->r, c->branch, rev, &e) == 0)
		for (uint32_t i = 0; i < c->count; i++) {
			buf_reset(&path);
			if (view_path(&view, c->changes[i].item, &path,
			    &e) != 1)
				continue;
			issue(v, "revision %ju: affects '%s'", (uintmax_t)rev,
			    buf_cstr(&path));
		}
	commit_unref(c);
	buf_free(&path);
}

/* The commit itself, its place in the chain, its rows. */
static void
check_commit(struct verify *v, uint64_t rev, struct str value)
{
	struct buf text = BUF_INIT(STORE_MESSAGE_MAX * 2 + 1024);
	struct chain_sum sum;
	uint8_t hash[CHAIN_HASH];
	struct err e = ERR_INIT;
	struct commit *c;

	if (commit_get(&c, rev, value, &sum, &e) < 0) {
		issue(v, "revision %ju: its commit cannot be read",
		    (uintmax_t)rev);
		return;
	}
	commit_put(&text, c, &sum, false);
	hash_bytes(v->hasher, (struct str){ (char *)v->hash, CHAIN_HASH },
	    (struct str){ text.p, text.n }, hash);
	if (memcmp(hash, c->hash, sizeof hash) != 0)
		issue(v, "revision %ju: its commit or the one before it is "
		    "not what was written", (uintmax_t)rev);
	if (memcmp(&sum, &v->sums[rev - v->first], sizeof sum) != 0) {
		issue(v, "revision %ju: its rows are not what was written",
		    (uintmax_t)rev);
		affected(v, rev);
	}
	memcpy(v->hash, c->hash, sizeof hash);
	commit_unref(c);
	buf_free(&text);
}

static int
check_window(struct verify *v, struct err *e)
{
	struct rowkey k;
	struct str value;
	int rc;

	memset(v->sums, 0, (size_t)v->count * sizeof *v->sums);
	for (int t = 0; t < T_COUNT; t++)
		if (chain_hashed[t] && each(v, (enum table)t, add_row, e) < 0)
			return -1;
	for (uint64_t i = 0; i < v->count; i++) {
		if (v->first + i == 0)
			continue;
		key_u64(&k, v->first + i);
		rc = reader_get(v->r, T_COMMIT, &k, &value, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			issue(v, "revision %ju: there is no commit",
			    (uintmax_t)(v->first + i));
		else
			check_commit(v, v->first + i, value);
	}
	return 0;
}

/* Commits from before that somebody's version still names. */
static int
add_commit(struct verify *v, const struct row *row, struct err *e)
{
	(void)e;
	if (row->key.n == 8 && get_be64(row->key.p) < v->r->state.compacted)
		chain_add(&v->base, v->hasher, row);
	return 0;
}

/* After compaction the chain begins with what was kept: its hash, and the
 * sum of all rows from before. */
static int
check_base(struct verify *v, const struct str *base)
{
	uint8_t sum[CHAIN_SUM];

	chain_sum_put(&v->base, sum);
	if (base->n == CHAIN_HASH + CHAIN_SUM &&
	    memcmp(base->p + CHAIN_HASH, sum, sizeof sum) != 0)
		issue(v, "rows from before revision %ju are not what was "
		    "written", (uintmax_t)v->r->state.compacted);
	return 0;
}

static int
check_chain(struct verify *v, struct err *e)
{
	uint64_t head = v->r->state.rev, first = v->r->state.compacted;
	struct str base = STR_NONE;
	int rc = 0;

	if (first > 0) {
		if (meta_get(v->r, "base", &base, e) != 1 ||
		    base.n != CHAIN_HASH + CHAIN_SUM)
			return row_bad(e, T_META);
		memcpy(v->hash, base.p, CHAIN_HASH);
	}
	if (first > 0 && each(v, T_COMMIT, add_commit, e) < 0)
		return -1;
	v->sums = mem_array(head - first < WINDOW ? head - first + 1 :
	    WINDOW, sizeof *v->sums);
	for (v->first = first; rc == 0 && v->first <= head;
	    v->first += WINDOW) {
		v->count = head - v->first + 1 < WINDOW ?
		    head - v->first + 1 : WINDOW;
		rc = check_window(v, e);
		if (rc == 0 && v->first == first)
			rc = check_base(v, &base);
	}
	free(v->sums);
	return rc;
}

/* --- rows with a seal, or a hash for a key --------------------------- */

static int
check_seal(struct verify *v, const struct row *row, struct err *e)
{
	(void)e;
	if (!row_sealed(v->hasher, row))
		issue(v, "table %s: a row is not what was written",
		    engine_tables[row->table]);
	return 0;
}

static int
check_schema(struct verify *v, const struct row *row, struct err *e)
{
	uint8_t sha[CHAIN_HASH];
	struct str text = row->value;

	(void)e;
	if (text.n >= CHAIN_HASH) {
		text = (struct str){ text.p + CHAIN_HASH,
		    text.n - CHAIN_HASH };
		hash_bytes(v->hasher, text, STR_NONE, sha);
		if (memcmp(sha, row->value.p, CHAIN_HASH) == 0)
			return 0;
	}
	issue(v, "a schema is not what was written: '%.*s'",
	    text.n > 60 ? 60 : (int)text.n, text.p);
	return 0;
}

/* A large body by its first piece: all of them give the hash in the key. */
static int
check_blob(struct verify *v, const struct row *row, struct err *e)
{
	struct buf whole = BUF_INIT(STORE_BODY_MAX);
	uint8_t sha[CHAIN_HASH];
	struct rowkey k;
	struct str piece;
	int rc = 1;

	if (row->key.n != CHAIN_HASH + 4) {
		issue(v, "table BLOB: a row of no body");
		return 0;
	}
	if (get_be32(row->key.p + CHAIN_HASH) != 0)
		return 0;
	for (uint32_t i = 0; rc == 1; i++) {
		key_blob(&k, (const uint8_t *)row->key.p, i);
		rc = reader_get(v->r, T_BLOB, &k, &piece, e);
		if (rc == 1)
			buf_put(&whole, piece.p, piece.n);
	}
	hash_bytes(v->hasher, (struct str){ whole.p, whole.n }, STR_NONE,
	    sha);
	if (rc == 0 && memcmp(sha, row->key.p, sizeof sha) != 0)
		issue(v, "a large body of %zu bytes is not what was written",
		    whole.n);
	buf_free(&whole);
	return rc < 0 ? -1 : 0;
}

/* What is indexed of a version is in the index, in whatever version. */
static int
check_index(struct verify *v, struct row_node *n, const struct row *row,
    struct err *e)
{
	const struct kind *k = kinds_by_id(v->r->kinds, n->item.kind);
	struct err bad = ERR_INIT;
	struct rowkey key;

	if (index_item(&v->index, k, n->item.name, n->item.body, &v->attrs,
	    &bad) < 0) {
		issue(v, "'%.*s', revision %ju: %s", (int)n->item.name.n,
		    n->item.name.p, (uintmax_t)row_rev_of(row->key),
		    bad.text);
		return 0;
	}
	for (size_t i = 0; i < v->attrs.count; i++) {
		struct seek q = { .table = T_ATTR };

		key_attr(&key, n->item.kind, v->attrs.v[i].field,
		    &v->attrs.v[i].value, get_be64(row->key.p));
		q.key = rowkey_str(&key);
		q.prefix = key.n;
		if (rows_seek(v->r->snap, NULL, &q, e) < 0)
			return -1;
		if (q.row.value.p == NULL)
			issue(v, "'%.*s', revision %ju: is not in the index",
			    (int)n->item.name.n, n->item.name.p,
			    (uintmax_t)row_rev_of(row->key));
	}
	return 0;
}

/* A version can be read, with its body, and is in the index. */
static int
check_node(struct verify *v, const struct row *row, struct err *e)
{
	struct row_node n;
	struct err bad = ERR_INIT;

	if (row_node_get(&n, row->value, &bad) < 0) {
		issue(v, "a version of an item cannot be read, revision %ju",
		    (uintmax_t)row_rev_of(row->key));
		return 0;
	}
	if (!n.live)
		return 0;
	if (n.blob && reader_join(v->r, &n.item.body, &bad) < 0) {
		issue(v, "'%.*s', revision %ju: its body is not there",
		    (int)n.item.name.n, n.item.name.p,
		    (uintmax_t)row_rev_of(row->key));
		return 0;
	}
	if (check_index(v, &n, row, e) < 0)
		return -1;
	if (n.blob)
		arena_reset(&v->r->lent);
	return 0;
}

int
store_verify(struct reader *r, verify_fn *fn, void *arg, uint64_t *issues,
    struct err *e)
{
	static const enum table sealed[] = { T_META, T_BRANCH, T_BRANCH_NAME,
		T_KIND, T_ATTR };
	struct verify v = { .r = r, .fn = fn, .arg = arg };
	int rc = 0;

	v.hasher = hasher_new();
	indexer_init(&v.index);
	for (size_t i = 0; rc == 0 && i < MEM_COUNT(sealed); i++)
		rc = each(&v, sealed[i], check_seal, e);
	if (rc == 0)
		rc = each(&v, T_SCHEMA, check_schema, e);
	if (rc == 0)
		rc = each(&v, T_BLOB, check_blob, e);
	if (rc == 0)
		rc = each(&v, T_NODE, check_node, e);
	if (rc == 0)
		rc = check_chain(&v, e);
	hasher_free(v.hasher);
	indexer_free(&v.index);
	attrs_free(&v.attrs);
	*issues = v.issues;
	return rc;
}
