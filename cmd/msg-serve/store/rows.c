#include "store/rows.h"

#include <assert.h>

#include "store/chain.h"

static void
add(struct rowkey *k, const void *p, size_t n)
{
	assert(n <= sizeof k->p - k->n);
	if (n > 0)
		memcpy(k->p + k->n, p, n);
	k->n += n;
}

static void
add_u32(struct rowkey *k, uint32_t v)
{
	uint8_t b[4];

	put_be32(b, v);
	add(k, b, sizeof b);
}

static void
add_u64(struct rowkey *k, uint64_t v)
{
	uint8_t b[8];

	put_be64(b, v);
	add(k, b, sizeof b);
}

void
key_u32(struct rowkey *k, uint32_t v)
{
	k->n = 0;
	add_u32(k, v);
}

void
key_u64(struct rowkey *k, uint64_t v)
{
	k->n = 0;
	add_u64(k, v);
}

void
key_bytes(struct rowkey *k, struct str s)
{
	k->n = 0;
	add(k, s.p, s.n);
}

void
key_node(struct rowkey *k, uint64_t item)
{
	key_u64(k, item);
}

void
key_children(struct rowkey *k, uint64_t parent)
{
	key_u64(k, parent);
}

void
key_child(struct rowkey *k, uint64_t parent, struct str order, uint64_t item)
{
	key_u64(k, parent);
	add(k, order.p, order.n);
	add_u64(k, item);
}

void
key_name(struct rowkey *k, uint64_t parent, struct str name)
{
	key_u64(k, parent);
	add(k, name.p, name.n);
	add(k, "", 1);
}

void
key_attr(struct rowkey *k, uint32_t kind, uint32_t field,
    const struct attr *value, uint64_t item)
{
	key_u32(k, kind);
	add_u32(k, field);
	if (value != NULL)
		add(k, value->p, value->n);
	if (item != 0)
		add_u64(k, item);
}

void
key_version(struct rowkey *k, uint32_t branch, uint64_t rev)
{
	add_u32(k, branch);
	add_u64(k, ~rev);
}

void
key_blob(struct rowkey *k, const uint8_t sha[32], uint32_t piece)
{
	k->n = 0;
	add(k, sha, 32);
	add_u32(k, piece);
}

void
key_change(struct rowkey *k, uint64_t rev, uint32_t n)
{
	key_u64(k, rev);
	add_u32(k, n);
}

void
key_log(struct rowkey *k, uint32_t branch, uint64_t rev)
{
	key_u32(k, branch);
	add_u64(k, ~rev);
}

void
key_merge(struct rowkey *k, uint32_t into, uint32_t from, uint64_t rev)
{
	key_u32(k, into);
	add_u32(k, from);
	add_u64(k, ~rev);
}

/* --- values ---------------------------------------------------------- */

int
row_bad(struct err *e, enum table t)
{
	return err_set(e, ERR_SYSTEM,
	    "the store is damaged: a row of table %s cannot be right",
	    engine_tables[t]);
}

enum { LIVE = 1, BLOB = 2 };

static void
put_short(struct buf *out, struct str s)
{
	assert(s.n <= 255);
	buf_putc(out, (char)s.n);
	buf_put(out, s.p, s.n);
}

/* A string of at most 255 bytes off the front of *v. */
static bool
get_short(struct str *out, struct str *v)
{
	size_t n;

	if (v->n < 1 || (n = (uint8_t)v->p[0]) > v->n - 1)
		return false;
	*out = (struct str){ v->p + 1, n };
	*v = (struct str){ v->p + 1 + n, v->n - 1 - n };
	return true;
}

void
row_node_put(struct buf *out, const struct row_node *n)
{
	uint8_t head[13];

	head[0] = (uint8_t)((n->live ? LIVE : 0) | (n->blob ? BLOB : 0));
	put_be64(head + 1, n->item.parent);
	put_be32(head + 9, n->item.kind);
	if (!n->live) {
		buf_put(out, head, 1);
		return;
	}
	buf_put(out, head, sizeof head);
	put_short(out, n->item.order);
	put_short(out, n->item.name);
	put_short(out, n->item.key);
	buf_put(out, n->item.body.p, n->item.body.n);
}

int
row_node_get(struct row_node *n, struct str value, struct err *e)
{
	struct str v = value;

	if (v.n < 1)
		return row_bad(e, T_NODE);
	n->live = v.p[0] & LIVE;
	n->blob = v.p[0] & BLOB;
	if (!n->live)
		return 0;
	if (v.n < 13)
		return row_bad(e, T_NODE);
	n->item.parent = get_be64(v.p + 1);
	n->item.kind = get_be32(v.p + 9);
	v = (struct str){ v.p + 13, v.n - 13 };
	if (!get_short(&n->item.order, &v) || !get_short(&n->item.name, &v) ||
	    !get_short(&n->item.key, &v) || (n->blob && v.n != ROW_BLOB_HEAD))
		return row_bad(e, T_NODE);
	n->item.body = v;
	return 0;
}

void
row_branch_put(struct buf *out, const struct row_branch *b)
{
	uint8_t head[21];

	head[0] = b->removed;
	put_be32(head + 1, b->parent);
	put_be64(head + 5, b->fork_rev);
	put_be64(head + 13, b->head_rev);
	buf_put(out, head, sizeof head);
	buf_put(out, b->name.p, b->name.n);
}

int
row_branch_get(struct row_branch *b, struct str v, struct err *e)
{
	if (v.n < 21)
		return row_bad(e, T_BRANCH);
	b->removed = v.p[0];
	b->parent = get_be32(v.p + 1);
	b->fork_rev = get_be64(v.p + 5);
	b->head_rev = get_be64(v.p + 13);
	b->name = (struct str){ v.p + 21, v.n - 21 };
	return 0;
}

void
row_change_put(uint8_t out[ROW_CHANGE], const struct change *c)
{
	out[0] = (uint8_t)c->op;
	put_be64(out + 1, c->item);
	put_be64(out + 9, c->prev_rev);
	put_be64(out + 17, c->old_parent);
	put_be64(out + 25, c->new_parent);
}

int
row_change_get(struct change *c, struct str v, struct err *e)
{
	if (v.n != ROW_CHANGE)
		return row_bad(e, T_CHANGE);
	c->op = (uint8_t)v.p[0];
	c->item = get_be64(v.p + 1);
	c->prev_rev = get_be64(v.p + 9);
	c->old_parent = get_be64(v.p + 17);
	c->new_parent = get_be64(v.p + 25);
	return 0;
}

void
row_seal(struct buf *value, struct hasher *h, enum table t, struct str key)
{
	uint8_t d[CHAIN_HASH];

	hash_row(h, &(struct row){ t, key, { value->p, value->n } }, d);
	buf_put(value, d, ROW_SEAL);
}

bool
row_unseal(struct str *value)
{
	if (value->n < ROW_SEAL)
		return false;
	value->n -= ROW_SEAL;
	return true;
}

bool
row_sealed(struct hasher *h, const struct row *r)
{
	uint8_t d[CHAIN_HASH];
	struct row bare = *r;

	if (!row_unseal(&bare.value))
		return false;
	hash_row(h, &bare, d);
	return memcmp(d, bare.value.p + bare.value.n, ROW_SEAL) == 0;
}
