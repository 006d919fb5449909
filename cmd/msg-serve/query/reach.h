/*
 * reach.h - which parts of the tree some commits touched, so that a watch
 * elsewhere is passed over without looking at it.
 *
 * A query's anchor is the path that all of its result lies at or below; a
 * commit's reach are the paths of what it changed, before and after, and of
 * all that is above.  An anchor that is not among them cannot be touched.
 */
#ifndef QUERY_REACH_H
#define QUERY_REACH_H

#include "base/map.h"
#include "query/query.h"
#include "store/commit.h"

#define REACH_CHANGES	1000	/* of a commit; more reach everything */

/* "/news" for "/news/Page[@title = 'x']"; "/" when there is no other, or
 * when the result depends on more than what lies there.  The arena's. */
struct str query_anchor(const struct query *q, struct arena *a);

struct reach {
	struct map paths;		/* branch and path */
	bool all;
};

#define REACH_INIT	{ MAP_INIT, false }

void reach_free(struct reach *x);

/* Views of c->branch without rights, before and after c. */
void reach_add(struct reach *x, struct view *before, struct view *after,
    const struct commit *c);

bool reach_has(const struct reach *x, uint32_t branch, struct str anchor);

#endif
