#include "query/source.h"

#include "store/key.h"

/* --- which rows would do ------------------------------------------------ */

/* Would the index have every item whose field equals the literal? */
static bool
type_fits(const struct schema_node *t, const struct value *v)
{
	if (t->type == SCHEMA_UNION) {
		for (size_t i = 0; i < t->branch_count; i++)
			if (t->branches[i]->type != SCHEMA_NULL &&
			    !type_fits(t->branches[i], v))
				return false;
		return true;
	}
	if (t->type == SCHEMA_ARRAY)
		return t->items->type != SCHEMA_UNION &&
		    t->items->type != SCHEMA_ARRAY && type_fits(t->items, v);
	if (t->logical != LOGICAL_NONE)
		return false;
	if (v->type == VALUE_STRING)
		return t->type == SCHEMA_STRING || t->type == SCHEMA_ENUM;
	return t->type == SCHEMA_INT || t->type == SCHEMA_LONG ||
	    t->type == SCHEMA_FLOAT || t->type == SCHEMA_DOUBLE;
}

static bool
in_kind(const struct kind *k, const struct kind *base)
{
	return base == NULL || kind_is_a(k, base);
}

/* Every kind that has the field must have it in the index. */
static bool
field_indexed(const struct run *r, const struct kind *base, struct str name,
    const struct value *v)
{
	for (size_t i = 0; i < kinds_count(r->kinds); i++) {
		const struct kind *k = kinds_at(r->kinds, i);
		int f = in_kind(k, base) ? kind_field(k, name) : -1;

		if (f >= 0 && (!k->fields[f].indexed ||
		    !type_fits(k->fields[f].schema->type, v)))
			return false;
	}
	return true;
}

static int
add_key(struct run *r, struct source *src, struct str text)
{
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	struct err ignored = ERR_INIT;
	int rc = run_steps(r, 1);

	src->by = BY_KEY;
	if (rc == 0 && key_parse(&raw, text, &ignored) == 0)
		rc = view_key(r->view, (struct str){ raw.p, raw.n },
		    &src->id, r->e);
	if (rc == 0)
		src->id = 0;
	buf_free(&raw);
	return rc < 0 ? -1 : 0;
}

/* "@field = literal", either way round. */
static bool
equality(const struct run *r, const struct expr *x, struct str *field,
    struct value *v)
{
	const struct expr *a = x->kids, *b;
	const struct step *s;

	if ((x->type != EXPR_COMPARE && x->type != EXPR_VALUE_COMPARE) ||
	    x->op != OP_EQ)
		return false;
	b = a->next;
	if (a->type != EXPR_PATH) {
		b = a;
		a = a->next;
	}
	s = a->type == EXPR_PATH ? a->u.path.steps : NULL;
	if (s == NULL || a->u.path.absolute || s->next != NULL ||
	    s->preds != NULL || s->primary != NULL ||
	    s->axis != AXIS_ATTRIBUTE || s->test != TEST_NAME)
		return false;
	*field = s->name;
	if (b->type == EXPR_STRING)
		*v = value_string(b->u.text);
	else if (b->type == EXPR_INTEGER)
		*v = value_integer(b->u.integer);
	else if (b->type == EXPR_REAL)
		*v = (struct value){ .type = VALUE_REAL, .u.real = b->u.real };
	else if (b->type == EXPR_VAR)
		*v = r->vars[b->slot];
	else
		return false;
	return v->type == VALUE_STRING || v->type == VALUE_INTEGER ||
	    v->type == VALUE_REAL;
}

static int
add_predicate(struct run *r, const struct expr *x, const struct kind *kind,
    struct sources *all)
{
	struct source *src = &all->v[all->count];
	struct value v;
	struct number n;

	if (x->type == EXPR_AND) {
		for (x = x->kids; x != NULL; x = x->next)
			if (add_predicate(r, x, kind, all) < 0)
				return -1;
		return 0;
	}
	if (all->count == SOURCES_MAX || !equality(r, x, &src->field, &v))
		return 0;
	src->kind = kind;
	if (v.type == VALUE_STRING)
		attr_string(&src->value, v.u.text);
	else if (value_number(&v, &n))
		attr_number(&src->value, n.d);
	if (str_is(src->field, "key") && v.type == VALUE_STRING) {
		if (add_key(r, src, v.u.text) < 0)
			return -1;
	} else if (str_is(src->field, "name") && v.type == VALUE_STRING) {
		src->by = BY_NAME;
	} else if (!str_is(src->field, "key") && !str_is(src->field, "kind") &&
	    !str_is(src->field, "parent") && !str_is(src->field, "path") &&
	    !str_is(src->field, "rev") && !str_is(src->field, "author") &&
	    !str_is(src->field, "time") && field_indexed(r, kind, src->field,
	    &v)) {
		src->by = BY_FIELD;
	} else {
		return 0;
	}
	all->count++;
	return 0;
}

int
sources_find(struct run *r, const struct step *t, struct sources *all)
{
	const struct kind *kind = t->test == TEST_KIND ?
	    r->slots[t->id].kind : NULL;
	struct source *src;

	all->count = 0;
	for (const struct expr *x = t->preds; x != NULL; x = x->next) {
		if (x->index || x->positional)
			break;
		if (add_predicate(r, x, kind, all) < 0)
			return -1;
	}
	if (all->count == SOURCES_MAX)
		return 0;
	src = &all->v[all->count];
	*src = (struct source){ .by = BY_KIND, .kind = kind };
	if (t->test == TEST_NAME) {
		src->by = BY_NAME;
		attr_string(&src->value, t->name);
	}
	all->count += t->test != TEST_ANY;
	return 0;
}

/* --- how many ----------------------------------------------------------- */

bool
source_rows(const struct source *src, const struct kind *k,
    uint32_t *field)
{
	int f;

	if (!in_kind(k, src->kind))
		return false;
	*field = 0;
	if (src->by == BY_NAME) {
		*field = kind_field_id(STR("name"));
	} else if (src->by == BY_FIELD) {
		f = kind_field(k, src->field);
		if (f < 0)
			return false;
		*field = k->fields[f].id;
	}
	return true;
}

static int
count_source(struct run *r, struct source *src, size_t limit)
{
	size_t n;
	uint32_t field;

	src->count = src->by == BY_KEY;
	for (size_t i = 0; src->by != BY_KEY && src->count < limit &&
	    i < kinds_count(r->kinds); i++) {
		const struct kind *k = kinds_at(r->kinds, i);

		if (!source_rows(src, k, &field))
			continue;
		if (view_count_by(r->view, k->id, field, src->by == BY_KIND ?
		    NULL : &src->value, limit - src->count, &n, r->e) < 0 ||
		    run_steps(r, n + 1) < 0)
			return -1;
		src->count += n;
	}
	return 0;
}

/* Has the tree at id at most max items?  1, 0, -1. */
static int
tree_within(struct run *r, uint64_t id, size_t max)
{
	size_t base = r->top;
	int rc = run_push(r, value_item(id));

	for (size_t i = base; rc == 0 && i < r->top &&
	    r->top - base <= max; i++) {
		struct scan at = SCAN_INIT;
		uint64_t ids[64];
		int n;

		do {
			n = view_children(r->view, r->stack[i].u.item, &at,
			    ids, 64, r->e);
			if (n < 0 || run_steps(r, (uint64_t)n + 1) < 0)
				return -1;
			for (int k = 0; k < n; k++)
				if (run_push(r, value_item(ids[k])) < 0)
					return -1;
		} while (n > 0 && !at.done && r->top - base <= max);
	}
	if (rc == 0)
		rc = r->top - base <= max;
	r->top = base;
	return rc;
}

#define LIMIT_FIRST	64
#define LIMIT_LAST	((size_t)1 << 40)

/* By turns a longer look at both, until one of them has an end; of the rows
 * no more are counted than the shortest has so far. */
int
sources_choose(struct run *r, struct sources *all, uint64_t top,
    struct source **out)
{
	for (size_t limit = LIMIT_FIRST; limit < LIMIT_LAST; limit *= 4) {
		size_t most = limit;
		int rc;

		*out = &all->v[0];
		for (size_t i = 0; i < all->count && most > 1; i++) {
			if (count_source(r, &all->v[i], most) < 0)
				return -1;
			if (all->v[i].count < most) {
				*out = &all->v[i];
				most = all->v[i].count;
			}
		}
		if ((*out)->count < limit && (top == ITEM_ROOT ||
		    (*out)->count < 2))
			return 1;
		rc = tree_within(r, top, (*out)->count);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
		if ((*out)->count < limit)
			return 1;
	}
	return 0;
}

