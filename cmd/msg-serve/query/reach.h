/*
 * reach.h - which parts of the tree a commit touched, so that a watch
 * elsewhere costs it nothing.
 *
 * A query's anchor is the path that all of its result lies at or below.  A
 * commit can touch the result only when it changed something at or below the
 * anchor, or moved something above it.
 */
#ifndef QUERY_REACH_H
#define QUERY_REACH_H

#include "query/query.h"
#include "store/commit.h"

#define REACH_CHANGES	20000	/* of a commit; more touch everything */

/* "/news" for "/news/Page[@title = 'x']"; "/" when there is no other, or
 * when the result depends on more than what lies there.  The arena's. */
struct str query_anchor(const struct query *q, struct arena *a);

/* Something at path was changed; below: and it went with all below it, from
 * here or to here. */
typedef void reach_fn(void *arg, struct str path, bool below);

/* Tell fn of the paths of what c changed, before and after it, in views of
 * c->branch without rights.  false: they are too many, or cannot be known. */
bool reach_commit(const struct commit *c, struct view *before,
    struct view *after, reach_fn *fn, void *arg);

/* Does a path tell of one of these anchors?  "/a" is above "/a" and "/a/b". */
bool path_above(struct str above, struct str path);

#endif
