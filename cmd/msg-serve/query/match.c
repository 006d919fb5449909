/*
 * Which items of a commit a query's result is touched by.
 *
 * A downward path is an automaton over the way from the root to an item: the
 * steps that may have been taken when a node is reached are bits of a word.
 * So a changed item is decided by its ancestors alone.
 */
#include <string.h>

#include "query/eval.h"
#include "query/idset.h"
#include "store/commit.h"

#define STEPS_MAX	63

/* --- may it be done so? ------------------------------------------------- */

/* A field of the item itself; not what other items have a part in. */
static bool
own_field(const struct expr *x)
{
	const struct step *s = x->u.path.steps;

	return !x->u.path.absolute && s != NULL && s->next == NULL &&
	    s->primary == NULL && s->preds == NULL &&
	    s->axis == AXIS_ATTRIBUTE && s->test == TEST_NAME &&
	    !str_is(s->name, "path") && !str_is(s->name, "parent") &&
	    !str_is(s->name, "contents");
}

static bool
local_predicate(const struct expr *x)
{
	switch (x->type) {
	case EXPR_PATH:
		return own_field(x);
	case EXPR_INTEGER: case EXPR_REAL: case EXPR_STRING: case EXPR_SEQ:
	case EXPR_OR: case EXPR_AND: case EXPR_COMPARE:
	case EXPR_VALUE_COMPARE: case EXPR_ARITH: case EXPR_NEGATE:
	case EXPR_PLUS: case EXPR_IF:
		break;
	case EXPR_CALL:
		if (x->func == FUNC_GET || x->func == FUNC_INDEX ||
		    x->func == FUNC_ROOT)
			return false;
		break;
	default:
		return false;
	}
	for (const struct expr *k = x->kids; k != NULL; k = k->next)
		if (!local_predicate(k))
			return false;
	return true;
}

static bool
local_path(const struct expr *x)
{
	size_t count = 0;

	for (const struct step *s = x->u.path.steps; s != NULL; s = s->next) {
		if (s->primary != NULL || s->positional ||
		    (s->axis != AXIS_CHILD && s->axis != AXIS_SELF &&
		    s->axis != AXIS_DESCENDANT &&
		    s->axis != AXIS_DESCENDANT_OR_SELF) ||
		    (s->preds != NULL && s->next != NULL) ||
		    ++count > STEPS_MAX)
			return false;
		for (const struct expr *p = s->preds; p != NULL; p = p->next)
			if (!local_predicate(p))
				return false;
	}
	return true;
}

static bool
local_expr(const struct expr *x)
{
	if (x->type == EXPR_PATH)
		return local_path(x);
	if (x->type != EXPR_UNION)
		return false;
	for (const struct expr *k = x->kids; k != NULL; k = k->next)
		if (!local_expr(k))
			return false;
	return true;
}

bool
query_is_local(const struct query *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (!local_expr(q->parts[i]))
			return false;
	return true;
}

/* --- the automaton ------------------------------------------------------ */

static bool
descends(const struct step *s)
{
	return s->axis == AXIS_DESCENDANT ||
	    s->axis == AXIS_DESCENDANT_OR_SELF;
}

static int
passes(struct run *r, const struct step *s, uint64_t id)
{
	size_t base = r->top;
	int rc = axis_test(r, s, id);

	if (rc <= 0 || s->preds == NULL)
		return rc;
	if (run_push(r, value_item(id)) < 0 ||
	    eval_predicates(r, s->preds, base, ALL) < 0)
		return -1;
	rc = r->top > base;
	r->top = base;
	return rc;
}

/* at: steps taken when the node was reached; down: steps that are on their
 * way down through it. */
struct states {
	uint64_t at, down;
};

/* From a node to the child id, or into the root (down 0, at none). */
static int
enter(struct run *r, const struct expr *path, uint64_t id, bool root,
    struct states *st)
{
	struct states old = *st;
	const struct step *s = path->u.path.steps;
	uint64_t bit = 1;
	int rc;

	*st = (struct states){ root, 0 };
	for (; s != NULL; s = s->next, bit <<= 1) {
		bool here = (st->at & bit) != 0;
		bool below = !root && ((old.at | old.down) & bit) != 0;
		bool take = false;

		if (s->axis == AXIS_CHILD)
			take = !root && (old.at & bit) != 0;
		else if (s->axis == AXIS_SELF)
			take = here;
		else if (s->axis == AXIS_DESCENDANT)
			take = below;
		else
			take = below || here;
		if (below && descends(s))
			st->down |= bit;
		if (!take)
			continue;
		rc = passes(r, s, id);
		if (rc < 0)
			return -1;
		if (rc > 0)
			st->at |= bit << 1;
	}
	return (st->at & bit) != 0;	/* all steps are taken here */
}

/* The way from the root to the item is left on the stack: 1; 0: it is not
 * there; -1. */
static int
push_way(struct run *r, uint64_t id)
{
	size_t base = r->top;
	const struct item *it;
	int rc;

	for (uint64_t at = id; at != 0; at = it->parent) {
		rc = run_item(r, at, false, &it);
		if (rc <= 0 || (at == id && it->hidden))
			return rc < 0 ? -1 : 0;
		if (run_push(r, value_item(at)) < 0)
			return -1;
	}
	for (size_t i = base, k = r->top; i < k && i < --k; i++) {
		struct value v = r->stack[i];

		r->stack[i] = r->stack[k];
		r->stack[k] = v;
	}
	return r->stack[base].u.item == ITEM_ROOT;
}

static int
path_matches(struct run *r, const struct expr *path, size_t base, size_t end)
{
	struct states st = { 0, 0 };
	int in = 0;

	for (size_t i = base; i < end; i++) {
		in = enter(r, path, r->stack[i].u.item, i == base, &st);
		if (in < 0)
			return -1;
		if ((st.at | st.down) == 0)
			return 0;
	}
	return in;
}

static int
expr_matches(struct run *r, const struct expr *x, size_t base, size_t end)
{
	int in = 0;

	if (x->type == EXPR_PATH)
		return path_matches(r, x, base, end);
	for (const struct expr *k = x->kids; k != NULL && in == 0; k = k->next)
		in = expr_matches(r, k, base, end);
	return in;
}

/* Is the item in the result?  1, 0, -1. */
static int
matches(struct run *r, const struct query *q, uint64_t id)
{
	size_t base = r->top, end;
	int in = push_way(r, id);

	end = r->top;
	if (in > 0) {
		in = 0;
		for (size_t i = 0; i < q->count && in == 0; i++)
			in = expr_matches(r, q->parts[i], base, end);
	}
	r->top = base;
	return in;
}

/* --- touches ------------------------------------------------------------ */

struct affected {
	const struct query *q;
	struct run before, after;
	struct arena *arena;
	struct query_touch *v;
	size_t count, cap;
};

static void
add(struct affected *a, struct query_touch t)
{
	struct query_touch *old = a->v;

	if (a->count == a->cap) {
		a->cap = a->cap * 2 + 16;
		a->v = arena_alloc(a->arena, a->cap * sizeof *a->v);
		if (a->count > 0)
			memcpy(a->v, old, a->count * sizeof *old);
	}
	a->v[a->count++] = t;
}

/* An item, changed itself or moved along with what it lies in. */
static int
look_at(struct affected *a, uint64_t id, const struct change *c)
{
	int before = c != NULL && c->prev_rev == 0 ? 0 :
	    matches(&a->before, a->q, id);
	int after = before < 0 ? -1 : matches(&a->after, a->q, id);

	if (before < 0 || after < 0)
		return -1;
	if (c != NULL ? before || after : before != after)
		add(a, (struct query_touch){ id, c, before, after });
	return 0;
}

/* What is below a moved item is where it was not before.  r: as it lay there
 * before or as it lies there after; rights may show it in one of them only. */
static int
look_below(struct affected *a, struct run *r, uint64_t id,
    struct idset *seen)
{
	size_t base = r->top;
	int rc = axis_children(r, id, ALL);

	for (size_t i = base; rc == 0 && i < r->top; i++) {
		uint64_t child = r->stack[i].u.item;

		if (idset_find(seen, child) == NULL) {
			*idset_at(seen, child) = 1;
			rc = look_at(a, child, NULL);
		}
		if (rc == 0)
			rc = axis_children(r, child, ALL);
	}
	r->top = base;
	return rc;
}

static int
affected_local(struct affected *a, const struct commit *c,
    struct idset *changed)
{
	if (run_bind(&a->before, a->q) < 0 || run_bind(&a->after, a->q) < 0)
		return -1;
	for (uint32_t i = 0; i < c->count; i++)
		if (look_at(a, c->changes[i].item, &c->changes[i]) < 0)
			return -1;
	for (uint32_t i = 0; i < c->count; i++) {
		uint64_t id = c->changes[i].item;

		if (!(c->changes[i].op & CHANGE_MOVE))
			continue;
		if (look_below(a, &a->after, id, changed) < 0 ||
		    (!a->before.reads_all &&
		    look_below(a, &a->before, id, changed) < 0))
			return -1;
	}
	return 0;
}

/* Items of a result, with the bit; true in *values: it has others too. */
static void
mark(const struct query_result *result, struct idset *set, uint64_t bit,
    bool *values)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct query_list *list = &result->lists[i];

		for (size_t k = 0; k < list->count; k++) {
			if (list->values[k].type != VALUE_ITEM)
				*values = true;
			else
				*idset_at(set, list->values[k].u.item) |= bit;
		}
	}
}

static bool
same_values(const struct query_result *a, const struct query_result *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct query_list *x = &a->lists[i], *y = &b->lists[i];

		if (x->count != y->count)
			return false;
		for (size_t k = 0; k < x->count; k++)
			if (!value_same(&x->values[k], &y->values[k]))
				return false;
	}
	return true;
}

/* The items of a result that changed by something elsewhere. */
static void
add_others(struct affected *a, const struct query_result *result,
    struct idset *in, const struct idset *changed)
{
	for (size_t i = 0; i < result->count; i++) {
		for (size_t k = 0; k < result->lists[i].count; k++) {
			struct value v = result->lists[i].values[k];
			uint64_t *bits;

			if (v.type != VALUE_ITEM ||
			    idset_find(changed, v.u.item) != NULL)
				continue;
			bits = idset_find(in, v.u.item);
			if (*bits == 1 || *bits == 2)
				add(a, (struct query_touch){ v.u.item, NULL,
				    *bits == 1, *bits == 2 });
			*bits = 3;
		}
	}
}

static int
affected_general(struct affected *a, const struct commit *c,
    const struct query_limits *limits, const struct idset *changed,
    struct err *e)
{
	struct query_result old, new;
	struct idset in = IDSET_INIT;
	bool values = false;

	if (query_run(a->q, a->before.view, limits, a->arena, &old, e) < 0 ||
	    query_run(a->q, a->after.view, limits, a->arena, &new, e) < 0)
		return -1;
	mark(&old, &in, 1, &values);
	mark(&new, &in, 2, &values);
	for (uint32_t i = 0; i < c->count; i++) {
		uint64_t id = c->changes[i].item;
		uint64_t *bits = idset_find(&in, id);

		if (bits != NULL)
			add(a, (struct query_touch){ id, &c->changes[i],
			    *bits & 1, *bits & 2 });
	}
	add_others(a, &old, &in, changed);
	add_others(a, &new, &in, changed);
	if (values && !same_values(&old, &new))
		add(a, (struct query_touch){ 0, NULL, true, true });
	idset_free(&in);
	return 0;
}

int
query_affected(const struct query *q, struct view *before,
    struct view *after, const struct commit *c,
    const struct query_limits *limits, struct arena *arena,
    struct query_touch **out, size_t *count, struct err *e)
{
	struct affected a = { .q = q, .arena = arena };
	struct idset changed = IDSET_INIT;
	int rc;

	run_init(&a.before, q, before, limits, arena, e);
	run_init(&a.after, q, after, limits, arena, e);
	for (uint32_t i = 0; i < c->count; i++)
		*idset_at(&changed, c->changes[i].item) = 1;
	rc = query_is_local(q) ? affected_local(&a, c, &changed) :
	    affected_general(&a, c, limits, &changed, e);
	run_clear(&a.before);
	run_clear(&a.after);
	idset_free(&changed);
	*out = a.v;
	*count = a.count;
	return rc;
}
