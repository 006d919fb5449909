/*
 * engine_inside.h - what the files of the LMDB engine share.
 */
#ifndef STORE_ENGINE_INSIDE_H
#define STORE_ENGINE_INSIDE_H

#include <stddef.h>

struct MDB_txn;

/* How many of the pages from first on are free, says LMDB's list of them: 0,
 * or its error. */
int engine_count_free(struct MDB_txn *txn, size_t first, size_t *out);

#endif
