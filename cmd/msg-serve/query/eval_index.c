#include "query/eval.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "query/idset.h"
#include "store/key.h"

/* Rows of the index that hold everything a step can give. */
struct source {
	enum { BY_KIND, BY_NAME, BY_FIELD, BY_KEY } by;
	const struct kind *kind;	/* this and its sub-kinds; NULL: any */
	struct str field;		/* BY_FIELD */
	struct attr value;
	uint64_t id;			/* BY_KEY; 0: none has it */
	size_t count;			/* about how many; up to the limit */
};

#define SOURCES_MAX	6

struct sources {
	struct source v[SOURCES_MAX];
	size_t count;
	const struct step *test;	/* whose result it is */
};

static bool
plain_slashes(const struct step *s)
{
	return s->axis == AXIS_DESCENDANT_OR_SELF && s->test == TEST_ANY &&
	    s->preds == NULL;
}

/* The step that an index could answer for s: s or the one behind it. */
static const struct step *
answered(const struct step *s)
{
	const struct step *t = s;

	if (s->primary != NULL || (s->axis != AXIS_DESCENDANT &&
	    s->axis != AXIS_DESCENDANT_OR_SELF))
		return NULL;
	if (plain_slashes(s)) {
		t = s->next;
		if (t == NULL || t->primary != NULL)
			return NULL;
		if (t->axis != AXIS_CHILD && t->axis != AXIS_SELF &&
		    (t->positional || (t->axis != AXIS_DESCENDANT &&
		    t->axis != AXIS_DESCENDANT_OR_SELF)))
			return NULL;
	}
	return t->test == TEST_ANY && t->preds == NULL ? NULL : t;
}

bool
index_may(const struct step *s)
{
	return answered(s) != NULL;
}

/* --- which rows would do ----------------------------------------------------- */

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

static int
find_sources(struct run *r, const struct step *t, struct sources *all)
{
	const struct kind *kind = t->test == TEST_KIND ?
	    r->slots[t->id].kind : NULL;
	struct source *src;

	all->count = 0;
	all->test = t;
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

/* --- how many ---------------------------------------------------------------- */

/* The rows of one kind; false: none of them can match. */
static bool
rows_of(const struct source *src, const struct kind *k, uint32_t *field)
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

		if (!rows_of(src, k, &field))
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

/* Whichever is shorter, found without counting either to its end: the index
 * rows (1, *out) or the walk down (0). */
static int
choose(struct run *r, struct sources *all, uint64_t top, struct source **out)
{
	for (size_t limit = LIMIT_FIRST; limit < LIMIT_LAST; limit *= 4) {
		int rc;

		*out = &all->v[0];
		for (size_t i = 0; i < all->count; i++) {
			if (count_source(r, &all->v[i], limit) < 0)
				return -1;
			if (all->v[i].count < (*out)->count)
				*out = &all->v[i];
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

/* --- getting them, in the order of a walk ------------------------------------- */

/* An item between a candidate and the top. */
struct place {
	uint64_t id;
	const struct place *parent;	/* NULL: the top, or not below it */
	struct str order;
	size_t depth;			/* the top has 0 */
	bool under;
};

struct places {
	struct idset at;		/* id -> struct place * */
	struct place **v;		/* the candidates */
	size_t count, cap;
	struct place **chain;		/* on the way up */
	size_t chain_cap;
	struct run *r;
	uint64_t top;
};

static struct place *
known(struct places *ps, uint64_t id)
{
	uint64_t *at = idset_find(&ps->at, id);

	return at == NULL ? NULL : (struct place *)(uintptr_t)*at;
}

static int
place_new(struct places *ps, uint64_t id, struct place **out,
    uint64_t *parent)
{
	const struct item *it;
	struct place *p;
	int rc = run_item(ps->r, id, false, &it);

	if (rc <= 0)
		return rc;
	p = arena_zero(ps->r->arena, sizeof *p);
	p->id = id;
	p->order.n = it->order.n;
	p->order.p = arena_strn(ps->r->arena, it->order.p, it->order.n);
	p->under = id == ps->top;
	*idset_at(&ps->at, id) = (uint64_t)(uintptr_t)p;
	*out = p;
	*parent = it->parent;
	return 1;
}

/* Where the item is: up to the top, or to an ancestor that is known.  1; 0:
 * it is not there (any more); -1. */
static int
locate(struct places *ps, uint64_t id, struct place **out)
{
	struct place *above = NULL, *p;
	uint64_t at = id;
	size_t n = 0;
	int rc;

	while (at != 0 && (above = known(ps, at)) == NULL) {
		rc = place_new(ps, at, &p, &at);
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;			/* hidden: not under */
		ps->chain = mem_grow(ps->chain, &ps->chain_cap, n + 1,
		    sizeof *ps->chain);
		ps->chain[n++] = p;
		if (p->under)
			break;
	}
	while (n > 0) {
		p = ps->chain[--n];
		if (above != NULL) {
			p->parent = above;
			p->under = above->under;
			p->depth = above->depth + 1;
		}
		above = p;
	}
	*out = above;
	return above != NULL;
}

static int
place_cmp(const struct place *a, const struct place *b)
{
	int c;

	if (a == b)
		return 0;
	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	while (a->parent != b->parent) {
		a = a->parent;
		b = b->parent;
	}
	c = str_cmp(a->order, b->order);
	return c != 0 ? c : (a->id > b->id) - (a->id < b->id);
}

static int
compare(const void *a, const void *b)
{
	return place_cmp(*(struct place *const *)a,
	    *(struct place *const *)b);
}

/* Take the candidate if it passes the test and lies where the step looks. */
static int
consider(struct places *ps, const struct step *t, uint64_t id)
{
	bool self = t->axis == AXIS_SELF || t->axis == AXIS_DESCENDANT_OR_SELF;
	struct place *p;
	int rc = axis_test(ps->r, t, id);

	if (rc > 0)
		rc = locate(ps, id, &p);
	if (rc <= 0 || !p->under || (p->depth == 0 && !self))
		return rc < 0 ? -1 : 0;
	ps->v = mem_grow(ps->v, &ps->cap, ps->count + 1, sizeof *ps->v);
	ps->v[ps->count++] = p;
	return 0;
}

static int
scan_kind(struct places *ps, const struct step *t, const struct source *src,
    const struct kind *k)
{
	struct run *r = ps->r;
	struct scan at = SCAN_INIT;
	uint64_t ids[64];
	uint32_t field;
	int n;

	if (!rows_of(src, k, &field))
		return 0;
	do {
		n = src->by == BY_KIND ? view_by_kind(r->view, k->id, &at,
		    ids, 64, r->e) : view_by_field(r->view, k->id, field,
		    &src->value, &at, ids, 64, r->e);
		if (n < 0 || run_steps(r, (uint64_t)n + 1) < 0)
			return -1;
		for (int i = 0; i < n; i++)
			if (consider(ps, t, ids[i]) < 0)
				return -1;
	} while (n > 0 && !at.done);
	return 0;
}

static int
scan_source(struct places *ps, const struct step *t,
    const struct source *src)
{
	if (src->by == BY_KEY)
		return src->id == 0 ? 0 : consider(ps, t, src->id);
	for (size_t i = 0; i < kinds_count(ps->r->kinds); i++)
		if (scan_kind(ps, t, src, kinds_at(ps->r->kinds, i)) < 0)
			return -1;
	return 0;
}

/* Do a and the one behind it belong to one expansion, so that an index
 * counts them together? */
static bool
together(const struct step *s, const struct step *t, const struct place *a,
    const struct place *b)
{
	if (!t->positional || t == s)
		return true;
	return t->axis == AXIS_CHILD && a->parent == b->parent;
}

static int
push_places(struct places *ps, const struct step *s, const struct step *t,
    size_t want)
{
	struct run *r = ps->r;
	size_t from = r->top;

	for (size_t i = 0; i < ps->count;) {
		size_t base = r->top, first = i;

		do
			if (run_push(r, value_item(ps->v[i++]->id)) < 0)
				return -1;
		while (i < ps->count && together(s, t, ps->v[first],
		    ps->v[i]));
		if (eval_predicates(r, t->preds, base, want) < 0)
			return -1;
		if (r->top - from >= want)
			break;
	}
	return 0;
}

static void
note_source(struct run *r, const struct step *t, const struct source *src)
{
	static const char *const how[] = { "index of kinds",
	    "index of names", "index of a field", "key" };
	struct note *n = &r->notes[t->id];

	n->how = how[src->by];
	n->index = src->by == BY_FIELD ? src->field : STR_NONE;
}

int
eval_index(struct run *r, const struct step *s, uint64_t id,
    const struct step **last, size_t want)
{
	const struct step *t = answered(s);
	struct places ps = { .r = r, .top = id };
	struct sources all;
	struct source *src;
	int rc;

	if (find_sources(r, t, &all) < 0)
		return -1;
	if (all.count == 0)
		return 0;
	rc = choose(r, &all, id, &src);
	if (rc <= 0)
		return rc;
	rc = scan_source(&ps, t, src);
	if (rc == 0) {
		if (ps.count > 1)
			qsort(ps.v, ps.count, sizeof *ps.v, compare);
		rc = push_places(&ps, s, t, t->next == NULL ? want : ALL);
	}
	if (rc == 0 && r->notes != NULL)
		note_source(r, t, src);
	idset_free(&ps.at);
	free(ps.v);
	free(ps.chain);
	*last = t;
	return rc < 0 ? -1 : 1;
}
