/*
 * record.h - lists of the repository's items in an answer: users, branches.
 */
#ifndef SERVICE_RECORD_H
#define SERVICE_RECORD_H

#include "service/command.h"

/* Appends an item to the payload: 1; 0: the caller does not see it; -1. */
typedef int record_fn(struct call *c, struct view *v, uint64_t id,
    struct err *e);

/* All children of a hidden root, as a list. */
int record_children(struct call *c, struct view *v, uint64_t parent,
    record_fn *fn, struct err *e);

/* These, as a list. */
int record_list(struct call *c, struct view *v, const uint64_t *ids,
    size_t count, record_fn *fn, struct err *e);

/* A retry did nothing: which items the first try left, by its commit.  No
 * more than it had actions. */
int record_recall(struct reader *r, uint64_t rev, uint64_t *ids,
    size_t *count, struct err *e);

#endif
