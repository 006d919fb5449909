#include "store/commit.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/commit_rows.h"
#include "store/inside.h"

/* --- the struct ------------------------------------------------------ */

struct commit *
commit_new(struct str author, struct str message, uint32_t count)
{
	struct commit *c;
	char *text;

	c = mem_zero(sizeof *c + count * sizeof *c->changes + author.n +
	    message.n);
	atomic_init(&c->refs, 1);
	c->count = count;
	c->changes = (struct change *)(c + 1);
	text = (char *)(c->changes + count);
	c->author = (struct str){ text, author.n };
	c->message = (struct str){ text + author.n, message.n };
	if (author.n > 0)
		memcpy(text, author.p, author.n);
	if (message.n > 0)
		memcpy(text + author.n, message.p, message.n);
	return c;
}

struct commit *
commit_ref(struct commit *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void
commit_unref(struct commit *c)
{
	if (c != NULL && atomic_fetch_sub(&c->refs, 1) == 1)
		free(c);
}

/* --- as a row -------------------------------------------------------- */

/* branch 4, parent 8, merged branch 4, merged rev 8, time 8, txid 16, count
 * 4, sum 32, author's length 2, author, message; hash 32 */
#define HEAD	86

void
commit_put(struct buf *out, const struct commit *c,
    const struct chain_sum *sum, bool all)
{
	uint8_t b[HEAD];

	put_be32(b, c->branch);
	put_be64(b + 4, c->parent_rev);
	put_be32(b + 12, c->merged_branch);
	put_be64(b + 16, c->merged_rev);
	put_be64(b + 24, (uint64_t)c->time_us);
	memcpy(b + 32, c->txid, 16);
	put_be32(b + 48, c->count);
	chain_sum_put(sum, b + 52);
	put_be16(b + 84, (uint16_t)c->author.n);
	buf_put(out, b, sizeof b);
	buf_put(out, c->author.p, c->author.n);
	buf_put(out, c->message.p, c->message.n);
	if (all)
		buf_put(out, c->hash, sizeof c->hash);
}

int
commit_get(struct commit **out, uint64_t rev, struct str v,
    struct chain_sum *sum, struct err *e)
{
	struct commit *c;
	size_t author;

	if (v.n < HEAD + CHAIN_HASH)
		return row_bad(e, T_COMMIT);
	author = get_be16(v.p + 84);
	if (author > v.n - HEAD - CHAIN_HASH)
		return row_bad(e, T_COMMIT);
	c = commit_new((struct str){ v.p + HEAD, author },
	    (struct str){ v.p + HEAD + author,
	    v.n - HEAD - CHAIN_HASH - author }, 0);
	c->rev = rev;
	c->branch = get_be32(v.p);
	c->parent_rev = get_be64(v.p + 4);
	c->merged_branch = get_be32(v.p + 12);
	c->merged_rev = get_be64(v.p + 16);
	c->time_us = (int64_t)get_be64(v.p + 24);
	memcpy(c->txid, v.p + 32, 16);
	c->count = get_be32(v.p + 48);
	for (int i = 0; sum != NULL && i < 4; i++)
		sum->lane[i] = get_be64(v.p + 52 + 8 * i);
	memcpy(c->hash, v.p + v.n - CHAIN_HASH, CHAIN_HASH);
	*out = c;
	return 0;
}

/* --- history --------------------------------------------------------- */

int
reader_commit_head(struct reader *r, uint64_t rev, struct commit **out,
    struct err *e)
{
	struct rowkey k;
	struct str v;
	int rc;

	key_u64(&k, rev);
	rc = reader_get(r, T_COMMIT, &k, &v, e);
	if (rc == 0 && rev != 0 && rev < r->state.compacted)
		return err_set(e, ERR_GONE, "revision %ju is no longer kept",
		    (uintmax_t)rev);
	if (rc != 1)
		return rc;
	if (commit_get(out, rev, v, NULL, e) < 0)
		return -1;
	(*out)->count = 0;
	return 1;
}

/* The changes of a commit from their rows. */
static int
read_changes(struct reader *r, struct commit *c, struct err *e)
{
	struct row rows[64];
	struct rowkey from, prefix;
	uint32_t n = 0;
	int got;

	key_u64(&prefix, c->rev);
	while (n < c->count) {
		key_change(&from, c->rev, n);
		got = rows_scan(r->snap, r->overlay, T_CHANGE,
		    rowkey_str(&from), false, rowkey_str(&prefix), rows,
		    MEM_COUNT(rows), e);
		if (got < 0)
			return -1;
		if (got == 0)
			return row_bad(e, T_CHANGE);
		for (int i = 0; i < got && n < c->count; i++, n++)
			if (row_change_get(&c->changes[n], rows[i].value,
			    e) < 0)
				return -1;
	}
	return 0;
}

int
reader_commit(struct reader *r, uint64_t rev, struct commit **out,
    struct err *e)
{
	struct commit *head, *c;
	struct rowkey k;
	struct str v;
	int rc;

	if (rev != 0 && rev < r->state.compacted)
		return err_set(e, ERR_GONE, "revision %ju is no longer kept",
		    (uintmax_t)rev);
	key_u64(&k, rev);
	rc = reader_get(r, T_COMMIT, &k, &v, e);
	if (rc != 1)
		return rc;
	if (commit_get(&head, rev, v, NULL, e) < 0)
		return -1;
	c = commit_new(head->author, head->message, head->count);
	c->rev = head->rev;
	c->branch = head->branch;
	c->parent_rev = head->parent_rev;
	c->merged_branch = head->merged_branch;
	c->merged_rev = head->merged_rev;
	c->time_us = head->time_us;
	memcpy(c->txid, head->txid, sizeof c->txid);
	memcpy(c->hash, head->hash, sizeof c->hash);
	commit_unref(head);
	if (read_changes(r, c, e) < 0) {
		commit_unref(c);
		return -1;
	}
	*out = c;
	return 1;
}
