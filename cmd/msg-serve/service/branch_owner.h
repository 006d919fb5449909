/*
 * branch_owner.h - the item that describes a branch, and whose branch it is.
 *
 * A branch with an owner is there for him, for administrators and for who may
 * read the whole tree; only he and administrators change what is on it.  One
 * without an owner, as live and staging are, is everybody's: there the paths
 * decide alone.
 */
#ifndef SERVICE_BRANCH_OWNER_H
#define SERVICE_BRANCH_OWNER_H

#include <stdbool.h>

#include "base/arena.h"
#include "store/view.h"

struct account;

/* Who owns it and what it publishes to, in the arena; v is of the
 * repository.  1, 0 no such branch, -1. */
int branch_describe(struct view *v, struct str name, struct arena *a,
    struct str *owner, struct str *publish, struct err *e);

/* Is a branch of that owner there for the caller? */
bool branch_sees_owner(const struct account *a, struct str owner);

/* The branch of that name, as the caller sees it: 1, 0 there is none for
 * him, -1. */
int branch_find(const struct account *a, struct reader *r, struct str name,
    struct branch *out, struct err *e);

/* May the caller change what is on it?  -1: ERR_FORBIDDEN, or ERR_NOT_FOUND
 * when it is not there for him. */
int branch_check_change(const struct account *a, struct reader *r,
    uint32_t id, struct err *e);

/* "there is no branch 'name'": the same whether it is hidden or absent. */
int branch_missing(struct str name, struct err *e);

#endif
