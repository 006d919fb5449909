/*
 * eval.h - one run of a query, as the files of query/ share it.
 *
 * Everything is computed on one stack of values: an expression leaves its
 * result on top, whoever asked for it takes it off.  So nothing is allocated
 * an item, and what a predicate needed is gone when it is decided.
 */
#ifndef QUERY_EVAL_H
#define QUERY_EVAL_H

#include "query/expr.h"
#include "query/value.h"
#include "store/kinds.h"
#include "store/view.h"

/* What an expression is asked about. */
struct focus {
	struct value value;
	size_t position, last;		/* from 0 */
};

/* How much of a result is wanted: the first value, or all of it. */
#define ALL	SIZE_MAX

/* What a step's name means for kinds: found once a run. */
struct slot {
	const struct kind *kind;	/* the test's; or whose field was
					   looked up last */
	int field;
};

struct note {				/* for explain */
	const char *how;
	uint64_t runs, in, out, steps;
	struct str index;		/* "Page.title" */
};

#define STACK_SMALL	32

struct run {
	struct view *view;
	const struct kinds *kinds;
	struct arena *arena;
	struct err *e;
	uint64_t steps, steps_max;
	bool reads_all;			/* nothing of the view is hidden */

	struct value *stack;
	size_t top, cap, max;
	struct value *vars;
	struct slot *slots;
	struct note *notes;		/* NULL: nobody asks */

	/* The item that was looked at last, and its fields once wanted. */
	struct item item;
	bool item_whole;
	const struct kind *kind;	/* NULL: fields not split yet */
	struct str binary;
	size_t *ends, ends_cap;
	struct plan_run *scratch;
	struct buf resolved;

	struct regex *regex;		/* NULL: none yet; of this text: */
	struct str pattern;

	struct value small[STACK_SMALL];
};

/* --- run.c -------------------------------------------------------------- */

void run_init(struct run *r, const struct query *q, struct view *v,
    const struct query_limits *limits, struct arena *a, struct err *e);
void run_clear(struct run *r);

/* Look up the query's kinds. */
int run_bind(struct run *r, const struct query *q);

/* --- eval.c ------------------------------------------------------------- */

/* Count n steps; -1 past the limit. */
int run_steps(struct run *r, uint64_t n);
int run_push(struct run *r, struct value v);

/* What is as long as a book takes longer: the steps it is to be compared, or
 * (TEXT_COPIED) to be written. */
#define TEXT_STEP	1024		/* bytes */
#define TEXT_COPIED	64

static inline int
run_text(struct run *r, size_t n)
{
	return n < TEXT_STEP ? 0 : run_steps(r, n / TEXT_STEP);
}

/* Leaves the result on the stack.  want 1: it may stop at the first value. */
int eval(struct run *r, const struct expr *x, const struct focus *f,
    size_t want);
/* Its truth, the stack as before: 1, 0, -1. */
int eval_truth(struct run *r, const struct expr *x, const struct focus *f);

/* Drop what came before from stack[base..top), from seen on; items only when
 * values are to be kept. */
int run_unique(struct run *r, size_t base, bool keep_values);

/* From stack[base..top): folders above what one may read are there for the
 * way down only. */
int run_drop_hidden(struct run *r, size_t base);

/* --- eval_path.c -------------------------------------------------------- */

int eval_path(struct run *r, const struct expr *x, const struct focus *f,
    size_t want);

/* Keep those of stack[base..top) that fulfil the predicates. */
int eval_predicates(struct run *r, const struct expr *preds, size_t base,
    size_t want);

/* --- eval_axis.c -------------------------------------------------------- */

/* 1 and the item, 0 when it is not there, -1. */
int run_item(struct run *r, uint64_t id, bool whole,
    const struct item **out);

/* Does the item pass the step's test?  1, 0, -1. */
int axis_test(struct run *r, const struct step *s, uint64_t id);

/* Push the items of the axis that pass the test. */
int eval_axis(struct run *r, const struct step *s, uint64_t id, size_t want);

/* Push all children, counted. */
int axis_children(struct run *r, uint64_t id, size_t want);

/* --- eval_field.c ------------------------------------------------------- */

/* Push the values of the item's attribute. */
int eval_field(struct run *r, const struct step *s, uint64_t id);
int run_push_key(struct run *r, struct str key);
int run_push_path(struct run *r, uint64_t id);

/* --- eval_func.c -------------------------------------------------------- */

int eval_call(struct run *r, const struct expr *x, const struct focus *f,
    size_t want);

/* --- eval_index.c ------------------------------------------------------- */

/* Descendants of the item by an index where that is cheaper than walking:
 * s is "//" with the step behind it, or descendant::.  1: pushed, *last is
 * the last step done; 0: walk; -1. */
int eval_index(struct run *r, const struct step *s, uint64_t id,
    const struct step **last, size_t want);

/* Is it a step that eval_index may take over? */
bool index_may(const struct step *s);

#endif
