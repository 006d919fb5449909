#include "query/eval.h"

#include <string.h>

/* One predicate over stack[base..top), in place. */
static int
filter(struct run *r, const struct expr *x, size_t base, size_t want)
{
	size_t count = r->top - base, end = base;
	struct focus f = { .last = count - 1 };

	for (size_t i = 0; i < count; i++) {
		int keep;

		if (end - base >= want)
			break;
		f.value = r->stack[base + i];
		f.position = i;
		keep = eval_truth(r, x, &f);
		if (keep < 0)
			return -1;
		if (keep)
			r->stack[end++] = f.value;
	}
	r->top = end;
	return 0;
}

/* A number picks the value of that index; what is no whole number, or none
 * at all, picks nothing. */
static int
pick(struct run *r, const struct expr *x, size_t base)
{
	size_t top = r->top, count = top - base;
	struct focus f = { .value = r->stack[base], .last = count - 1 };
	struct number n;
	struct value v;

	if (eval(r, x, &f, ALL) < 0)
		return -1;
	v = r->stack[top];
	r->top = base;
	if (!value_number(&v, &n))
		return 0;
	if (n.real && n.d >= 0 && n.d < (double)count)
		n.i = (int64_t)n.d;
	if (n.i < 0 || (uint64_t)n.i >= count || (n.real &&
	    (n.d < (double)n.i || n.d > (double)n.i)))
		return 0;
	r->stack[r->top++] = r->stack[base + (size_t)n.i];
	return 0;
}

int
eval_predicates(struct run *r, const struct expr *preds, size_t base,
    size_t want)
{
	for (const struct expr *x = preds; x != NULL; x = x->next) {
		if (r->top == base)
			return 0;
		if (x->index ? pick(r, x, base) < 0 :
		    filter(r, x, base, x->next == NULL ? want : ALL) < 0)
			return -1;
	}
	return 0;
}

/* One step for one value. */
static int
eval_step(struct run *r, const struct step *s, const struct focus *f,
    size_t want)
{
	size_t base = r->top, need = s->preds == NULL ? want : ALL;
	int rc;

	if (s->primary != NULL)
		rc = eval(r, s->primary, f, need);
	else if (s->axis == AXIS_SELF && s->test == TEST_ANY)
		rc = run_push(r, f->value);
	else if (f->value.type != VALUE_ITEM)
		rc = 0;
	else if (s->axis == AXIS_ATTRIBUTE)
		rc = eval_field(r, s, f->value.u.item);
	else
		rc = eval_axis(r, s, f->value.u.item, need);
	if (rc < 0)
		return -1;
	return eval_predicates(r, s->preds, base, want);
}

/* Can the step give the same item from two contexts? */
static bool
may_repeat(const struct step *s)
{
	return s->primary != NULL || (s->axis != AXIS_CHILD &&
	    s->axis != AXIS_SELF);
}

static void
take_note(struct run *r, const struct step *s, size_t in, size_t out,
    uint64_t steps, const char *how)
{
	struct note *n = &r->notes[s->id];

	n->runs++;
	n->in += in;
	n->out += out;
	n->steps += steps;
	if (how != NULL)
		n->how = how;		/* else eval_index has said it */
}

/* The step for all values of stack[base..top), which its result replaces.
 * *at is moved to the last step that was done along with it. */
static int
eval_steps(struct run *r, const struct step **at, size_t base, bool keep,
    size_t want)
{
	const struct step *s = *at, *last = s;
	size_t count = r->top - base, from = r->top;
	uint64_t steps = r->steps;
	bool by_index = count == 1 && index_may(s) &&
	    r->stack[base].type == VALUE_ITEM;

	if (by_index) {
		int rc = eval_index(r, s, r->stack[base].u.item, &last,
		    want);

		if (rc < 0)
			return -1;
		by_index = rc == 1;
	}
	if (s->next != NULL && !by_index)
		want = ALL;
	for (size_t i = 0; i < count && !by_index; i++) {
		struct focus f = { r->stack[base + i], i, count - 1 };

		if (eval_step(r, s, &f, want) < 0)
			return -1;
		if (r->top - from >= want)
			break;
	}
	if (may_repeat(last) && (count > 1 || last->primary != NULL ||
	    last->axis == AXIS_ATTRIBUTE) && run_unique(r, from, keep) < 0)
		return -1;
	if (r->notes != NULL)
		take_note(r, last, count, r->top - from, r->steps - steps,
		    by_index ? NULL : "");
	memmove(r->stack + base, r->stack + from,
	    (r->top - from) * sizeof *r->stack);
	r->top -= count;
	*at = last;
	return 0;
}

int
run_drop_hidden(struct run *r, size_t base)
{
	size_t end = base;
	const struct item *it;

	if (r->reads_all)
		return 0;
	for (size_t i = base; i < r->top; i++) {
		int rc = 1;

		if (r->stack[i].type == VALUE_ITEM)
			rc = run_item(r, r->stack[i].u.item, false, &it);
		if (rc < 0)
			return -1;
		if (rc > 0 && (r->stack[i].type != VALUE_ITEM || !it->hidden))
			r->stack[end++] = r->stack[i];
	}
	r->top = end;
	return 0;
}

int
eval_path(struct run *r, const struct expr *x, const struct focus *f,
    size_t want)
{
	size_t base = r->top;

	if (!r->reads_all)
		want = ALL;		/* the first may be a hidden one */
	if (run_push(r, x->u.path.absolute ? value_item(ITEM_ROOT) :
	    f->value) < 0)
		return -1;
	for (const struct step *s = x->u.path.steps; s != NULL; s = s->next) {
		if (s == x->u.path.steps && s->primary != NULL) {
			/* The first primary is asked about the same. */
			if (eval_step(r, s, f, s->next == NULL ? want :
			    ALL) < 0)
				return -1;
			memmove(r->stack + base, r->stack + base + 1,
			    (r->top - base - 1) * sizeof *r->stack);
			r->top--;
			if (run_unique(r, base, x->u.path.keep) < 0)
				return -1;
		} else if (eval_steps(r, &s, base, x->u.path.keep,
		    want) < 0) {
			return -1;
		}
		if (r->top == base)
			break;
	}
	return run_drop_hidden(r, base);
}
