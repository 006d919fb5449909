/* revert: what a commit did is undone, if nothing was built on it since. */
#include <stdio.h>
#include <string.h>

#include "service/item_action.h"
#include "store/commit.h"

struct reverting {
	struct applying *x;
	const struct commit *commit;
	struct view before, after;	/* the commit */
	bool vacated;			/* names now are those of nobody */
	const struct change **changes;	/* that one may see */
	size_t count;
};

typedef int undo_fn(struct reverting *r, const struct change *c);

static int
conflict(struct reverting *r, uint64_t id, const char *what)
{
	struct applying *x = r->x;
	struct buf path = BUF_INIT(ERR_PATH_MAX);
	struct view *v = r->vacated ? &r->after : x->view;
	struct item it;

	if (view_node(v, id, &it, x->e) != 1)
		v = &r->before;
	(void)view_path(v, id, &path, x->e);
	(void)err_set(x->e, ERR_CONFLICT, "revision %llu cannot be undone: "
	    "%s", (unsigned long long)r->commit->rev, what);
	(void)err_path(x->e, "%s", buf_cstr(&path));
	buf_free(&path);
	return -1;
}

/* Has the item what the commit left it with?  It may have got that back. */
static int
is_as_left(struct reverting *r, const struct change *c)
{
	struct view *v = r->x->view;
	struct err *e = r->x->e;
	struct item now, left;
	int rc = view_item(v, c->item, &now, e);

	if (rc > 0)
		rc = view_item(&r->after, c->item, &left, e);
	return rc <= 0 ? rc : now.parent == left.parent &&
	    str_eq(now.name, left.name) && str_eq(now.body, left.body) &&
	    (!(c->op & CHANGE_ORDER) || str_eq(now.order, left.order));
}

/* The item must be as the commit left it. */
static int
untouched(struct reverting *r, const struct change *c)
{
	struct item now;
	int rc = view_node(r->x->view, c->item, &now, r->x->e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return conflict(r, c->item, "the item was removed since");
	if (now.rev == r->commit->rev)
		return 0;
	rc = is_as_left(r, c);
	return rc != 0 ? (rc < 0 ? -1 : 0) :
	    conflict(r, c->item, "the item was changed since");
}

static int
was(struct reverting *r, uint64_t id, struct item *old)
{
	int rc = view_item(&r->before, id, old, r->x->e);

	return rc != 0 ? (rc < 0 ? -1 : 0) : conflict(r, id,
	    "what it was before cannot be read");
}

/* What was there before must be to be read, before anything is done. */
static int
readable(struct reverting *r, const struct change *c)
{
	struct item old;

	return was(r, c->item, &old);
}

/* Out of the way of what is to have its name: called as nothing that is made
 * by a slug, until it is where it was or gone. */
static int
vacate(struct reverting *r, const struct change *c)
{
	struct applying *x = r->x;
	struct item now;
	char name[32];
	int n = snprintf(name, sizeof name, ".%llu",
	    (unsigned long long)c->item);

	return view_node(x->view, c->item, &now, x->e) < 0 ? -1 :
	    txn_move(x->txn, c->item, now.parent,
	    (struct str){ name, (size_t)n }, x->e);
}

static int
undo_create(struct reverting *r, const struct change *c)
{
	struct applying *x = r->x;
	struct scan at = SCAN_INIT;
	uint64_t child;
	int rc;

	rc = view_children(x->view, c->item, &at, &child, 1, x->e);
	if (rc != 0)
		return rc < 0 ? -1 : conflict(r, child,
		    "the folder has got more items since");
	if (txn_remove(x->txn, c->item, x->e) < 0)
		return -1;
	affect(x, c->new_parent);
	return 0;
}

/* Behind the nearest of those that were before it and are still there. */
static int
undo_order(struct reverting *r, uint64_t id, uint64_t parent)
{
	struct applying *x = r->x;
	struct scan at = SCAN_INIT;
	uint64_t ids[64], after = 0;
	bool found = false;
	struct item it;
	int n;

	do {
		n = view_children(&r->before, parent, &at, ids, 64, x->e);
		for (int i = 0; i < n && !found; i++) {
			int rc = ids[i] == id ? 0 :
			    view_node(x->view, ids[i], &it, x->e);

			if (rc < 0)
				return -1;
			if (rc > 0 && it.parent == parent)
				after = ids[i];
			found = ids[i] == id;
		}
	} while (n > 0 && !found);
	return n < 0 ? -1 : txn_order(x->txn, id, after, x->e);
}

static int
undo_remove(struct reverting *r, const struct change *c)
{
	struct applying *x = r->x;
	struct item old, now;
	uint64_t id;
	int rc = view_node(x->view, c->item, &now, x->e);

	if (rc != 0)
		return rc < 0 ? -1 : conflict(r, c->item, "it is back");
	if (was(r, c->item, &old) < 0)
		return -1;
	if (txn_create(x->txn, &(struct txn_new){ .parent = old.parent,
	    .kind = old.kind, .name = old.name, .key = old.key,
	    .body = old.body }, &id, x->e) < 0 ||
	    undo_order(r, id, old.parent) < 0)
		return -1;
	affect(x, id);
	affect(x, old.parent);
	return 0;
}

/* All that was removed, each when its folder is back. */
static int
undo_removes(struct reverting *r)
{
	bool *back = arena_zero(r->x->arena, (r->count + 1) * sizeof *back);
	const struct change *waits;
	struct item folder;
	bool some;

	do {
		some = false;
		waits = NULL;
		for (size_t i = 0; i < r->count; i++) {
			const struct change *c = r->changes[i];
			int rc;

			if (back[i] || !(c->op & CHANGE_REMOVE))
				continue;
			rc = view_node(r->x->view, c->old_parent, &folder,
			    r->x->e);
			if (rc == 0)
				waits = c;
			else if (rc < 0 || undo_remove(r, c) < 0)
				return -1;
			some = some || rc > 0;
			back[i] = rc > 0;
		}
	} while (some && waits != NULL);
	return waits == NULL ? 0 : undo_remove(r, waits);
}

static int
undo_move(struct reverting *r, const struct change *c)
{
	struct applying *x = r->x;
	struct item old;

	if (was(r, c->item, &old) < 0)
		return -1;
	affect(x, c->item);
	affect(x, c->new_parent);
	affect(x, old.parent);
	return txn_move(x->txn, c->item, old.parent, old.name, x->e);
}

static int
undo_change(struct reverting *r, const struct change *c)
{
	struct applying *x = r->x;
	struct item old;
	uint64_t parent;

	if (was(r, c->item, &old) < 0)
		return -1;
	parent = old.parent;
	affect(x, c->item);
	if (c->op & CHANGE_SAVE &&
	    txn_save(x->txn, c->item, old.body, x->e) < 0)
		return -1;
	if (!(c->op & (CHANGE_MOVE | CHANGE_ORDER)) || parent == 0)
		return 0;
	affect(x, parent);
	return undo_order(r, c->item, parent);
}

/* All changes that have one of the bits. */
static int
each(struct reverting *r, unsigned op, undo_fn *fn)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->changes[i]->op & op && fn(r, r->changes[i]) < 0)
			return -1;
	return 0;
}

static bool
any(const struct reverting *r, unsigned op)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->changes[i]->op & op)
			return true;
	return false;
}

/* What was removed comes back, and what was moved to where it was; then what
 * was made goes, what is inside of it before that; then the rest. */
static int
undo(struct reverting *r)
{
	if (each(r, ~(unsigned)CHANGE_REMOVE, untouched) < 0 ||
	    each(r, ~(unsigned)CHANGE_CREATE, readable) < 0)
		return -1;
	r->vacated = any(r, CHANGE_MOVE) || (any(r, CHANGE_CREATE) &&
	    any(r, CHANGE_REMOVE));
	if (r->vacated && each(r, CHANGE_CREATE | CHANGE_MOVE, vacate) < 0)
		return -1;
	if (undo_removes(r) < 0 || each(r, CHANGE_MOVE, undo_move) < 0)
		return -1;
	for (size_t i = r->count; i-- > 0;)
		if (r->changes[i]->op & CHANGE_CREATE &&
		    undo_create(r, r->changes[i]) < 0)
			return -1;
	return each(r, CHANGE_SAVE | CHANGE_MOVE | CHANGE_ORDER,
	    undo_change);
}

static int
sees(struct view *v, uint64_t id, struct err *e)
{
	struct item it;
	int rc = view_node(v, id, &it, e);

	return rc > 0 && it.hidden ? 0 : rc;
}

/* What one may not read is as if it had not been changed. */
static int
find_changes(struct reverting *r)
{
	const struct commit *c = r->commit;
	struct applying *x = r->x;

	r->changes = arena_alloc(x->arena, (c->count + 1) *
	    sizeof *r->changes);
	for (uint32_t i = 0; i < c->count; i++) {
		int rc = sees(x->view, c->changes[i].item, x->e);

		if (rc == 0)
			rc = sees(&r->before, c->changes[i].item, x->e);
		if (rc < 0)
			return -1;
		if (rc > 0 || view_reads_all(x->view))
			r->changes[r->count++] = &c->changes[i];
	}
	return 0;
}

static int
open_before(struct reverting *r)
{
	r->before = r->after = *r->x->view;
	view_before(&r->before, r->commit->rev);
	view_before(&r->after, r->commit->rev + 1);
	return txn_allow(r->x->txn, &r->before, r->x->e) < 0 ? -1 :
	    txn_allow(r->x->txn, &r->after, r->x->e);
}

static int
no_revision(struct err *e, uint64_t rev)
{
	return err_set(e, ERR_NOT_FOUND, "there is no revision %llu",
	    (unsigned long long)rev);
}

int
item_revert(struct applying *x)
{
	struct reverting r = { .x = x };
	struct commit *c;
	uint64_t rev = x->action->rev;
	int rc = reader_commit(x->view->reader, rev, &c, x->e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return no_revision(x->e, rev);
	r.commit = c;
	if (c->branch != x->view->branch && !view_reads_all(x->view))
		rc = no_revision(x->e, rev);
	else if (c->branch != x->view->branch)
		rc = err_set(x->e, ERR_NOT_ALLOWED, "revision %llu is of "
		    "another branch", (unsigned long long)rev);
	else if (open_before(&r) < 0 || find_changes(&r) < 0)
		rc = -1;
	else
		rc = r.count == 0 && c->count > 0 ? no_revision(x->e, rev) :
		    undo(&r);
	commit_unref(c);
	return rc < 0 ? -1 : 0;
}
