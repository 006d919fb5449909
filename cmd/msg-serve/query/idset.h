/*
 * idset.h - from a 64-bit number to another; and which values came before.
 *
 * Open addressing, seeded by nothing: item ids are given by the store, and
 * sets of values are bounded by the query's limits.
 */
#ifndef QUERY_IDSET_H
#define QUERY_IDSET_H

#include <stddef.h>
#include <stdint.h>

struct idset {
	uint64_t *keys;			/* 0: free */
	uint64_t *values;
	size_t count, cap;
};

#define IDSET_INIT	{ NULL, NULL, 0, 0 }

void idset_free(struct idset *s);

/* The place of the key's value, 0 when it is new; key is not 0.  The place
 * holds until the next call. */
uint64_t *idset_at(struct idset *s, uint64_t key);

/* NULL: it is not there. */
uint64_t *idset_find(const struct idset *s, uint64_t key);

#endif
