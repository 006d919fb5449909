#include "query/reach.h"

#include <string.h>

#include "query/expr.h"
#include "store/view.h"

#define REACH_PATH_MAX	((size_t)64 << 10)

struct str
query_anchor(const struct query *q, struct arena *a)
{
	struct buf path = BUF_INIT(QUERY_TEXT_MAX);
	const struct step *s = q->parts[0]->u.path.steps;
	struct str out = STR("/");

	if (q->count != 1 || q->parts[0]->type != EXPR_PATH ||
	    !query_is_local(q))
		return out;
	for (; s != NULL && s->axis == AXIS_CHILD && s->test == TEST_NAME;
	    s = s->next) {
		buf_putc(&path, '/');
		buf_put(&path, s->name.p, s->name.n);
	}
	if (path.n > 0)
		out = (struct str){ arena_strn(a, path.p, path.n), path.n };
	buf_free(&path);
	return out;
}

bool
path_above(struct str above, struct str path)
{
	if (above.n == 1)
		return true;		/* "/" */
	return path.n >= above.n && memcmp(path.p, above.p, above.n) == 0 &&
	    (path.n == above.n || path.p[above.n] == '/');
}

/* 1 told, 0 it is not there, -1. */
static int
tell(struct view *v, const struct change *c, reach_fn *fn, void *arg)
{
	struct buf path = BUF_INIT(REACH_PATH_MAX);
	struct err ignored = ERR_INIT;
	int rc = view_path(v, c->item, &path, &ignored);

	if (buf_full(&path))
		rc = -1;
	else if (rc > 0)
		fn(arg, (struct str){ path.p, path.n },
		    (c->op & CHANGE_MOVE) != 0);
	buf_free(&path);
	return rc;
}

bool
reach_commit(const struct commit *c, struct view *before, struct view *after,
    reach_fn *fn, void *arg)
{
	if (c->count > REACH_CHANGES)
		return false;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct change *x = &c->changes[i];

		if (x->prev_rev != 0 && tell(before, x, fn, arg) < 0)
			return false;
		if (!(x->op & CHANGE_REMOVE) && tell(after, x, fn, arg) < 0)
			return false;
	}
	return true;
}
