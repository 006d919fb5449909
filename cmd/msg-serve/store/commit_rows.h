/*
 * commit_rows.h - commits as rows: made by the writer, read by history.
 */
#ifndef STORE_COMMIT_ROWS_H
#define STORE_COMMIT_ROWS_H

#include "base/buf.h"
#include "store/chain.h"
#include "store/commit.h"

/* Gives a commit (commit_unref) with room for count changes and copies of
 * the strings. */
struct commit *commit_new(struct str author, struct str message,
    uint32_t count);

/* Appends what the chain's hash covers, then (all) the hash too. */
void commit_put(struct buf *out, const struct commit *c,
    const struct chain_sum *sum, bool all);

/* Gives a commit (commit_unref) without its changes. */
int commit_get(struct commit **out, uint64_t rev, struct str value,
    struct chain_sum *sum, struct err *e);

#endif
