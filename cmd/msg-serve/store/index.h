/*
 * index.h - the values by which an item is found: what its ATTR rows are.
 *
 * Field 0 without a value: the item is there and of this kind.  Its name.
 * Every field of the kind's current schema with "index": true, one value for
 * each element of an array; null is none.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "avro/plan.h"
#include "store/kinds.h"
#include "store/view.h"

struct attr_row {
	uint32_t field;
	struct attr value;
};

/* Sorted, each once. */
struct attrs {
	struct attr_row *v;
	size_t count, cap;
};

void attrs_free(struct attrs *a);

/* Working memory of one thread. */
struct indexer {
	struct plan_run *run;
	struct buf resolved;
	size_t *ends;
	size_t ends_cap;
};

void indexer_init(struct indexer *x);
void indexer_free(struct indexer *x);

/* Replaces what a held.  k NULL: the kind is not known (yet). */
int index_item(struct indexer *x, const struct kind *k, struct str name,
    struct str body, struct attrs *a, struct err *e);

int attr_row_cmp(const struct attr_row *a, const struct attr_row *b);

#endif
