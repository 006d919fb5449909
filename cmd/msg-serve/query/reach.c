#include "query/reach.h"

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

void
reach_free(struct reach *x)
{
	map_free(&x->paths);
}

static void
key(struct buf *out, uint32_t branch, struct str path)
{
	buf_reset(out);
	buf_put(out, &branch, sizeof branch);
	buf_put(out, path.p, path.n);
}

/* The path, and all above it. */
static void
add_path(struct reach *x, uint32_t branch, struct str path)
{
	struct buf k = BUF_INIT(REACH_PATH_MAX + sizeof branch);
	size_t head = sizeof branch;

	key(&k, branch, path);
	if (buf_full(&k)) {
		x->all = true;
		buf_free(&k);
		return;
	}
	for (size_t n = k.n; n > head; n--)
		if ((n == k.n || k.p[n] == '/') && n > head + 1 &&
		    map_set(&x->paths, k.p, n, x) != NULL)
			break;		/* those above are there too */
	map_set(&x->paths, k.p, head + 1, x);	/* "/" */
	buf_free(&k);
}

static void
add_item(struct reach *x, struct view *v, uint64_t id)
{
	struct buf path = BUF_INIT(REACH_PATH_MAX);
	struct err ignored = ERR_INIT;
	int rc = view_path(v, id, &path, &ignored);

	if (rc < 0 || buf_full(&path))
		x->all = true;
	else if (rc > 0)
		add_path(x, v->branch, (struct str){ path.p, path.n });
	buf_free(&path);
}

void
reach_add(struct reach *x, struct view *before, struct view *after,
    const struct commit *c)
{
	if (c->count > REACH_CHANGES)
		x->all = true;
	for (uint32_t i = 0; i < c->count && !x->all; i++) {
		const struct change *ch = &c->changes[i];

		/* What lies below a moved item has moved, too. */
		if (ch->op & CHANGE_MOVE)
			x->all = true;
		if (ch->prev_rev != 0)
			add_item(x, before, ch->item);
		if (!(ch->op & CHANGE_REMOVE))
			add_item(x, after, ch->item);
	}
}

bool
reach_has(const struct reach *x, uint32_t branch, struct str anchor)
{
	struct buf k = BUF_INIT(REACH_PATH_MAX + sizeof branch);
	bool has;

	if (x->all)
		return true;
	key(&k, branch, anchor);
	has = buf_full(&k) || map_get(&x->paths, k.p, k.n) != NULL;
	buf_free(&k);
	return has;
}
