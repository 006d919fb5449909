#include "query/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "query/idset.h"

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

/* --- getting them, in the order of a walk ------------------------------- */

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

	if (!source_rows(src, k, &field))
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

	if (sources_find(r, t, &all) < 0)
		return -1;
	if (all.count == 0)
		return 0;
	rc = sources_choose(r, &all, id, &src);
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
