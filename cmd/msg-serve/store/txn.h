/*
 * txn.h - one transaction being made, in the writer thread.
 *
 * Changes are collected as rows in memory; the transaction's view reads
 * through them, so each action sees those before it.  When one of these
 * fails, the job has to fail: all it did is dropped.  Checked here is what
 * rows can tell (the name is free, the parent is there, no circle, the job's
 * rights); kinds and values are the caller's.
 *
 * A body comes whole, with its name and folder fields right.  Where the
 * store moves or copies items itself it keeps those fields in step.
 */
#ifndef STORE_TXN_H
#define STORE_TXN_H

#include "store/view.h"

struct txn;

/* Of the job's branch, with the job's rights.  Lent; what it gives out holds
 * until the next change. */
struct view *txn_view(struct txn *t);

/* From here on another view shows what the job's rights allow in it. */
int txn_allow(struct txn *t, struct view *v, struct err *e);

const struct kinds *txn_kinds(struct txn *t);
uint64_t txn_rev(const struct txn *t);	/* that the commit would have */

struct txn_new {
	uint64_t parent;
	uint32_t kind;
	struct str name, key, body;
};

/* As the last child.  ERR_NOT_FOUND: no such parent; ERR_CONFLICT: the name
 * or the key is taken; ERR_LIMIT. */
int txn_create(struct txn *t, const struct txn_new *n, uint64_t *id,
    struct err *e);

/* A body that is the same as before is no change. */
int txn_save(struct txn *t, uint64_t id, struct str body, struct err *e);

/* Both always given.  To another parent: as its last child.  Writes name and
 * folder in the body.  ERR_CONFLICT: name taken; ERR_NOT_ALLOWED: a root, or
 * below itself. */
int txn_move(struct txn *t, uint64_t id, uint64_t parent, struct str name,
    struct err *e);

/* Just behind the sibling after; 0: the first. */
int txn_order(struct txn *t, uint64_t id, uint64_t after, struct err *e);

/* With all below it, new keys, as the last child of parent.  *copy is the
 * new top. */
int txn_copy(struct txn *t, uint64_t id, uint64_t parent, struct str name,
    uint64_t *copy, struct err *e);

/* With all below it.  ERR_NOT_ALLOWED: a root. */
int txn_remove(struct txn *t, uint64_t id, struct err *e);

/* The item's version must be this one: ERR_CONFLICT says which it is. */
int txn_expect(struct txn *t, uint64_t id, uint64_t rev, struct err *e);

/* What was touched so far, each once, in order of first touch; lent until
 * the next change. */
const struct change *txn_changes(struct txn *t, size_t *count);

/* --- kinds ----------------------------------------------------------- */

/* A new kind, or a new current version of one; name without "M.", base n 0:
 * none.  text: a whole Avro record schema.  ERR_SCHEMA, also when a version
 * from before could not be read with it.  Other checks are the caller's. */
int txn_kind(struct txn *t, struct str name, struct str base, struct str text,
    uint32_t *id, struct err *e);

/* --- branches: jobs on BRANCH_REPOSITORY, beside the describing item - */

/* from: the branch to fork, as it is now.  ERR_CONFLICT: the name is there;
 * ERR_LIMIT: too many levels. */
int txn_branch_create(struct txn *t, struct str name, uint32_t from,
    uint32_t *id, struct err *e);
int txn_branch_remove(struct txn *t, uint32_t id, struct err *e);

#endif
