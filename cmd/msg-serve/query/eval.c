#include "query/eval.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "query/idset.h"

int
run_steps(struct run *r, uint64_t n)
{
	r->steps += n;
	if (r->steps <= r->steps_max)
		return 0;
	return err_set(r->e, ERR_POLICY, "the query takes more than %llu "
	    "steps", (unsigned long long)r->steps_max);
}

static int
grow(struct run *r)
{
	if (r->cap >= r->max)
		return err_set(r->e, ERR_POLICY, "the query holds more than "
		    "%zu values", r->max);
	if (r->stack == r->small) {
		r->cap = STACK_SMALL * 8;
		r->stack = mem_array(r->cap, sizeof *r->stack);
		memcpy(r->stack, r->small, sizeof r->small);
	} else {
		r->cap *= 2;
		r->stack = mem_realloc(r->stack, r->cap * sizeof *r->stack);
	}
	return 0;
}

int
run_push(struct run *r, struct value v)
{
	if (r->top == r->cap && grow(r) < 0)
		return -1;
	r->stack[r->top++] = v;
	return 0;
}

static bool
is_scalar(const struct value *v)
{
	return v->type != VALUE_ITEM;
}

static size_t
text_bytes(const struct value *v)
{
	return v->type == VALUE_STRING || v->type == VALUE_JSON ?
	    v->u.text.n : 0;
}

#define UNIQUE_PLAIN	8		/* so few are compared one by one */

static bool
seen_before(const struct run *r, size_t base, size_t end, size_t i)
{
	for (size_t k = base; k < end; k++)
		if (value_same(&r->stack[k], &r->stack[i]))
			return true;
	return false;
}

/* Hash to the place of the last value with it, plus one; places are chained
 * through the array before. */
int
run_unique(struct run *r, size_t base, bool keep_values)
{
	size_t n = r->top - base, end = base;
	struct idset set = IDSET_INIT;
	uint64_t *before = NULL;
	int rc = 0;

	if (n > UNIQUE_PLAIN)
		before = mem_array(n, sizeof *before);
	for (size_t i = base; i < r->top && rc == 0; i++) {
		struct value v = r->stack[i];

		if (keep_values && is_scalar(&v)) {
			r->stack[end++] = v;
			continue;
		}
		rc = run_text(r, text_bytes(&v));
		if (before == NULL) {
			if (!seen_before(r, base, end, i))
				r->stack[end++] = v;
		} else {
			uint64_t *at = idset_at(&set, value_hash(&v) | 1), k;

			for (k = *at; k > 0; k = before[k - 1])
				if (value_same(&r->stack[base + k - 1], &v))
					break;
			if (k > 0)
				continue;
			r->stack[end++] = v;
			before[end - base - 1] = *at;
			*at = end - base;
		}
	}
	r->top = end;
	idset_free(&set);
	free(before);
	return rc;
}

int
eval_truth(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;
	int truth;

	if (eval(r, x, f, 1) < 0)
		return -1;
	truth = r->top > base && value_true(&r->stack[base]);
	r->top = base;
	return truth;
}

/* Items compare with strings by their key. */
static int
make_comparable(struct run *r, struct value *v, const struct value *with)
{
	const struct item *it;
	int rc;

	if (v->type != VALUE_ITEM || with->type != VALUE_STRING)
		return 0;
	rc = run_item(r, v->u.item, false, &it);
	if (rc <= 0)
		return rc;
	if (run_push_key(r, it->key) < 0)
		return -1;
	*v = r->stack[--r->top];
	return 0;
}

static int
compare_one(struct run *r, enum expr_op op, struct value a, struct value b)
{
	size_t n, m;

	if (make_comparable(r, &a, &b) < 0 || make_comparable(r, &b, &a) < 0)
		return -1;
	n = text_bytes(&a);
	m = text_bytes(&b);
	if (run_text(r, n < m ? n : m) < 0)
		return -1;
	return value_compare(op, &a, &b);
}

/* Any value on the left with any on the right. */
static int
eval_compare(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t left = r->top, right;
	int found = 0;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	right = r->top;
	if (eval(r, x->kids->next, f, ALL) < 0)
		return -1;
	for (size_t i = left; i < right && found == 0; i++) {
		if (r->top - right > 1 && run_steps(r, r->top - right) < 0)
			return -1;
		for (size_t k = right; k < r->top && found == 0; k++)
			found = compare_one(r, x->op, r->stack[i],
			    r->stack[k]);
	}
	if (found < 0)
		return -1;
	r->top = left;
	return run_push(r, value_boolean(found));
}

/* Both operands as one value each: 1; 0: one of them is empty, and so is the
 * result; -1. */
static int
eval_two(struct run *r, const struct expr *x, const struct focus *f,
    struct value out[2])
{
	const struct expr *k = x->kids;
	size_t base = r->top;
	bool empty = false;

	for (int i = 0; i < 2 && k != NULL; i++, k = k->next) {
		if (eval(r, k, f, ALL) < 0)
			return -1;
		if (r->top - base > 1) {
			(void)err_set(r->e, ERR_VALUE, "an operand of %s has "
			    "more than one value", x->type == EXPR_ARITH ||
			    x->type == EXPR_NEGATE || x->type == EXPR_PLUS ?
			    "arithmetic" : "a comparison of single values");
			return -1;
		}
		if (r->top == base)
			empty = true;
		else
			out[i] = r->stack[base];
		r->top = base;
	}
	return !empty;
}

static int
need_number(struct run *r, const struct value *v, struct number *out)
{
	if (value_number(v, out))
		return 0;
	if (v->type == VALUE_STRING)
		return err_set(r->e, ERR_VALUE, "arithmetic wants numbers, "
		    "found '%.*s'", (int)(v->u.text.n > 40 ? 40 :
		    v->u.text.n), v->u.text.p);
	return err_set(r->e, ERR_VALUE, "arithmetic wants numbers, found %s",
	    v->type == VALUE_ITEM ? "an item" : v->type == VALUE_NULL ?
	    "null" : "a truth value");
}

static int
eval_single(struct run *r, const struct expr *x, const struct focus *f)
{
	struct value v[2] = { value_integer(0), value_integer(0) };
	struct number a, b = { false, 0, 0 }, out;
	int rc = eval_two(r, x, f, v);

	if (rc <= 0)
		return rc;
	if (x->type == EXPR_VALUE_COMPARE) {
		rc = compare_one(r, x->op, v[0], v[1]);
		return rc < 0 ? -1 : run_push(r, value_boolean(rc));
	}
	if (x->type == EXPR_IS)
		return run_push(r, value_boolean(v[0].type == VALUE_ITEM &&
		    v[1].type == VALUE_ITEM && v[0].u.item == v[1].u.item));
	if (need_number(r, &v[0], &a) < 0)
		return -1;
	if (x->type == EXPR_PLUS)
		return run_push(r, value_of(a));
	if (x->type == EXPR_NEGATE) {
		if (number_compute(OP_SUB, b, a, &out, r->e) < 0)
			return -1;
	} else if (need_number(r, &v[1], &b) < 0 ||
	    number_compute(x->op, a, b, &out, r->e) < 0) {
		return -1;
	}
	return run_push(r, value_of(out));
}

/* For, some and every: want counts only where the values are the result. */
static int
eval_binding(struct run *r, const struct expr *x, const struct focus *f,
    size_t want)
{
	bool loop = x->type == EXPR_FOR, every = x->type == EXPR_EVERY;
	struct value kept = r->vars[x->slot];
	size_t base = r->top, end;
	int truth = every, rc = -1;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	end = r->top;
	for (size_t i = base; i < end; i++) {
		if (run_steps(r, 1) < 0)
			goto out;
		r->vars[x->slot] = r->stack[i];
		if (loop) {
			if (eval(r, x->kids->next, f, want) < 0)
				goto out;
			if (r->top - end >= want)
				break;
			continue;
		}
		truth = eval_truth(r, x->kids->next, f);
		if (truth < 0)
			goto out;
		if (truth != every)
			break;
	}
	if (loop) {
		memmove(r->stack + base, r->stack + end,
		    (r->top - end) * sizeof *r->stack);
		r->top -= end - base;
		rc = 0;
	} else {
		r->top = base;
		rc = run_push(r, value_boolean(truth));
	}
out:
	r->vars[x->slot] = kept;
	return rc;
}

/* Keep of stack[base..mid) what is, or is not, in stack[mid..top). */
static int
keep_if_in(struct run *r, size_t base, size_t mid, bool in)
{
	size_t n = r->top - mid, end = base;
	struct idset set = IDSET_INIT;
	uint64_t *before = mem_array(n, sizeof *before), k, *at;
	int rc = 0;

	for (size_t i = base; i < r->top && rc == 0; i++)
		rc = run_text(r, text_bytes(&r->stack[i]));
	for (size_t i = 0; i < n && rc == 0; i++) {
		at = idset_at(&set, value_hash(&r->stack[mid + i]) | 1);
		before[i] = *at;
		*at = i + 1;
	}
	for (size_t i = base; i < mid && rc == 0; i++) {
		at = idset_find(&set, value_hash(&r->stack[i]) | 1);
		for (k = at == NULL ? 0 : *at; k > 0; k = before[k - 1])
			if (value_same(&r->stack[mid + k - 1], &r->stack[i]))
				break;
		if ((k > 0) == in)
			r->stack[end++] = r->stack[i];
	}
	r->top = end;
	idset_free(&set);
	free(before);
	return rc;
}

static int
eval_set(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top, mid = base;

	for (const struct expr *k = x->kids; k != NULL; k = k->next) {
		mid = r->top;
		if (eval(r, k, f, ALL) < 0)
			return -1;
	}
	if (x->type != EXPR_UNION &&
	    keep_if_in(r, base, mid, x->type == EXPR_INTERSECT) < 0)
		return -1;
	return run_unique(r, base, false);
}

static int
eval_logic(struct run *r, const struct expr *x, const struct focus *f)
{
	int truth = 0, stop = x->type == EXPR_OR;

	for (const struct expr *k = x->kids; k != NULL; k = k->next) {
		truth = eval_truth(r, k, f);
		if (truth < 0)
			return -1;
		if (truth == stop)
			break;
	}
	return run_push(r, value_boolean(truth));
}

static int
eval_sequence(struct run *r, const struct expr *x, const struct focus *f,
    size_t want)
{
	size_t base = r->top;

	for (const struct expr *k = x->kids; k != NULL; k = k->next) {
		if (r->top - base >= want)
			break;
		if (eval(r, k, f, want) < 0)
			return -1;
	}
	return 0;
}

static int
eval_if(struct run *r, const struct expr *x, const struct focus *f,
    size_t want)
{
	int truth = eval_truth(r, x->kids, f);

	if (truth < 0)
		return -1;
	return eval(r, truth ? x->kids->next : x->kids->next->next, f, want);
}

int
eval(struct run *r, const struct expr *x, const struct focus *f, size_t want)
{
	switch (x->type) {
	case EXPR_INTEGER:
		return run_push(r, value_integer(x->u.integer));
	case EXPR_REAL:
		return run_push(r, (struct value){ .type = VALUE_REAL,
		    .u.real = x->u.real });
	case EXPR_STRING:
		return run_push(r, value_string(x->u.text));
	case EXPR_VAR:
		return run_push(r, r->vars[x->slot]);
	case EXPR_SEQ:
		return eval_sequence(r, x, f, want);
	case EXPR_OR: case EXPR_AND:
		return eval_logic(r, x, f);
	case EXPR_UNION: case EXPR_INTERSECT: case EXPR_EXCEPT:
		return eval_set(r, x, f);
	case EXPR_COMPARE:
		return eval_compare(r, x, f);
	case EXPR_VALUE_COMPARE: case EXPR_IS: case EXPR_ARITH:
	case EXPR_NEGATE: case EXPR_PLUS:
		return eval_single(r, x, f);
	case EXPR_IF:
		return eval_if(r, x, f, want);
	case EXPR_FOR: case EXPR_SOME: case EXPR_EVERY:
		return eval_binding(r, x, f, want);
	case EXPR_CALL:
		return eval_call(r, x, f, want);
	default:
		return eval_path(r, x, f, want);
	}
}
