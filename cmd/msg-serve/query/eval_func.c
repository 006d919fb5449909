#define _GNU_SOURCE		/* memmem, which is linear */

#include "query/eval.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>

#include "base/text.h"
#include "query/regex.h"
#include "store/key.h"

/* The argument's values are stack[base..top); without one, the focus. */
static int
argument(struct run *r, const struct expr *x, const struct focus *f,
    size_t want)
{
	if (x->kids == NULL)
		return run_push(r, f->value);
	return eval(r, x->kids, f, want);
}

/* Lower case, in the arena. */
static struct str
lower(struct run *r, struct str s)
{
	size_t n = 0;
	uint8_t *low;
	struct str out;

	low = u8_tolower((const uint8_t *)s.p, s.n, NULL, NULL, NULL, &n);
	if (low == NULL)
		return s;
	out = (struct str){ arena_strn(r->arena, (char *)low, n), n };
	free(low);
	return out;
}

static bool
contains(struct str s, struct str part)
{
	return part.n == 0 || (s.n >= part.n &&
	    memmem(s.p, s.n, part.p, part.n) != NULL);
}

static int
matches(struct run *r, struct str s, struct str pattern)
{
	if (r->regex == NULL)
		r->regex = regex_new(r->arena);
	if (r->pattern.p == NULL || !str_eq(r->pattern, pattern)) {
		r->pattern = STR_NONE;
		if (regex_compile(r->regex, r->arena, pattern, r->e) < 0 ||
		    run_steps(r, regex_size(r->regex)) < 0)
			return -1;
		r->pattern = pattern;
	}
	if (run_steps(r, s.n * regex_size(r->regex) / 256) < 0)
		return -1;
	return regex_matches(r->regex, s);
}

static bool
word_at(struct str s, size_t i, size_t *len)
{
	return uc_is_alnum(utf8_get(s.p + i, s.n - i, len));
}

/* The next word of s from *at on; n 0: there is none. */
static struct str
next_word(struct str s, size_t *at)
{
	struct str word = STR_NONE;
	size_t len;

	while (*at < s.n && !word_at(s, *at, &len))
		*at += len;
	word.p = s.p + *at;
	while (*at < s.n && word_at(s, *at, &len))
		*at += len;
	word.n = (size_t)(s.p + *at - word.p);
	return word;
}

/* Are all the words among those of the text, whatever their case? */
static int
has_words(struct run *r, struct str text, struct str words)
{
	struct str want, have;
	size_t at = 0, k;

	if (run_steps(r, (text.n + words.n) / 64) < 0)
		return -1;
	text = lower(r, text);
	words = lower(r, words);
	while ((want = next_word(words, &at)).n > 0) {
		k = 0;
		do
			have = next_word(text, &k);
		while (have.n > 0 && !str_eq(have, want));
		if (have.n == 0)
			return 0;
		if (run_steps(r, k / 64) < 0)
			return -1;
	}
	return 1;
}

static int
text_test(struct run *r, enum expr_func func, struct str a, struct str b)
{
	switch (func) {
	case FUNC_CONTAINS:
		return run_text(r, a.n + b.n) < 0 ? -1 : contains(a, b);
	case FUNC_STARTS_WITH:
		return a.n >= b.n && (b.n == 0 ||
		    memcmp(a.p, b.p, b.n) == 0);
	case FUNC_ENDS_WITH:
		return a.n >= b.n && (b.n == 0 ||
		    memcmp(a.p + a.n - b.n, b.p, b.n) == 0);
	case FUNC_MATCHES:
		return matches(r, a, b);
	default:
		return has_words(r, a, b);
	}
}

/* Any text on the left with any on the right. */
static int
call_text_test(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t left = r->top, right;
	int found = 0;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	right = r->top;
	if (eval(r, x->kids->next, f, ALL) < 0)
		return -1;
	for (size_t i = left; i < right && found == 0; i++) {
		for (size_t k = right; k < r->top && found == 0; k++) {
			if (r->stack[i].type == VALUE_ITEM ||
			    r->stack[k].type == VALUE_ITEM)
				continue;
			if (i > left && run_steps(r, 1) < 0)
				return -1;
			found = text_test(r, x->func, value_text(&r->stack[i],
			    r->arena), value_text(&r->stack[k], r->arena));
		}
	}
	r->top = left;
	return found < 0 ? -1 : run_push(r, value_boolean(found));
}

/* Items of the keys; what is not there is passed over. */
static int
call_get(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top, end;
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	uint64_t id;
	int rc = 0;

	for (const struct expr *k = x->kids; k != NULL; k = k->next)
		if (eval(r, k, f, ALL) < 0)
			return -1;
	end = r->top;
	for (size_t i = base; i < end && rc >= 0; i++) {
		struct value v = r->stack[i];

		if (v.type == VALUE_ITEM)
			rc = run_push(r, v);
		if (v.type != VALUE_STRING || rc < 0)
			continue;
		buf_reset(&raw);
		rc = run_steps(r, 1);
		if (rc == 0)
			rc = key_parse(&raw, v.u.text, r->e);
		if (rc == 0)
			rc = view_key(r->view, (struct str){ raw.p, raw.n },
			    &id, r->e);
		if (rc == 1)
			rc = run_push(r, value_item(id));
	}
	buf_free(&raw);
	if (rc < 0)
		return -1;
	memmove(r->stack + base, r->stack + end,
	    (r->top - end) * sizeof *r->stack);
	r->top -= end - base;
	return run_unique(r, base, false) < 0 ? -1 :
	    run_drop_hidden(r, base);
}

/* The place among its siblings, from 0; the root is alone. */
static int
call_index(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top, at = 0;
	const struct item *it;
	uint64_t id;
	int rc;

	if (argument(r, x, f, 1) < 0)
		return -1;
	if (r->top == base || r->stack[base].type != VALUE_ITEM) {
		r->top = base;
		return 0;
	}
	id = r->stack[base].u.item;
	r->top = base;
	rc = run_item(r, id, false, &it);
	if (rc <= 0)
		return rc;
	if (it->parent != 0) {
		if (axis_children(r, it->parent, ALL) < 0)
			return -1;
		while (base + at < r->top && r->stack[base + at].u.item != id)
			at++;
		r->top = base;
	}
	return run_push(r, value_integer((int64_t)at));
}

static int
call_last(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;

	if (x->kids == NULL)
		return run_push(r, value_integer((int64_t)f->last));
	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	if (r->top > base) {
		r->stack[base] = r->stack[r->top - 1];
		r->top = base + 1;
	}
	return 0;
}

static int
call_number(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;
	struct number n;
	bool is;

	if (argument(r, x, f, 1) < 0)
		return -1;
	is = r->top > base && value_number(&r->stack[base], &n);
	r->top = base;
	return is ? run_push(r, value_of(n)) : 0;
}

/* Numbers are added up; what is none is an error as in arithmetic. */
static int
call_sum(struct run *r, const struct expr *x, const struct focus *f)
{
	struct number sum = { false, 0, 0 }, n;
	size_t base = r->top;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	for (size_t i = base; i < r->top; i++) {
		if (r->stack[i].type == VALUE_NULL)
			continue;
		if (!value_number(&r->stack[i], &n))
			return err_set(r->e, ERR_VALUE,
			    "sum() wants numbers only");
		if (number_compute(OP_ADD, sum, n, &sum, r->e) < 0)
			return -1;
	}
	r->top = base;
	return run_push(r, value_of(sum));
}

/* The least or greatest: as numbers when all of them are, else as texts. */
static int
call_extreme(struct run *r, const struct expr *x, const struct focus *f)
{
	enum expr_op op = x->func == FUNC_MIN ? OP_LT : OP_GT;
	size_t base = r->top, best;
	bool numbers = true;
	struct number n, m;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	if (r->top == base)
		return 0;
	for (size_t i = base; i < r->top; i++)
		numbers = numbers && value_number(&r->stack[i], &n);
	best = base;
	for (size_t i = base + 1; i < r->top; i++) {
		if (numbers) {
			(void)value_number(&r->stack[i], &n);
			(void)value_number(&r->stack[best], &m);
			if (op == OP_LT ? number_compare(n, m) < 0 :
			    number_compare(n, m) > 0)
				best = i;
		} else if (str_cmp(value_text(&r->stack[i], r->arena),
		    value_text(&r->stack[best], r->arena)) *
		    (op == OP_LT ? -1 : 1) > 0) {
			best = i;
		}
	}
	r->stack[base] = r->stack[best];
	r->top = base + 1;
	if (numbers) {
		(void)value_number(&r->stack[base], &n);
		r->stack[base] = value_of(n);
	}
	return 0;
}

/* The first value as a text; an item's is its path. */
static int
call_string(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;
	struct value v = value_string(STR(""));

	if (argument(r, x, f, 1) < 0)
		return -1;
	if (r->top > base)
		v = r->stack[base];
	r->top = base;
	if (v.type == VALUE_ITEM)
		return run_push_path(r, v.u.item);
	v = value_string(value_text(&v, r->arena));
	if (x->func == FUNC_LOWER_CASE) {
		if (run_steps(r, v.u.text.n / 64) < 0)
			return -1;
		v.u.text = lower(r, v.u.text);
	}
	return run_push(r, v);
}

static int
call_unique(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	return run_unique(r, base, false);
}

static int
call_count(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top, n;

	if (eval(r, x->kids, f, ALL) < 0)
		return -1;
	n = r->top - base;
	r->top = base;
	return run_push(r, value_integer((int64_t)n));
}

/* Is there a first value, whatever it is? */
static int
call_exists(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;
	bool there;

	if (eval(r, x->kids, f, 1) < 0)
		return -1;
	there = r->top > base;
	r->top = base;
	return run_push(r, value_boolean(there ==
	    (x->func == FUNC_EXISTS)));
}

/* The root of the tree; there is one, whatever the argument, if any. */
static int
call_root(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;

	if (argument(r, x, f, 1) < 0)
		return -1;
	if (r->top == base)
		return 0;
	r->top = base;
	if (run_push(r, value_item(ITEM_ROOT)) < 0)
		return -1;
	return run_drop_hidden(r, base);
}

static int
call_first(struct run *r, const struct expr *x, const struct focus *f)
{
	size_t base = r->top;

	if (eval(r, x->kids, f, 1) < 0)
		return -1;
	if (r->top > base + 1)
		r->top = base + 1;
	return 0;
}

int
eval_call(struct run *r, const struct expr *x, const struct focus *f,
    size_t want)
{
	int truth;

	(void)want;
	switch (x->func) {
	case FUNC_CONTAINS: case FUNC_STARTS_WITH: case FUNC_ENDS_WITH:
	case FUNC_MATCHES: case FUNC_TEXT:
		return call_text_test(r, x, f);
	case FUNC_COUNT: return call_count(r, x, f);
	case FUNC_EMPTY: case FUNC_EXISTS: return call_exists(r, x, f);
	case FUNC_FALSE: return run_push(r, value_boolean(false));
	case FUNC_FIRST: return call_first(r, x, f);
	case FUNC_GET: return call_get(r, x, f);
	case FUNC_INDEX: return call_index(r, x, f);
	case FUNC_LAST: return call_last(r, x, f);
	case FUNC_LOWER_CASE: case FUNC_STRING: return call_string(r, x, f);
	case FUNC_MAX: case FUNC_MIN: return call_extreme(r, x, f);
	case FUNC_NOT:
		truth = eval_truth(r, x->kids, f);
		return truth < 0 ? -1 : run_push(r, value_boolean(!truth));
	case FUNC_NUMBER: return call_number(r, x, f);
	case FUNC_POSITION:
		return run_push(r, value_integer((int64_t)f->position));
	case FUNC_ROOT: return call_root(r, x, f);
	case FUNC_SUM: return call_sum(r, x, f);
	case FUNC_TRUE: return run_push(r, value_boolean(true));
	default: return call_unique(r, x, f);
	}
}
