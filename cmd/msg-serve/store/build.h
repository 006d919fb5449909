/*
 * build.h - writing a store without its writer: the first rows, an import,
 * the beginning of the chain after compaction.
 */
#ifndef STORE_BUILD_H
#define STORE_BUILD_H

#include "store/txn_inside.h"

struct build {
	struct engine *engine;
	struct reader r;		/* of the engine's open write */
	struct txn_tools tools;
	uint8_t hash[CHAIN_HASH];	/* of the newest commit */
};

/* Begins the engine's write.  build_clear after either. */
int build_begin(struct build *b, struct engine *g, struct err *e);
void build_clear(struct build *b);	/* what is not committed is dropped */

/* Durable up to here, and goes on. */
int build_commit(struct build *b, struct err *e);

/* Rows without a commit: fn puts them. */
typedef int build_fn(struct txn *t, void *arg, struct err *e);

int build_rows(struct build *b, build_fn *fn, void *arg, struct err *e);

/* A job as one commit.  1: *out is it (commit_unref); 0: it changed nothing. */
int build_job(struct build *b, struct store_job *job, struct commit **out,
    struct err *e);

void build_meta(struct txn *t, const char *name, const void *p, size_t n);

/*
 * After compaction: puts the state, and the row that the chain begins with:
 * hash, of the last commit that is gone, and the sum of all rows from before
 * r->state.compacted.
 */
int build_base(struct reader *r, struct engine *g, struct hasher *h,
    const uint8_t hash[CHAIN_HASH], struct err *e);

/* What a new store holds: revision 1 and 2. */
int build_first(struct build *b, struct err *e);

#endif
