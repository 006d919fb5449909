/* merge_inside.h - three trees, and what is to become of the items. */
#ifndef STORE_MERGE_INSIDE_H
#define STORE_MERGE_INSIDE_H

#include "base/map.h"
#include "store/merge.h"
#include "store/txn_inside.h"

/* One item: not there in a tree: id 0. */
struct merge_item {
	uint64_t id;
	struct item base, mine, theirs;
	struct item now;		/* as it is to be here */
	bool change;			/* now is not theirs */
	bool told;			/* it is in conflict */
	int misfit;			/* enum merge_why + 1; 0: it fits */
};

struct merging {
	struct txn *t;
	struct merge *m;
	struct view base, mine;
	struct merge_item *v;
	size_t count, cap;
	struct map by_id;		/* index + 1 */
	bool chosen;			/* a side was taken of some item */
};

/* Add an item to those looked at; again is fine. */
void merging_add(struct merging *g, uint64_t id);

/* Decide on all, tell conflicts, apply. */
int merging_run(struct merging *g, struct err *e);

/*
 * The fields of three bodies of one kind, in its current version, put into
 * out; name and folder are not looked at.  told is called for a field that
 * both changed; side then says which to take (MERGE_NONE: mine).
 */
typedef void body_conflict_fn(void *arg, struct str field);

int body_merge(struct indexer *x, const struct kind *k, struct str base,
    struct str mine, struct str theirs, enum merge_side side,
    body_conflict_fn *told, void *arg, struct buf *out, struct err *e);

#endif
