/*
 * txn_inside.h - what the files that make a transaction share.
 */
#ifndef STORE_TXN_INSIDE_H
#define STORE_TXN_INSIDE_H

#include "base/map.h"
#include "store/index.h"
#include "store/inside.h"
#include "store/order.h"
#include "store/txn.h"

/* What lasts from transaction to transaction. */
struct txn_tools {
	struct hasher *hasher;
	struct indexer index;
	struct attrs before, after;	/* of the item being changed */
	struct buf value;		/* the row being made */
	struct buf body;		/* the body being made */
	size_t bytes_max;		/* of the rows of a transaction */
	struct arena arena;		/* goes with the transaction */
};

struct txn {
	struct store_job *job;
	struct reader *reader;		/* the writer's */
	struct overlay *rows;		/* all that is to be written */
	struct txn_tools *tools;
	struct view view;		/* with the job's rights */
	struct view all;		/* of everything */
	struct state state;		/* the store's after the commit */
	uint64_t rev;
	struct kinds *kinds;		/* changed ones, or NULL */
	struct change *changes;
	size_t count, cap;
	struct map by_item;		/* id -> index of its change + 1, of
					   more than a few */
	const uint64_t *parent_rev;	/* import; NULL: the branch's head */
	bool touched;			/* a commit even without changes */
	bool again;			/* some item was touched twice */
	uint32_t merged_branch;
	uint64_t merged_rev;
};

/* Fills t for a job, on what the reader sees now.  rows: empty. */
int txn_open(struct txn *t, struct store_job *job, struct reader *r,
    struct overlay *rows, struct txn_tools *tools, struct err *e);
void txn_close(struct txn *t);

void txn_tools_init(struct txn_tools *w);
void txn_tools_free(struct txn_tools *w);

/*
 * Writes commit, changes, log and what belongs to it, with hash the newest
 * commit's before and after.  1: gives the commit; 0: nothing was changed.
 */
int txn_finish(struct txn *t, uint8_t hash[CHAIN_HASH], struct commit **out,
    struct err *e);

/* Is the item among the changes, as they are in the end? */
bool txn_changed(struct txn *t, uint64_t id);

/* What was noted of the item so far, or NULL; lent until the next one. */
struct change *txn_change_of(struct txn *t, uint64_t id);

/* Cancel rows that say what was so before: then what a transaction writes
 * follows from the trees before and after it alone. */
int txn_tidy(struct txn *t, struct err *e);

/* --- items: txn_item.c ----------------------------------------------- */

/* Any live item, whatever the rights; ERR_NOT_FOUND. */
int txn_item(struct txn *t, uint64_t id, struct item *out, struct err *e);

/* Rows of an item: before and after, either may be NULL.  op is noted as its
 * change. */
int txn_put_item(struct txn *t, const struct item *before,
    const struct item *after, unsigned op, struct err *e);

/* A new item as described; id 0: a new one is taken. */
int txn_put_new(struct txn *t, const struct txn_new *n, uint64_t id,
    struct str order, uint64_t *out, struct err *e);

/* The id that belongs to the key, when no item has it now, or *id, or (0) a
 * new one.  ERR_CONFLICT. */
int txn_take_key(struct txn *t, struct str key, uint64_t *id, struct err *e);

/* The item's version alone; it NULL: removed. */
void txn_put_node(struct txn *t, uint64_t id, const struct item *it);

/* That the name in its folder leads to the item (or no longer does): for
 * names that change hands within one transaction. */
void txn_put_name(struct txn *t, const struct item *it, bool live);

/* A place behind the last child. */
int txn_last_place(struct txn *t, uint64_t parent, struct order *out,
    struct err *e);

/* Whether the job may change it: ERR_NOT_FOUND, ERR_FORBIDDEN. */
int txn_allowed(struct txn *t, uint64_t id, struct err *e);

/* --- rows ------------------------------------------------------------ */

void txn_put(struct txn *t, enum table table, const struct rowkey *k,
    const void *p, size_t n);
void txn_put_sealed(struct txn *t, enum table table, const struct rowkey *k,
    struct buf *value);
void txn_put_branch(struct txn *t, uint32_t id, const struct row_branch *b);
void txn_put_branch_name(struct txn *t, struct str name, uint32_t id);

/* Rows of the index, of the version it has, for what is in only one of two
 * lists: it was there before, or is now. */
void txn_put_attrs(struct txn *t, const struct item *it,
    const struct attrs *before, const struct attrs *now);

/* ERR_POLICY: the rows are more than one transaction may have. */
int txn_room(struct txn *t, struct err *e);

/* --- kinds: kinds_load.c --------------------------------------------- */

/* The row of a kind; its versions' fingerprints, the current one last. */
void txn_put_kind(struct txn *t, uint32_t id, uint32_t base, struct str name,
    const uint64_t *fps, size_t count);
int txn_put_schema(struct txn *t, struct str text, uint64_t *fp,
    struct err *e);

/* --- kinds: reindex.c ------------------------------------------------ */

/* Rows of the index for the fields of a kind that are not in it as they are
 * now, for every version of every item of the kind. */
int txn_reindex(struct txn *t, const struct kind *k, const struct kind *old,
    struct err *e);

/* --- bodies: body.c -------------------------------------------------- */

/* Append body with its fields name and folder (the parent's key, n 0: null)
 * as given; fields that are not there are passed over. */
int body_place(struct indexer *x, const struct kind *k, struct str body,
    struct str name, struct str folder, struct buf *out, struct err *e);

#endif
