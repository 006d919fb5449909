#include "store/txn.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/commit_rows.h"
#include "store/order.h"
#include "store/txn_inside.h"

/* --- making and ending ----------------------------------------------- */

void
txn_tools_init(struct txn_tools *w)
{
	memset(w, 0, sizeof *w);
	w->hasher = hasher_new();
	indexer_init(&w->index);
	buf_init(&w->value, STORE_BODY_MAX + 4096);
	buf_init(&w->body, STORE_BODY_MAX);
	w->bytes_max = SIZE_MAX;
	arena_init(&w->arena);
}

void
txn_tools_free(struct txn_tools *w)
{
	hasher_free(w->hasher);
	indexer_free(&w->index);
	attrs_free(&w->before);
	attrs_free(&w->after);
	buf_free(&w->value);
	buf_free(&w->body);
	arena_free(&w->arena);
}

int
txn_open(struct txn *t, struct store_job *job, struct reader *r,
    struct overlay *rows, struct txn_tools *tools, struct err *e)
{
	*t = (struct txn){
		.job = job, .reader = r, .rows = rows, .tools = tools,
		.state = r->state, .rev = r->state.rev + 1,
	};
	r->overlay = rows;
	map_init(&t->by_item);
	/* Before the job does what no refusal takes back. */
	if (job->author.n > UINT16_MAX || job->message.n > STORE_MESSAGE_MAX)
		return err_set(e, ERR_LIMIT, "the message is too long");
	if (view_open(&t->all, r, job->branch, 0, e) < 0)
		return -1;
	t->view = t->all;
	return view_allow(&t->view, job->rights, e);
}

void
txn_close(struct txn *t)
{
	t->reader->overlay = NULL;
	map_free(&t->by_item);
	free(t->changes);
	kinds_unref(t->kinds);
	arena_reset(&t->tools->arena);
	arena_reset(&t->reader->lent);
}

struct view *
txn_view(struct txn *t)
{
	return &t->view;
}

int
txn_allow(struct txn *t, struct view *v, struct err *e)
{
	return view_allow(v, t->job->rights, e);
}

const struct kinds *
txn_kinds(struct txn *t)
{
	return t->kinds != NULL ? t->kinds : t->reader->kinds;
}

uint64_t
txn_rev(const struct txn *t)
{
	return t->rev;
}

/* --- rows ------------------------------------------------------------ */

int
txn_room(struct txn *t, struct err *e)
{
	size_t max = t->tools->bytes_max;

	return t->rows->bytes <= max ? 0 : err_set(e, ERR_POLICY,
	    "it changes too much at once: over %zu bytes", max);
}

void
txn_put(struct txn *t, enum table table, const struct rowkey *k,
    const void *p, size_t n)
{
	overlay_put(t->rows, table, rowkey_str(k), (struct str){ p, n });
}

void
txn_put_sealed(struct txn *t, enum table table, const struct rowkey *k,
    struct buf *value)
{
	row_seal(value, t->tools->hasher, table, rowkey_str(k));
	txn_put(t, table, k, value->p, value->n);
}

void
txn_put_branch(struct txn *t, uint32_t id, const struct row_branch *b)
{
	struct buf *v = &t->tools->value;
	struct rowkey k;

	buf_reset(v);
	row_branch_put(v, b);
	key_u32(&k, id);
	txn_put_sealed(t, T_BRANCH, &k, v);
}

/* --- the end of it --------------------------------------------------- */

/* CREATE and REMOVE stand for all that happened besides; both: nothing did. */
static unsigned
final_op(const struct change *c)
{
	bool was = c->prev_rev != 0, is = c->new_parent != 0 ||
	    !(c->op & CHANGE_REMOVE);

	if (!was && !is)
		return 0;
	if (!was)
		return CHANGE_CREATE;
	if (!is)
		return CHANGE_REMOVE;
	return c->op & ~(unsigned)(CHANGE_CREATE | CHANGE_REMOVE);
}

bool
txn_changed(struct txn *t, uint64_t id)
{
	const struct change *c = txn_change_of(t, id);

	return c != NULL && final_op(c) != 0;
}

const struct change *
txn_changes(struct txn *t, size_t *count)
{
	struct change *list;
	size_t n = 0;

	list = arena_alloc(&t->tools->arena, (t->count + 1) * sizeof *list);
	for (size_t i = 0; i < t->count; i++) {
		list[n] = t->changes[i];
		list[n].op = final_op(&t->changes[i]);
		if (list[n].op != 0)
			n++;
	}
	*count = n;
	return list;
}

static void
put_changes(struct txn *t, const struct commit *c)
{
	uint8_t value[ROW_CHANGE];
	struct rowkey k;

	for (uint32_t i = 0; i < c->count; i++) {
		row_change_put(value, &c->changes[i]);
		key_change(&k, c->rev, i);
		txn_put(t, T_CHANGE, &k, value, sizeof value);
	}
	key_log(&k, c->branch, c->rev);
	txn_put(t, T_LOG, &k, "", 0);
	if (t->job->has_txid) {
		uint8_t v[40];

		put_be64(v, c->rev);
		memcpy(v + 8, t->job->digest, 32);
		key_bytes(&k, (struct str){ (char *)t->job->txid, 16 });
		txn_put(t, T_TXID, &k, v, sizeof v);
	}
	if (t->merged_rev != 0) {
		uint8_t v[8];

		put_be64(v, t->merged_rev);
		key_merge(&k, c->branch, t->merged_branch, c->rev);
		txn_put(t, T_MERGE, &k, v, sizeof v);
	}
}

/* The branch's head, and what the new commit's parent is. */
static int
move_head(struct txn *t, struct commit *c, struct err *e)
{
	struct branch b;

	if (reader_branch_id(t->reader, c->branch, &b, e) != 1)
		return row_bad(e, T_BRANCH);
	c->parent_rev = t->parent_rev != NULL ? *t->parent_rev :
	    b.head_rev != 0 ? b.head_rev : b.fork_rev;
	txn_put_branch(t, c->branch, &(struct row_branch){
		.removed = b.removed, .parent = b.parent,
		.fork_rev = b.fork_rev, .head_rev = c->rev, .name = b.name,
	});
	return 0;
}

/* Hash of all rows, then of the commit itself behind the one before it. */
static void
seal(struct txn *t, struct commit *c, uint8_t hash[CHAIN_HASH])
{
	struct buf *v = &t->tools->value;
	struct hasher *h = t->tools->hasher;
	struct chain_sum sum = { { 0 } };
	const struct overlay_row *at = NULL;
	struct rowkey k;

	while ((at = overlay_next(t->rows, at)) != NULL) {
		struct row r = overlay_row(at);

		if (chain_hashed[r.table])
			chain_add(&sum, h, &r);
	}
	buf_reset(v);
	commit_put(v, c, &sum, false);
	hash_bytes(h, (struct str){ (char *)hash, CHAIN_HASH },
	    (struct str){ v->p, v->n }, c->hash);
	memcpy(hash, c->hash, CHAIN_HASH);
	buf_put(v, c->hash, CHAIN_HASH);
	key_u64(&k, c->rev);
	txn_put(t, T_COMMIT, &k, v->p, v->n);
}

int
txn_finish(struct txn *t, uint8_t hash[CHAIN_HASH], struct commit **out,
    struct err *e)
{
	const struct store_job *job = t->job;
	const struct change *list;
	struct commit *c;
	size_t n;

	list = txn_changes(t, &n);
	if (n == 0 && !t->touched)
		return 0;
	if (t->again && txn_tidy(t, e) < 0)
		return -1;
	if (n > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "the transaction is too large");
	c = commit_new(job->author, job->message, (uint32_t)n);
	memcpy(c->changes, list, n * sizeof *list);
	c->rev = t->rev;
	c->branch = job->branch;
	c->merged_branch = t->merged_branch;
	c->merged_rev = t->merged_rev;
	c->time_us = job->time_us != 0 ? job->time_us : clock_real_us();
	if (job->has_txid)
		memcpy(c->txid, job->txid, sizeof c->txid);
	if (move_head(t, c, e) < 0) {
		commit_unref(c);
		return -1;
	}
	put_changes(t, c);
	seal(t, c, hash);
	t->state.rev = t->rev;
	if (t->kinds != NULL)
		t->state.kinds_rev = t->rev;
	*out = c;
	return 1;
}
