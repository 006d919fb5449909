#include "query/eval.h"

#include <string.h>

/* A body over this size is put together, which takes time and memory. */
#define BODY_APART	((size_t)64 << 10)

int
run_item(struct run *r, uint64_t id, bool whole, const struct item **out)
{
	int rc;

	*out = &r->item;
	if (r->item.id == id && (r->item_whole || !whole))
		return 1;
	if (run_steps(r, 1) < 0)
		return -1;
	r->kind = NULL;
	rc = whole ? view_item(r->view, id, &r->item, r->e) :
	    view_node(r->view, id, &r->item, r->e);
	r->item_whole = whole || r->item.body.n > 0;
	if (rc <= 0)
		r->item.id = 0;
	if (rc > 0 && whole && r->item.body.n > BODY_APART &&
	    run_steps(r, r->item.body.n / TEXT_COPIED) < 0)
		return -1;
	return rc;
}

static bool
node_passes(const struct run *r, const struct step *s, const struct item *it)
{
	if (s->test == TEST_NAME)
		return str_eq(it->name, s->name);
	if (s->test == TEST_KIND) {
		const struct kind *k = kinds_by_id(r->kinds, it->kind);

		return !it->hidden && k != NULL &&
		    kind_is_a(k, r->slots[s->id].kind);
	}
	return true;
}

int
axis_test(struct run *r, const struct step *s, uint64_t id)
{
	const struct item *it;
	int rc;

	if (s->test == TEST_ANY)
		return 1;
	rc = run_item(r, id, false, &it);
	return rc <= 0 ? rc : node_passes(r, s, it);
}

/* Push the item when it is there and passes. */
static int
push_if(struct run *r, const struct step *s, uint64_t id)
{
	int rc = axis_test(r, s, id);

	return rc <= 0 ? rc : run_push(r, value_item(id));
}

#define BATCH	64

int
axis_children(struct run *r, uint64_t id, size_t want)
{
	struct scan at = SCAN_INIT;
	uint64_t ids[BATCH];
	int n;

	if (run_steps(r, 1) < 0)
		return -1;
	do {
		n = view_children(r->view, id, &at, ids, want == 1 ? 1 :
		    BATCH, r->e);
		if (n < 0 || run_steps(r, (uint64_t)n) < 0)
			return -1;
		for (int i = 0; i < n; i++)
			if (run_push(r, value_item(ids[i])) < 0)
				return -1;
	} while (n > 0 && want != 1 && !at.done);
	return 0;
}

/* Keep of stack[base..top) what passes. */
static int
keep_passing(struct run *r, const struct step *s, size_t base, size_t want)
{
	size_t end = base, top = r->top;

	if (s->test == TEST_ANY)
		return 0;
	for (size_t i = base; i < top && end - base < want; i++) {
		int rc = axis_test(r, s, r->stack[i].u.item);

		if (rc < 0)
			return -1;
		if (rc > 0)
			r->stack[end++] = r->stack[i];
	}
	r->top = end;
	return 0;
}

static int
eval_child(struct run *r, const struct step *s, uint64_t id, size_t want)
{
	size_t base = r->top;
	uint64_t child;
	int rc;

	if (s->test == TEST_NAME) {
		if (run_steps(r, 1) < 0)
			return -1;
		rc = view_child(r->view, id, s->name, &child, r->e);
		return rc <= 0 ? rc : run_push(r, value_item(child));
	}
	if (axis_children(r, id, s->test == TEST_ANY ? want : ALL) < 0)
		return -1;
	return keep_passing(r, s, base, want);
}

/* Can it have children?  Asked where the node is at hand anyway. */
static int
is_folder(struct run *r, uint64_t id)
{
	const struct item *it;
	const struct kind *k;
	int rc = run_item(r, id, false, &it);

	if (rc <= 0)
		return rc;
	k = kinds_by_id(r->kinds, it->kind);
	return k == NULL || k->f_contents >= 0;
}

/* Breadth first: the result is its own queue.  stack[base] is the top. */
static int
descend(struct run *r, const struct step *s, size_t base)
{
	for (size_t i = base; i < r->top; i++) {
		int rc = s->test == TEST_ANY ? 1 :
		    is_folder(r, r->stack[i].u.item);

		if (rc < 0)
			return -1;
		if (rc > 0 && axis_children(r, r->stack[i].u.item, ALL) < 0)
			return -1;
	}
	return 0;
}

static int
eval_descendant(struct run *r, const struct step *s, uint64_t id,
    size_t want)
{
	size_t base = r->top;

	if (s->axis == AXIS_DESCENDANT_OR_SELF) {
		if (run_push(r, value_item(id)) < 0)
			return -1;
	} else if (axis_children(r, id, ALL) < 0) {
		return -1;
	}
	if (want == 1 && s->test == TEST_ANY) {
		if (r->top > base + 1)
			r->top = base + 1;
		return 0;
	}
	if (descend(r, s, base) < 0)
		return -1;
	return keep_passing(r, s, base, want);
}

static int
eval_up(struct run *r, const struct step *s, uint64_t id, size_t want)
{
	size_t base = r->top;
	const struct item *it;
	int rc;

	if (s->axis == AXIS_ANCESTOR_OR_SELF && push_if(r, s, id) < 0)
		return -1;
	while (r->top - base < want) {
		rc = run_item(r, id, false, &it);
		if (rc <= 0)
			return rc;
		id = it->parent;
		if (id == 0)
			break;
		rc = run_item(r, id, false, &it);
		if (rc <= 0)
			return rc;
		if (node_passes(r, s, it) && run_push(r, value_item(id)) < 0)
			return -1;
		if (s->axis == AXIS_PARENT)
			break;
	}
	return 0;
}

/* With the tree below, for the axes that go on there. */
static int
push_sibling(struct run *r, const struct step *s, uint64_t id)
{
	if (s->axis == AXIS_FOLLOWING || s->axis == AXIS_PRECEDING) {
		size_t base = r->top;

		if (run_push(r, value_item(id)) < 0 ||
		    descend(r, s, base) < 0)
			return -1;
		return keep_passing(r, s, base, ALL);
	}
	return push_if(r, s, id);
}

static int
eval_sibling(struct run *r, const struct step *s, uint64_t id)
{
	bool before = s->axis == AXIS_PRECEDING ||
	    s->axis == AXIS_PRECEDING_SIBLING || s->axis == AXIS_SIBLING;
	bool behind = s->axis == AXIS_FOLLOWING ||
	    s->axis == AXIS_FOLLOWING_SIBLING || s->axis == AXIS_SIBLING;
	size_t base = r->top, end, n;
	const struct item *it;
	bool passed = false;
	int rc = run_item(r, id, false, &it);

	if (rc <= 0 || it->parent == 0)
		return rc < 0 ? -1 : 0;
	if (axis_children(r, it->parent, ALL) < 0)
		return -1;
	end = r->top;
	for (size_t i = base; i < end; i++) {
		uint64_t sibling = r->stack[i].u.item;

		if (sibling == id)
			passed = true;
		else if ((passed ? behind : before) &&
		    push_sibling(r, s, sibling) < 0)
			return -1;
	}
	n = r->top - end;
	memmove(r->stack + base, r->stack + end, n * sizeof *r->stack);
	r->top = base + n;
	return 0;
}

int
eval_axis(struct run *r, const struct step *s, uint64_t id, size_t want)
{
	switch (s->axis) {
	case AXIS_CHILD:
		return eval_child(r, s, id, want);
	case AXIS_SELF:
		return push_if(r, s, id);
	case AXIS_PARENT: case AXIS_ANCESTOR: case AXIS_ANCESTOR_OR_SELF:
		return eval_up(r, s, id, want);
	case AXIS_DESCENDANT: case AXIS_DESCENDANT_OR_SELF:
		return eval_descendant(r, s, id, want);
	default:
		return eval_sibling(r, s, id);
	}
}
