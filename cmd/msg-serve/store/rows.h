/*
 * rows.h - the store's rows as bytes (keys sort as their numbers do).
 *
 *	META		text -> see store.c
 *	BRANCH		branch -> struct row_branch
 *	BRANCH_NAME	name -> branch
 *	KIND		kind -> see kinds_load.c
 *	SCHEMA		fingerprint -> SHA-256, text
 *	BLOB		SHA-256, piece -> bytes
 *	COMMIT		rev -> see commit.c
 *	LOG		branch, ~rev -> nothing
 *	TXID		txid -> rev, digest
 *	CHANGE		rev, n -> struct change
 *	NODE		item | branch, ~rev -> struct row_node
 *	CHILD		parent, order, item | branch, ~rev -> live
 *	NAME		parent, name, 0 | branch, ~rev -> item, 0: gone
 *	ATTR		kind, field, value, item | branch, ~rev -> live, seal
 *	KEY		raw key -> item, rev
 *	MERGE		into, from, ~rev -> from's revision
 *
 * Integers are big-endian; ~rev puts the newest first.  What stands before
 * the bar is a row's group: all versions of it, of all branches, lie
 * together.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "store/commit.h"
#include "store/engine.h"
#include "store/view.h"

/* A key being made. */
struct rowkey {
	size_t n;
	uint8_t p[ENGINE_KEY_MAX];
};

#define ROW_VERSION	12		/* bytes of branch and ~rev */

static inline struct str
rowkey_str(const struct rowkey *k)
{
	return (struct str){ (const char *)k->p, k->n };
}

/* Groups. */
void key_node(struct rowkey *k, uint64_t item);
void key_child(struct rowkey *k, uint64_t parent, struct str order,
    uint64_t item);
void key_children(struct rowkey *k, uint64_t parent);	/* their prefix */
void key_name(struct rowkey *k, uint64_t parent, struct str name);
void key_attr(struct rowkey *k, uint32_t kind, uint32_t field,
    const struct attr *value, uint64_t item);	/* item 0: the prefix */

/* A group made a row's key. */
void key_version(struct rowkey *k, uint32_t branch, uint64_t rev);

/* Others. */
void key_u32(struct rowkey *k, uint32_t v);
void key_u64(struct rowkey *k, uint64_t v);
void key_bytes(struct rowkey *k, struct str s);
void key_blob(struct rowkey *k, const uint8_t sha[32], uint32_t piece);
void key_change(struct rowkey *k, uint64_t rev, uint32_t n);
void key_log(struct rowkey *k, uint32_t branch, uint64_t rev);
void key_merge(struct rowkey *k, uint32_t into, uint32_t from, uint64_t rev);

/* Parts of a versioned row's key. */
static inline struct str
row_group(struct str key)
{
	return (struct str){ key.p, key.n - ROW_VERSION };
}

static inline uint32_t
row_branch_of(struct str key)
{
	return get_be32(key.p + key.n - 12);
}

static inline uint64_t
row_rev_of(struct str key)
{
	return ~get_be64(key.p + key.n - 8);
}

/* The item of a CHILD or ATTR row. */
static inline uint64_t
row_item_of(struct str key)
{
	return get_be64(key.p + key.n - ROW_VERSION - 8);
}

/* Where a CHILD's order lies in its key. */
static inline struct str
row_order_of(struct str key)
{
	return (struct str){ key.p + 8, key.n - 8 - 8 - ROW_VERSION };
}

/* --- values ---------------------------------------------------------- */

#define ROW_BLOB_HEAD	36		/* SHA-256 and length u32 */
#define ROW_BLOB_OVER	((size_t)64 << 10)
#define ROW_BLOB_PIECE	((size_t)65520)	/* 16 pages less LMDB's head */

/* A NODE's value. */
struct row_node {
	bool live, blob;
	struct item item;		/* but id, rev, branch; blob: the body
					   is its ROW_BLOB_HEAD */
};

void row_node_put(struct buf *out, const struct row_node *n);
int row_node_get(struct row_node *n, struct str value, struct err *e);

struct row_branch {
	bool removed;
	uint32_t parent;
	uint64_t fork_rev, head_rev;
	struct str name;
};

void row_branch_put(struct buf *out, const struct row_branch *b);
int row_branch_get(struct row_branch *b, struct str value, struct err *e);

#define ROW_CHANGE	33

void row_change_put(uint8_t out[ROW_CHANGE], const struct change *c);
int row_change_get(struct change *c, struct str value, struct err *e);

/*
 * Rows outside the chain of commits end with a seal, so that a flipped bit is
 * noticed by store_verify: the first 8 bytes of hash_row.
 */
#define ROW_SEAL	8

struct hasher;

void row_seal(struct buf *value, struct hasher *h, enum table t,
    struct str key);

/* Cuts the seal off, unseen: reading is fast.  false: it is too short. */
bool row_unseal(struct str *value);

bool row_sealed(struct hasher *h, const struct row *r);	/* unbroken? */

/* *e: what was read cannot be right. */
int row_bad(struct err *e, enum table t);

#endif
