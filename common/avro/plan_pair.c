#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/plan_int.h"
#include "avro/schema_int.h"

/*
 * A writer's and a reader's schema to what is done with the writer's bytes:
 * Avro 1.11, Schema Resolution.  Each pair of types is compiled once.  What
 * can never be read is an error of the whole only when every value needs it;
 * behind a union's branch, or in items that may be none, it is one of the
 * value that has it.
 */

struct pairer {
	struct plan *p;
	struct map done;		/* pair of schema nodes -> rnode */
	unsigned depth;
	struct err *e;
};

static struct rnode *pair(struct pairer *c, const struct pnode *w,
    const struct pnode *r);

static struct rnode *
rnode_new(struct pairer *c, enum rop op, const struct pnode *w)
{
	struct rnode *n = arena_zero(&c->p->arena, sizeof *n);

	n->op = op;
	n->w = w;
	return n;
}

static void
fails(struct pairer *c, struct rnode *n, const char *why)
{
	n->op = R_FAIL;
	n->why = arena_str(&c->p->arena, why);
}

static void
unlike(struct pairer *c, struct rnode *n, const struct schema_node *w,
    const struct schema_node *r)
{
	char a[SCHEMA_CALLED], b[SCHEMA_CALLED], why[2 * SCHEMA_CALLED + 32];

	snprintf(why, sizeof why, "%s cannot be read as %s",
	    schema_called(w, a), schema_called(r, b));
	fails(c, n, why);
}

static enum rop
promotion(uint8_t w, uint8_t r)
{
	if (w == SCHEMA_INT && r == SCHEMA_FLOAT)
		return R_INT_FLOAT;
	if (w == SCHEMA_INT && r == SCHEMA_DOUBLE)
		return R_INT_DOUBLE;
	if (w == SCHEMA_LONG && r == SCHEMA_FLOAT)
		return R_LONG_FLOAT;
	if (w == SCHEMA_LONG && r == SCHEMA_DOUBLE)
		return R_LONG_DOUBLE;
	if (w == SCHEMA_FLOAT && r == SCHEMA_DOUBLE)
		return R_FLOAT_DOUBLE;
	if (w == SCHEMA_BYTES && r == SCHEMA_STRING)
		return R_TEXT;		/* it must be UTF-8 now */
	return R_COPY;
}

/* Which of the reader's fields each of the writer's goes to. */
static void
pair_fields(struct pairer *c, struct rrecord *rec, const struct pnode *w,
    const struct pnode *r)
{
	int *from = mem_array(rec->reader->count + 1, sizeof *from);

	rec->steps = arena_zero(&c->p->arena,
	    rec->writer->count * sizeof *rec->steps);
	rec->given = arena_zero(&c->p->arena, rec->reader->count);
	for (uint32_t i = 0; i < rec->writer->count; i++)
		rec->steps[i].skip = rec->writer->fields[i].type;
	schema_field_map(r->schema, w->schema, from);
	for (uint32_t k = 0; k < rec->reader->count; k++) {
		struct rstep *step;

		if (from[k] < 0)
			continue;
		step = &rec->steps[from[k]];
		step->to = k;
		step->node = pair(c, step->skip, rec->reader->fields[k].type);
		rec->given[k] = true;
	}
	free(from);
}

static void
pair_record(struct pairer *c, struct rnode *n, const struct pnode *w,
    const struct pnode *r)
{
	struct rrecord *rec = arena_zero(&c->p->arena, sizeof *rec);
	uint32_t last = 0;
	char why[128];

	n->op = R_RECORD;
	n->record = rec;
	rec->reader = r->u.record;
	rec->writer = w->u.record;
	pair_fields(c, rec, w, r);
	rec->in_order = true;
	for (uint32_t i = 0; i < rec->writer->count; i++) {
		if (rec->steps[i].node == NULL)
			continue;
		rec->in_order &= rec->steps[i].to >= last;
		last = rec->steps[i].to;
	}
	for (uint32_t i = 0; i < rec->reader->count; i++) {
		const struct pfield *f = &rec->reader->fields[i];

		if (rec->given[i] || f->state == INIT_DONE)
			continue;
		snprintf(why, sizeof why, "the field '%.*s' is new and has no "
		    "default", SCHEMA_QUOTE(f->name));
		fails(c, n, why);
		return;
	}
}

static void
pair_enum(struct pairer *c, struct rnode *n, const struct pnode *w,
    const struct pnode *r)
{
	const struct penum *en = r->u.symbols;

	n->op = R_ENUM;
	n->count = w->u.symbols->count;
	n->symbols = arena_alloc(&c->p->arena, n->count * sizeof(int32_t));
	for (uint32_t i = 0; i < n->count; i++) {
		struct str s = w->schema->symbols[i];

		n->symbols[i] = plan_name(&en->names, c->p->seed, s.p, s.n);
		if (n->symbols[i] < 0)
			n->symbols[i] = r->schema->enum_default;
	}
}

/* The reader's branch for a writer's type: one of the same type before one
 * it is promoted to. */
static int
branch_for(const struct pnode *w, const struct punion *u)
{
	for (uint32_t i = 0; i < u->count; i++)
		if (u->branches[i]->op == w->op && schema_match(
		    u->branches[i]->schema, w->schema) &&
		    str_eq(u->branches[i]->schema->name, w->schema->name))
			return (int)i;
	for (uint32_t i = 0; i < u->count; i++)
		if (schema_match(u->branches[i]->schema, w->schema))
			return (int)i;
	return -1;
}

static void
pair_union(struct pairer *c, struct rnode *n, const struct pnode *w,
    const struct pnode *r)
{
	const struct punion *u;
	int i;

	if (w->op == SCHEMA_UNION) {
		u = w->u.branches;
		n->op = R_UNION;
		n->count = u->count;
		n->branches = arena_zero(&c->p->arena,
		    u->count * sizeof *n->branches);
		for (uint32_t k = 0; k < u->count; k++)
			n->branches[k] = pair(c, u->branches[k], r);
		return;
	}
	u = r->u.branches;
	i = branch_for(w, u);
	if (i < 0) {
		unlike(c, n, w->schema, r->schema);
		return;
	}
	n->op = R_BRANCH;
	n->index = (uint32_t)i;
	n->items = pair(c, w, u->branches[i]);
}

static void
fill(struct pairer *c, struct rnode *n, const struct pnode *w,
    const struct pnode *r)
{
	if (w->op == SCHEMA_UNION || r->op == SCHEMA_UNION) {
		pair_union(c, n, w, r);
		return;
	}
	if (!schema_match(r->schema, w->schema)) {
		unlike(c, n, w->schema, r->schema);
		return;
	}
	switch (w->op == r->op ? w->op : SCHEMA_NULL) {
	case SCHEMA_RECORD:
		pair_record(c, n, w, r);
		break;
	case SCHEMA_ENUM:
		pair_enum(c, n, w, r);
		break;
	case SCHEMA_ARRAY: case SCHEMA_MAP:
		n->op = R_ITEMS;
		n->items = pair(c, w->u.items, r->u.items);
		break;
	default:
		n->op = promotion(w->op, r->op);
	}
}

#define PAIR_DEPTH	500

static struct rnode *
pair(struct pairer *c, const struct pnode *w, const struct pnode *r)
{
	const struct pnode *key[2] = { w, r };
	struct rnode *n = map_get(&c->done, key, sizeof key);

	if (n != NULL)
		return n;
	n = rnode_new(c, R_COPY, w);
	map_set(&c->done, key, sizeof key, n);
	if (c->depth >= PAIR_DEPTH) {
		fails(c, n, "the types are nested too deep");
		return n;
	}
	c->depth++;
	fill(c, n, w, r);
	c->depth--;
	return n;
}

/* --- is anything in it that every value needs and that cannot be? --------- */

static int
surely_fails(struct pairer *c, const struct rnode *n, struct map *seen)
{
	if (n->op == R_FAIL)
		return err_set(c->e, ERR_SCHEMA, "%s", n->why);
	if (n->op == R_BRANCH)
		return surely_fails(c, n->items, seen);
	if (n->op != R_RECORD || map_set(seen, &n, sizeof n, seen) != NULL)
		return 0;
	for (uint32_t i = 0; i < n->record->writer->count; i++) {
		const struct rstep *s = &n->record->steps[i];
		struct str name;
		char path[ERR_PATH_MAX];

		if (s->node == NULL || surely_fails(c, s->node, seen) == 0)
			continue;
		name = n->record->reader->fields[s->to].name;
		snprintf(path, sizeof path, "%s", c->e->path);
		return err_path(c->e, "/%.*s%s", SCHEMA_QUOTE(name), path);
	}
	return 0;
}

int
plan_compile_pair(struct plan *p, struct err *e)
{
	struct pairer c = { .p = p, .e = e };
	const struct pnode *w;
	struct map seen;
	int rc = -1;

	map_init(&c.done);
	map_init(&seen);
	p->root = plan_compile(p, p->schema, e);
	w = p->root == NULL ? NULL : plan_compile(p, p->writer, e);
	if (w != NULL) {
		p->pair = pair(&c, w, p->root);
		rc = surely_fails(&c, p->pair, &seen);
	}
	map_free(&seen);
	map_free(&c.done);
	return rc;
}
