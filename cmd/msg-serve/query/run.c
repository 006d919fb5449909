#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "query/eval.h"
#include "query/lex.h"

static int bind(struct run *r, const struct query *q, const struct expr *x);

/* Kinds are looked up once, and an unknown one is told even where nothing
 * is there to test. */
static int
bind_steps(struct run *r, const struct query *q, const struct step *s)
{
	for (; s != NULL; s = s->next) {
		if (s->primary != NULL && bind(r, q, s->primary) < 0)
			return -1;
		for (const struct expr *x = s->preds; x != NULL; x = x->next)
			if (bind(r, q, x) < 0)
				return -1;
		if (s->primary != NULL || s->test != TEST_KIND)
			continue;
		r->slots[s->id].kind = kinds_by_name(r->kinds, s->name);
		if (r->slots[s->id].kind == NULL) {
			(void)err_set(r->e, ERR_NOT_FOUND,
			    "there is no kind '%.*s'", (int)s->name.n,
			    s->name.p);
			return lex_err_at(r->e, q->text.p, q->text.n, s->at);
		}
	}
	return 0;
}

static int
bind(struct run *r, const struct query *q, const struct expr *x)
{
	if (x->type == EXPR_PATH)
		return bind_steps(r, q, x->u.path.steps);
	for (const struct expr *k = x->kids; k != NULL; k = k->next)
		if (bind(r, q, k) < 0)
			return -1;
	return 0;
}

int
run_bind(struct run *r, const struct query *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (bind(r, q, q->parts[i]) < 0)
			return -1;
	return 0;
}

void
run_init(struct run *r, const struct query *q, struct view *v,
    const struct query_limits *limits, struct arena *a, struct err *e)
{
	memset(r, 0, offsetof(struct run, small));
	r->view = v;
	r->reads_all = view_reads_all(v);
	r->kinds = reader_kinds(v->reader);
	r->arena = a;
	r->e = e;
	r->stack = r->small;
	r->cap = STACK_SMALL;
	r->steps_max = limits != NULL && limits->steps != 0 ? limits->steps :
	    QUERY_STEPS;
	r->max = limits != NULL && limits->values != 0 ? limits->values :
	    QUERY_VALUES;
	r->slots = arena_zero(a, (q->steps + 1) * sizeof *r->slots);
	r->vars = arena_zero(a, (q->slots + 1) * sizeof *r->vars);
	buf_init(&r->resolved, STORE_BODY_MAX * 4);
}

void
run_clear(struct run *r)
{
	if (r->stack != r->small)
		free(r->stack);
	free(r->ends);
	plan_run_free(r->scratch);
	buf_free(&r->resolved);
}

static int
run_parts(struct run *r, const struct query *q, struct query_result *out)
{
	struct focus root = { .value = value_item(ITEM_ROOT) };

	out->count = q->count;
	out->lists = arena_zero(r->arena, q->count * sizeof *out->lists);
	if (run_bind(r, q) < 0)
		return -1;
	for (size_t i = 0; i < q->count; i++) {
		struct query_list *list = &out->lists[i];

		r->top = 0;
		if (eval(r, q->parts[i], &root, ALL) < 0)
			return -1;
		list->count = r->top;
		list->values = arena_dup(r->arena, r->stack,
		    r->top * sizeof *r->stack);
	}
	return 0;
}

int
query_run(const struct query *q, struct view *v,
    const struct query_limits *limits, struct arena *a,
    struct query_result *out, struct err *e)
{
	struct run r;
	int rc;

	run_init(&r, q, v, limits, a, e);
	rc = run_parts(&r, q, out);
	out->steps = r.steps;
	run_clear(&r);
	return rc;
}

/* --- explain ------------------------------------------------------------ */

struct explain {
	const struct run *r;
	struct buf *out;
	size_t count;
};

static const char *
axis_how(const struct step *s)
{
	if (s->primary != NULL)
		return "computed";
	switch (s->axis) {
	case AXIS_CHILD:
		return s->test == TEST_NAME ? "by name" : "children";
	case AXIS_SELF: return "itself";
	case AXIS_ATTRIBUTE: return "field";
	case AXIS_PARENT: return "parent";
	case AXIS_ANCESTOR: case AXIS_ANCESTOR_OR_SELF: return "up";
	case AXIS_DESCENDANT: case AXIS_DESCENDANT_OR_SELF:
		return "walk down";
	default: return "siblings";
	}
}

static void explain_expr(struct explain *x, const struct expr *e);

static void
explain_step(struct explain *x, const struct step *s, bool index)
{
	const struct note *n = &x->r->notes[s->id];
	struct buf text = BUF_INIT(QUERY_TEXT_MAX * 4);

	if (x->count++ > 0)
		buf_putc(x->out, ',');
	expr_print_step(s, &text);
	buf_printf(x->out, "{\"found\":%llu,\"from\":%llu,\"how\":",
	    (unsigned long long)n->out, (unsigned long long)n->in);
	json_put_cstr(x->out, index ? n->how : axis_how(s));
	if (index && n->index.n > 0) {
		buf_lit(x->out, ",\"index\":");
		json_put_str(x->out, n->index);
	}
	buf_printf(x->out, ",\"runs\":%llu,\"step\":",
	    (unsigned long long)n->runs);
	json_put_string(x->out, text.p, text.n);
	buf_printf(x->out, ",\"steps\":%llu}", (unsigned long long)n->steps);
	buf_free(&text);
}

static void
explain_steps(struct explain *x, const struct step *s)
{
	for (; s != NULL; s = s->next) {
		const struct note *n = &x->r->notes[s->id];

		if (n->runs > 0)
			explain_step(x, s, n->how != NULL && *n->how != 0);
		if (s->primary != NULL)
			explain_expr(x, s->primary);
		for (const struct expr *p = s->preds; p != NULL; p = p->next)
			explain_expr(x, p);
	}
}

static void
explain_expr(struct explain *x, const struct expr *e)
{
	if (e->type == EXPR_PATH) {
		explain_steps(x, e->u.path.steps);
		return;
	}
	for (const struct expr *k = e->kids; k != NULL; k = k->next)
		explain_expr(x, k);
}

int
query_explain(const struct query *q, struct view *v,
    const struct query_limits *limits, struct arena *a, struct buf *out,
    struct err *e)
{
	struct buf text = BUF_INIT(QUERY_TEXT_MAX * 4);
	struct query_result result;
	struct run r;
	struct explain x = { .r = &r, .out = out };
	int rc;

	run_init(&r, q, v, limits, a, e);
	r.notes = arena_zero(a, (q->steps + 1) * sizeof *r.notes);
	rc = run_parts(&r, q, &result);
	if (rc == 0) {
		buf_lit(out, "{\"plan\":[");
		for (size_t i = 0; i < q->count; i++)
			explain_expr(&x, q->parts[i]);
		buf_lit(out, "],\"query\":");
		query_print(q, &text);
		json_put_string(out, text.p, text.n);
		buf_lit(out, ",\"results\":[");
		for (size_t i = 0; i < result.count; i++)
			buf_printf(out, "%s%zu", i > 0 ? "," : "",
			    result.lists[i].count);
		buf_printf(out, "],\"steps\":%llu}",
		    (unsigned long long)r.steps);
	}
	buf_free(&text);
	run_clear(&r);
	return rc;
}
