/*
 * commit.h - what one transaction did, for history and for watchers.
 *
 * A commit is immutable and counted: the writer makes it once, every worker
 * that has watchers keeps a reference.  An item is at most once in it, in
 * the order of first touch.
 */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct reader;

/* What happened to an item; several at once are possible (saved and moved).
 * CREATE and REMOVE stand for all else that happened with it. */
enum change_op {
	CHANGE_CREATE = 1,
	CHANGE_SAVE = 2,
	CHANGE_MOVE = 4,		/* other parent or other name */
	CHANGE_ORDER = 8,		/* other place among its siblings */
	CHANGE_REMOVE = 16
};

struct change {
	uint64_t item;
	unsigned op;			/* of enum change_op */
	uint64_t prev_rev;		/* the version before; 0: created */
	uint64_t old_parent;		/* 0: created */
	uint64_t new_parent;		/* 0: removed */
};

struct commit {
	atomic_uint refs;
	uint64_t rev;
	uint32_t branch;
	uint64_t parent_rev;		/* before it on the branch; 0: first */
	uint32_t merged_branch;		/* published from it */
	uint64_t merged_rev;		/* as it was then; 0: no merge */
	int64_t time_us;
	struct str author, message;
	uint8_t txid[16];		/* zeros: none */
	uint8_t hash[32];		/* the chain: over the one before too */
	uint32_t count;
	struct change *changes;
};

struct commit *commit_ref(struct commit *c);
void commit_unref(struct commit *c);		/* NULL is fine */

/* A commit of history: 1 and a reference (commit_unref), 0 there is no such
 * revision, -1; ERR_GONE when it is no longer kept. */
int reader_commit(struct reader *r, uint64_t rev, struct commit **out,
    struct err *e);

/* Author, time, message without the changes (count 0): kept as long as a
 * version of that revision is.  As reader_commit. */
int reader_commit_head(struct reader *r, uint64_t rev, struct commit **out,
    struct err *e);

/*
 * The log.  Fill what is asked for, the rest zero; then call until 0.
 * Newest first; at is where to go on (a revision: a page's cursor).
 */
struct log_query {
	uint32_t branch;
	uint64_t item;			/* 0: any; else changes of this one, */
	bool subtree;			/* or of what lies below it (as it
					   does now or did then) */
	struct str author;		/* bare JID; n 0: any */
	int64_t from_us, to_us;		/* from <= time < to; 0: open */
	uint64_t at;			/* only older than this; 0: newest */
	uint64_t steps;			/* so many commits and changes may be
					   looked at yet */
};

/* 1: *out is the next (commit_unref), q->at was moved to it; 0: no more;
 * -1: ERR_POLICY when the steps are used up. */
int reader_log(struct reader *r, struct log_query *q, struct commit **out,
    struct err *e);

#endif
