#include <stdlib.h>

#include "base/mem.h"
#include "store/merge_inside.h"

/* --- conflicts ------------------------------------------------------- */

static const struct item *
or_null(const struct item *it)
{
	return it->id == 0 ? NULL : it;
}

static void
tell(struct merging *g, struct merge_item *i, enum merge_why why,
    struct str field)
{
	struct merge_conflict c = { .item = i->id, .why = why,
		.field = field, .base = or_null(&i->base),
		.mine = or_null(&i->mine), .theirs = or_null(&i->theirs) };

	i->told = true;
	g->m->conflicts++;
	if (g->m->conflict != NULL)
		g->m->conflict(g->m->arg, &c);
}

static enum merge_side
side_of(struct merging *g, uint64_t id)
{
	return g->m->choose == NULL ? MERGE_NONE :
	    g->m->choose(g->m->arg, id);
}

static struct merge_item *
find(struct merging *g, uint64_t id)
{
	uintptr_t at = (uintptr_t)map_get(&g->by_id, &id, sizeof id);

	return at == 0 ? NULL : &g->v[at - 1];
}

/* --- one item from three --------------------------------------------- */

static bool
same_place(const struct item *a, const struct item *b)
{
	return a->parent == b->parent && str_eq(a->name, b->name);
}

static bool
same(const struct item *a, const struct item *b)
{
	if (a->id == 0 || b->id == 0)
		return a->id == b->id;
	return same_place(a, b) && str_eq(a->order, b->order) &&
	    str_eq(a->body, b->body);
}

struct field_told {
	struct merging *g;
	struct merge_item *i;
	bool decided;			/* a side is chosen: no conflict */
};

static void
field_told(void *arg, struct str field)
{
	struct field_told *f = arg;

	if (!f->decided)
		tell(f->g, f->i, MERGE_FIELD, field);
}

static int
merge_body(struct merging *g, struct merge_item *i, enum merge_side side,
    struct err *e)
{
	const struct kinds *ks = txn_kinds(g->t);
	const struct kind *k = ks == NULL ? NULL :
	    kinds_by_id(ks, i->theirs.kind);
	struct field_told told = { g, i, side != MERGE_NONE };
	struct buf *b = &g->t->tools->body;

	if (str_eq(i->base.body, i->theirs.body) ||
	    str_eq(i->mine.body, i->theirs.body)) {
		i->now.body = i->mine.body;
		return 0;
	}
	if (str_eq(i->base.body, i->mine.body))
		return 0;
	if (k == NULL) {
		field_told(&told, STR("body"));
		if (side == MERGE_MINE)
			i->now.body = i->mine.body;
		return 0;
	}
	buf_reset(b);
	if (body_merge(&g->t->tools->index, k, i->base.body, i->mine.body,
	    i->theirs.body, side, field_told, &told, b, e) < 0)
		return -1;
	i->now.body = (struct str){ arena_dup(&g->t->tools->arena, b->p,
	    b->n), b->n };
	return 0;
}

/* In all three, or in both sides and new. */
static int
merge_both(struct merging *g, struct merge_item *i, enum merge_side side,
    struct err *e)
{
	const struct item *b = &i->base;

	if (!same_place(&i->mine, b)) {
		if (!same_place(&i->theirs, b) &&
		    !same_place(&i->theirs, &i->mine)) {
			if (side == MERGE_NONE)
				tell(g, i, MERGE_PLACE, STR_NONE);
		}
		if (same_place(&i->theirs, b) || side == MERGE_MINE) {
			i->now.parent = i->mine.parent;
			i->now.name = i->mine.name;
			i->now.order = i->mine.order;
		}
	} else if (same_place(&i->theirs, b) &&
	    str_eq(i->theirs.order, b->order)) {
		i->now.order = i->mine.order;
	}
	return merge_body(g, i, side, e);
}

/* Fill i->now, the item as it is to be here. */
static int
decide(struct merging *g, struct merge_item *i, struct err *e)
{
	enum merge_side side;

	i->now = i->theirs;
	if (same(&i->mine, &i->base) || same(&i->mine, &i->theirs))
		return 0;
	i->change = true;
	if (same(&i->theirs, &i->base)) {
		i->now = i->mine;
		return 0;
	}
	side = side_of(g, i->id);
	g->chosen = g->chosen || side != MERGE_NONE;
	if (i->mine.id != 0 && i->theirs.id != 0) {
		if (merge_both(g, i, side, e) < 0)
			return -1;
	} else {
		if (side == MERGE_NONE)
			tell(g, i, MERGE_REMOVED, STR_NONE);
		if (side == MERGE_MINE)
			i->now = i->mine;
	}
	i->change = !same(&i->now, &i->theirs);
	return 0;
}

static int
load(struct merging *g, struct merge_item *i, struct err *e)
{
	if (view_item(&g->base, i->id, &i->base, e) < 0 ||
	    view_item(&g->mine, i->id, &i->mine, e) < 0)
		return -1;
	return view_item(&g->t->all, i->id, &i->theirs, e) < 0 ? -1 : 0;
}

/* --- do they fit together? ------------------------------------------- */

/* A folder as it is to be: there or not; -1. */
static int
will_be(struct merging *g, uint64_t id, struct err *e)
{
	struct merge_item *i = find(g, id);
	struct item it;

	if (i != NULL && i->change)
		return i->now.id != 0;
	return view_node(&g->t->all, id, &it, e);
}

static int
check_name(struct merging *g, struct merge_item *i, struct err *e)
{
	struct merge_item *o;
	uint64_t other;
	int rc = view_child(&g->t->all, i->now.parent, i->now.name, &other,
	    e);

	if (rc != 1 || other == i->id)
		return rc < 0 ? -1 : 0;
	o = find(g, other);
	if (o == NULL || !o->change || (o->now.id != 0 &&
	    same_place(&o->now, &o->theirs)))
		i->misfit = MERGE_NAME + 1;
	return 0;
}

/* From an item to the folder it is to lie in; 0: none. */
static int
go_up(struct merging *g, uint64_t *id, struct err *e)
{
	struct merge_item *i = find(g, *id);
	struct item it = { .parent = 0 };
	int rc = 1;

	if (i != NULL && i->change)
		it = i->now;
	else
		rc = view_node(&g->t->all, *id, &it, e);
	*id = rc > 0 ? it.parent : 0;
	return rc < 0 ? -1 : 0;
}

/* One side moved a below b, the other b below a.  A way up may lead into a
 * circle of others: then it comes by the same mark again (Brent). */
static int
check_circle(struct merging *g, struct merge_item *i, struct err *e)
{
	uint64_t at = i->id, mark = 0;
	size_t steps = 0, most = 1;

	do {
		if (++steps > most) {
			mark = at;
			steps = 1;
			most *= 2;
		}
		if (go_up(g, &at, e) < 0)
			return -1;
		if (at == i->id)
			i->misfit = MERGE_CIRCLE + 1;
	} while (at != 0 && at != i->id && at != mark);
	return 0;
}

static int
check_place(struct merging *g, struct merge_item *i, struct err *e)
{
	int rc;

	if (i->now.parent == 0 || (i->theirs.id != 0 &&
	    same_place(&i->now, &i->theirs)))
		return 0;
	rc = will_be(g, i->now.parent, e);
	if (rc == 0)
		i->misfit = MERGE_PARENT + 1;
	return rc < 0 || check_circle(g, i, e) < 0 ? -1 :
	    check_name(g, i, e);
}

/* What is removed must be left by all its children. */
static int
check_children(struct merging *g, struct merge_item *i, struct err *e)
{
	struct scan at = SCAN_INIT;
	uint64_t ids[32];
	int n;

	while ((n = view_children(&g->t->all, i->id, &at, ids, 32, e)) > 0)
		for (int k = 0; k < n; k++) {
			struct merge_item *c = find(g, ids[k]);

			if (c == NULL || !c->change || (c->now.id != 0 &&
			    c->now.parent == i->id)) {
				i->misfit = MERGE_CHILDREN + 1;
				return 0;
			}
		}
	return n;
}

static int
check(struct merging *g, struct merge_item *i, struct err *e)
{
	i->misfit = 0;
	if (!i->change)
		return 0;
	return i->now.id != 0 ? check_place(g, i, e) :
	    check_children(g, i, e);
}

/* What does not fit is left as it is here when so chosen; that may make
 * others not fit: again until nothing changes. */
static int
check_all(struct merging *g, struct err *e)
{
	struct merge_item *end = g->v + g->count;
	bool again;

	do {
		again = false;
		for (struct merge_item *i = g->v; i < end; i++) {
			if (check(g, i, e) < 0)
				return -1;
			if (i->misfit == 0 ||
			    side_of(g, i->id) != MERGE_THEIRS)
				continue;
			i->now = i->theirs;
			i->change = false;
			again = g->chosen = true;
		}
	} while (again);
	for (struct merge_item *i = g->v; i < end; i++)
		if (i->misfit != 0)
			tell(g, i, (enum merge_why)(i->misfit - 1), STR_NONE);
	return 0;
}

/* --- doing it -------------------------------------------------------- */

static unsigned
op_of(const struct merge_item *i)
{
	unsigned op = 0;

	if (i->theirs.id == 0)
		return CHANGE_CREATE;
	if (i->now.id == 0)
		return CHANGE_REMOVE;
	if (!same_place(&i->now, &i->theirs))
		op |= CHANGE_MOVE;
	else if (!str_eq(i->now.order, i->theirs.order))
		op |= CHANGE_ORDER;
	if (!str_eq(i->now.body, i->theirs.body))
		op |= CHANGE_SAVE;
	return op;
}

/* The right that an item needs: its own or, when it is not here, that of the
 * folder it comes into; of a new folder, of the one that is here already. */
static int
allowed(struct merging *g, const struct merge_item *i, struct err *e)
{
	uint64_t id = i->id;
	struct item it = i->now.id != 0 ? i->now : i->mine;
	int rc = i->theirs.id != 0;

	while (rc == 0) {
		id = it.parent;
		if (id == 0)
			break;
		rc = view_node(&g->t->all, id, &it, e);
		if (rc == 0 && view_node(&g->mine, id, &it, e) < 0)
			rc = -1;
	}
	return rc < 0 ? -1 : txn_allowed(g->t, id, e);
}

/* What one may not see is not named. */
static int
refused(struct merging *g, const struct merge_item *i, struct err *e)
{
	struct buf path = BUF_INIT(ERR_PATH_MAX);
	struct err ignored = ERR_INIT;

	if (e->code == ERR_NOT_FOUND)
		err_set(e, ERR_FORBIDDEN, "there are changes in it that you "
		    "have no right to take over");
	else if (e->code == ERR_FORBIDDEN && view_path(i->theirs.id != 0 ?
	    &g->t->all : &g->mine, i->id, &path, &ignored) > 0)
		(void)err_path(e, "%s", buf_cstr(&path));
	buf_free(&path);
	return -1;
}

/* Before conflicts are refused: their sides are for those alone who may
 * change the items. */
static int
check_rights(struct merging *g, struct err *e)
{
	for (struct merge_item *i = g->v; i < g->v + g->count; i++)
		if ((i->change || i->told) && allowed(g, i, e) < 0)
			return refused(g, i, e);
	return 0;
}

/* Names that one item left and another took, in whatever order. */
static void
put_names(struct merging *g)
{
	for (struct merge_item *i = g->v; i < g->v + g->count; i++)
		if (i->change && i->now.id != 0 && i->now.parent != 0 &&
		    (i->theirs.id == 0 || !same_place(&i->now, &i->theirs)))
			txn_put_name(g->t, &i->now, true);
}

/* Name and folder in the bodies, as the places have become. */
static int
put_bodies(struct merging *g, struct err *e)
{
	const struct kinds *ks = txn_kinds(g->t);
	struct buf *b = &g->t->tools->body;
	struct item folder, now, it;
	const struct kind *k;

	for (struct merge_item *i = g->v; i < g->v + g->count; i++) {
		if (!i->change || i->now.id == 0 || ks == NULL ||
		    (k = kinds_by_id(ks, i->now.kind)) == NULL)
			continue;
		if (txn_item(g->t, i->id, &now, e) < 0)
			return -1;
		folder.key = STR_NONE;
		if (now.parent != 0 &&
		    txn_item(g->t, now.parent, &folder, e) < 0)
			return -1;
		buf_reset(b);
		if (body_place(&g->t->tools->index, k, now.body, now.name,
		    folder.key, b, e) < 0)
			return -1;
		it = now;
		it.body = (struct str){ b->p, b->n };
		if (!str_eq(it.body, now.body) && txn_put_item(g->t, &now,
		    &it, CHANGE_SAVE, e) < 0)
			return -1;
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct merge_item *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* By id: in the order in which they were made. */
static void
sort(struct merging *g)
{
	qsort(g->v, g->count, sizeof *g->v, compare);
	for (size_t i = 0; i < g->count; i++)
		map_set(&g->by_id, &g->v[i].id, sizeof g->v[i].id,
		    (void *)(uintptr_t)(i + 1));
}

int
merging_run(struct merging *g, struct err *e)
{
	g->m->items = g->m->conflicts = 0;
	if (g->count == 0)
		return 0;
	sort(g);
	for (size_t k = 0; k < g->count; k++)
		if (load(g, &g->v[k], e) < 0 || decide(g, &g->v[k], e) < 0)
			return -1;
	if (check_all(g, e) < 0 || check_rights(g, e) < 0)
		return -1;
	if (g->m->conflicts > 0)
		return err_set(e, ERR_CONFLICT, "%zu conflict%s",
		    g->m->conflicts, g->m->conflicts == 1 ? "" : "s");
	for (struct merge_item *i = g->v; i < g->v + g->count; i++) {
		if (i->change && txn_put_item(g->t, or_null(&i->theirs),
		    or_null(&i->now), op_of(i), e) < 0)
			return -1;
		g->m->items += i->change;
	}
	put_names(g);
	return put_bodies(g, e);
}
