/*
 * merge.h - taking over what was done elsewhere: publish.
 *
 * Three-way, by item and, within an item, by place and by field: what only
 * one side changed is taken, what both changed alike is fine, anything else
 * is a conflict.  All conflicts are told, and then nothing is done.
 */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "store/txn.h"

enum merge_why {
	MERGE_FIELD,			/* both changed a field */
	MERGE_PLACE,			/* both moved or renamed it */
	MERGE_REMOVED,			/* one changed what the other removed */
	MERGE_NAME,			/* its name is taken by another item */
	MERGE_PARENT,			/* its folder is not there */
	MERGE_CHILDREN,			/* removed, but has children here */
	MERGE_CIRCLE			/* it would lie below itself */
};

/* The item before both, as it is to become (mine), as it is here (theirs);
 * NULL where it is not there.  Lent for the call. */
struct merge_conflict {
	uint64_t item;
	enum merge_why why;
	struct str field;		/* MERGE_FIELD: its name; "": body */
	const struct item *base, *mine, *theirs;
};

enum merge_side { MERGE_NONE, MERGE_MINE, MERGE_THEIRS };

struct merge {
	void *arg;

	/* Told of each conflict; may be NULL. */
	void (*conflict)(void *arg, const struct merge_conflict *c);

	/* Which side to take of an item in conflict; NULL: none.  MINE does
	 * not help against MERGE_NAME and those behind it. */
	enum merge_side (*choose)(void *arg, uint64_t item);

	size_t items;			/* out: how many were taken over */
	size_t conflicts;		/* out: how many there were */
};

/* In a job on the branch that is written: take over what was done on from
 * since it was forked or merged last.  ERR_CONFLICT after telling them. */
int txn_merge(struct txn *t, uint32_t from, struct merge *m, struct err *e);

const char *merge_why_text(enum merge_why why);

#endif
