#include "avro/plan.h"

#include <stdlib.h>
#include <string.h>

#include "avro/plan_int.h"
#include "avro/schema_int.h"

/*
 * A schema's graph to nodes that say at once what to do.  Nodes are made
 * first and filled then, so that cycles are no matter; defaults are turned to
 * binary last, with the plan itself.
 */

#define INIT_MAX	((size_t)1 << 20)	/* bytes of one default */
#define INITS_MAX	((size_t)16 << 20)	/* of all of a plan */

struct plan_compiler {
	struct plan *p;
	struct pnode **nodes;		/* by the schema node's id */
	struct arena *arena;
	size_t inits;			/* bytes so far */
	struct err *e;
};

/* --- names ---------------------------------------------------------------- */

static uint32_t
table_size(size_t count)
{
	uint32_t n = 4;

	while (n < 2 * count)
		n *= 2;
	return n;
}

int
plan_find(const struct precord *rec, uint64_t seed, const char *p, size_t n)
{
	uint32_t i = (uint32_t)plan_hash(seed, p, n) & rec->slot_mask;

	for (; rec->slots[i] != 0; i = (i + 1) & rec->slot_mask) {
		const struct pfield *f = &rec->fields[rec->slots[i] - 1];

		if (f->name.n == n && memcmp(f->name.p, p, n) == 0)
			return (int)rec->slots[i] - 1;
	}
	return -1;
}

int
plan_name(const struct pnames *names, uint64_t seed, const char *p, size_t n)
{
	uint32_t i = (uint32_t)plan_hash(seed, p, n) & names->slot_mask;

	for (; names->slots[i] != 0; i = (i + 1) & names->slot_mask) {
		uint32_t k = names->slots[i] - 1;

		if (str_eq(names->names[k], (struct str){ p, n }))
			return (int)names->what[k];
	}
	return -1;
}

/* Room for count names that names_add puts in. */
static void
names_init(struct plan_compiler *c, struct pnames *names, size_t count)
{
	uint32_t slots = table_size(count);

	names->names = arena_zero(c->arena, count * sizeof *names->names);
	names->what = arena_zero(c->arena, count * sizeof *names->what);
	names->slots = arena_zero(c->arena, slots * sizeof *names->slots);
	names->slot_mask = slots - 1;
}

static void
names_add(struct plan_compiler *c, struct pnames *names, uint32_t k,
    struct str name, uint32_t what)
{
	uint32_t i = (uint32_t)plan_hash(c->p->seed, name.p, name.n) &
	    names->slot_mask;

	if (plan_name(names, c->p->seed, name.p, name.n) >= 0)
		return;			/* the first one keeps it */
	while (names->slots[i] != 0)
		i = (i + 1) & names->slot_mask;
	names->names[k] = name;
	names->what[k] = what;
	names->slots[i] = k + 1;
}

/* prefix "name" suffix, padded so that KEY_HEAD bytes can be read anywhere. */
static struct str
wrapped(struct plan_compiler *c, const char *prefix, struct str name,
    const char *suffix)
{
	size_t n = strlen(prefix) + name.n + strlen(suffix);
	char *p = arena_zero(c->arena, n + KEY_HEAD);

	memcpy(p, prefix, strlen(prefix));
	memcpy(p + strlen(prefix), name.p, name.n);
	memcpy(p + n - strlen(suffix), suffix, strlen(suffix));
	return (struct str){ p, n };
}

/* --- nodes ---------------------------------------------------------------- */

static const struct pnode *
node_of(struct plan_compiler *c, const struct schema_node *s)
{
	struct pnode *n = c->nodes[s->id];

	if (n == NULL) {
		n = arena_zero(c->arena, sizeof *n);
		n->op = (uint8_t)s->type;
		n->logical = (uint8_t)s->logical;
		n->schema = s;
		c->nodes[s->id] = n;
	}
	return n;
}

static int
by_name(const void *a, const void *b)
{
	const struct pfield *const *x = a, *const *y = b;

	return str_cmp((*x)->name, (*y)->name);
}

static void
sort_fields(struct plan_compiler *c, struct precord *rec)
{
	struct pfield **all = mem_array(rec->count, sizeof *all);

	rec->sorted = arena_zero(c->arena, rec->count * sizeof(uint32_t));
	rec->rank = arena_zero(c->arena, rec->count * sizeof(uint32_t));
	for (uint32_t i = 0; i < rec->count; i++)
		all[i] = &rec->fields[i];
	qsort(all, rec->count, sizeof *all, by_name);
	rec->in_order = true;
	for (uint32_t k = 0; k < rec->count; k++) {
		uint32_t i = (uint32_t)(all[k] - rec->fields);

		rec->sorted[k] = i;
		rec->rank[i] = k;
		rec->in_order &= i == k;
	}
	free(all);
}

static void
fill_field(struct plan_compiler *c, struct pfield *f,
    const struct schema_field *s)
{
	struct str quoted = wrapped(c, "\"", s->name, "\"");
	struct str label = wrapped(c, ",\"", s->name, "\":");

	f->type = node_of(c, s->type);
	f->name = s->name;
	f->quoted = quoted.p;
	f->quoted_n = (uint32_t)quoted.n;
	f->label = label.p;
	f->label_n = (uint32_t)label.n;
	memcpy(f->head, quoted.p, KEY_HEAD);
	f->head_mask = quoted.n >= KEY_HEAD ? 0xffff :
	    (1u << quoted.n) - 1;
	f->state = s->init == NULL ? INIT_NONE : INIT_NEW;
	f->json = s->init;
}

static void
fill_record(struct plan_compiler *c, struct pnode *n)
{
	const struct schema_node *s = n->schema;
	struct precord *rec = arena_zero(c->arena, sizeof *rec);
	uint32_t slots = table_size(s->field_count);

	n->u.record = rec;
	rec->count = (uint32_t)s->field_count;
	rec->fields = arena_zero(c->arena, rec->count * sizeof *rec->fields);
	rec->slots = arena_zero(c->arena, slots * sizeof *rec->slots);
	rec->slot_mask = slots - 1;
	for (uint32_t i = 0; i < rec->count; i++) {
		uint32_t at;

		fill_field(c, &rec->fields[i], &s->fields[i]);
		at = (uint32_t)plan_hash(c->p->seed, s->fields[i].name.p,
		    s->fields[i].name.n) & rec->slot_mask;
		while (rec->slots[at] != 0)
			at = (at + 1) & rec->slot_mask;
		rec->slots[at] = i + 1;
	}
	plan_quick(c->p, rec);
	sort_fields(c, rec);
}

static void
fill_enum(struct plan_compiler *c, struct pnode *n)
{
	const struct schema_node *s = n->schema;
	struct penum *en = arena_zero(c->arena, sizeof *en);

	n->u.symbols = en;
	en->count = (uint32_t)s->symbol_count;
	en->symbols = arena_zero(c->arena, en->count * sizeof *en->symbols);
	names_init(c, &en->names, en->count);
	for (uint32_t i = 0; i < en->count; i++) {
		en->symbols[i] = wrapped(c, "\"", s->symbols[i], "\"");
		names_add(c, &en->names, i, s->symbols[i], i);
	}
}

/*
 * How well a branch suits a token when its value fits as well: 0 not at all,
 * else the least comes first, then the order of the union.  msg-avro-encode(1)
 * documents this order.
 */
static int
suits(const struct pnode *b, enum token t, unsigned flags)
{
	bool logical = b->logical != LOGICAL_NONE && !(flags & PF_RAW);

	switch (b->op) {
	case SCHEMA_NULL:
		return t == TOKEN_NULL;
	case SCHEMA_BOOLEAN:
		return t == TOKEN_BOOL ? 1 :
		    t == TOKEN_STRING && (flags & PF_CAST) ? 9 : 0;
	case SCHEMA_INT: case SCHEMA_LONG:
		return t == TOKEN_NUMBER ? 1 : t != TOKEN_STRING ? 0 :
		    logical ? 2 : flags & PF_CAST ? 8 : 0;
	case SCHEMA_FLOAT: case SCHEMA_DOUBLE:
		return t == TOKEN_NUMBER ? (b->op == SCHEMA_DOUBLE ? 2 : 3) :
		    t == TOKEN_STRING ? 7 : 0;
	case SCHEMA_ENUM:
		return t == TOKEN_STRING;
	case SCHEMA_STRING:
		return t == TOKEN_STRING ? (logical ? 3 : 4) :
		    (t == TOKEN_NUMBER || t == TOKEN_BOOL) &&
		    (flags & PF_CAST) ? 9 : 0;
	case SCHEMA_BYTES: case SCHEMA_FIXED:
		if (t == TOKEN_NUMBER)
			return b->logical == LOGICAL_DECIMAL && logical ? 4 :
			    0;
		return t != TOKEN_STRING ? 0 : logical ? 2 :
		    b->op == SCHEMA_BYTES ? 5 : 6;
	case SCHEMA_ARRAY:
		return t == TOKEN_ARRAY;
	case SCHEMA_MAP:
		return t == TOKEN_OBJECT ? 2 : 0;
	case SCHEMA_RECORD:
		return t == TOKEN_OBJECT;
	default:
		return 0;
	}
}

static void
fill_branches(struct plan_compiler *c, struct punion *u)
{
	for (int t = 0; t < TOKENS; t++) {
		struct pbranches *by = &u->by[t];

		by->index = arena_alloc(c->arena, u->count * sizeof(uint32_t));
		for (int rank = 1; rank < 10; rank++)
			for (uint32_t i = 0; i < u->count; i++)
				if (suits(u->branches[i], (enum token)t,
				    c->p->flags) == rank)
					by->index[by->count++] = i;
	}
}

static void
tag_begins(struct punion *u, struct str tag)
{
	uint8_t c = (uint8_t)tag.p[0];

	u->tag_first[c / 32] |= 1u << c % 32;
}

static void
fill_union(struct plan_compiler *c, struct pnode *n)
{
	const struct schema_node *s = n->schema;
	struct punion *u = arena_zero(c->arena, sizeof *u);
	uint32_t k = 0;

	n->u.branches = u;
	u->count = (uint32_t)s->branch_count;
	u->branches = arena_zero(c->arena, u->count * sizeof *u->branches);
	u->labels = arena_zero(c->arena, u->count * sizeof *u->labels);
	names_init(c, &u->tags, (size_t)u->count * 2);
	for (uint32_t i = 0; i < u->count; i++) {
		struct str name = schema_branch_name(s->branches[i]);

		u->branches[i] = node_of(c, s->branches[i]);
		u->labels[i] = wrapped(c, "{\"", name, "\":");
		u->has_map |= u->branches[i]->op == SCHEMA_MAP;
		names_add(c, &u->tags, k++, name, i);
		tag_begins(u, name);
		tag_begins(u, schema_name_short(name));
	}
	for (uint32_t i = 0; i < u->count; i++)
		names_add(c, &u->tags, k++, schema_name_short(
		    schema_branch_name(s->branches[i])), i);
	fill_branches(c, u);
}

/* Everything that can be reached, until there is no node without content. */
static void
fill_all(struct plan_compiler *c, const struct schema_node *root,
    uint32_t nodes)
{
	const struct schema_node **todo = NULL;
	uint8_t *seen = mem_zero(nodes + 1);
	size_t cap = 0, count = 0;

	todo = mem_grow(todo, &cap, 1, sizeof *todo);
	todo[count++] = root;
	seen[root->id] = 1;
	while (count > 0) {
		const struct schema_node *s = todo[--count], *next;
		struct pnode *n = (struct pnode *)(uintptr_t)node_of(c, s);
		size_t below = s->field_count + s->branch_count +
		    (s->items != NULL);

		if (s->type == SCHEMA_RECORD)
			fill_record(c, n);
		else if (s->type == SCHEMA_ENUM)
			fill_enum(c, n);
		else if (s->type == SCHEMA_FIXED)
			n->u.size = s->size;
		else if (s->items != NULL)
			n->u.items = node_of(c, s->items);
		todo = mem_grow(todo, &cap, count + below, sizeof *todo);
		for (size_t i = 0; i < below; i++) {
			next = i < s->field_count ? s->fields[i].type :
			    i < s->field_count + s->branch_count ?
			    s->branches[i - s->field_count] : s->items;
			if (!seen[next->id]++)
				todo[count++] = next;
		}
	}
	for (uint32_t i = 0; i < nodes; i++)
		if (c->nodes[i] != NULL && c->nodes[i]->op == SCHEMA_UNION)
			fill_union(c, c->nodes[i]);
	free(seen);
	free(todo);
}

static bool
is_empty(const struct pnode *n)
{
	switch (n->op) {
	case SCHEMA_NULL:
		return true;
	case SCHEMA_FIXED:
		return n->u.size == 0;
	case SCHEMA_RECORD:
		for (uint32_t i = 0; i < n->u.record->count; i++)
			if (!n->u.record->fields[i].type->may_be_empty)
				return false;
		return true;
	default:
		return false;
	}
}

/* Which values take no byte: from the bottom up, until nothing changes. */
static void
mark_empty(struct plan_compiler *c, uint32_t nodes)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (uint32_t i = nodes; i-- > 0;) {
			struct pnode *n = c->nodes[i];

			if (n == NULL || n->may_be_empty || !is_empty(n))
				continue;
			n->may_be_empty = changed = true;
		}
	}
}

/* --- defaults ------------------------------------------------------------- */

static int
make_init(struct plan_compiler *c, struct pfield *f)
{
	struct plan_limits limits = { 2 * SCHEMA_DEPTH_MAX,
	    PLAN_ELEMENTS_MAX, INIT_MAX };
	struct plan_run *r = plan_run_new(&limits);
	struct buf out = BUF_INIT(INIT_MAX);
	const char *at;
	int rc;

	f->state = INIT_OPEN;
	plan_begin(r, c->p, f->json->raw.p, f->json->raw.n, true);
	r->flags = PF_FIRST | PF_RAW;
	r->compiler = c;
	at = enc_value(r, f->type, r->start);
	rc = plan_end(r, at, NULL, &out, c->e, true) == 1 ? 0 : -1;
	c->inits += out.n;
	if (rc == 0 && c->inits > INITS_MAX)
		rc = err_set(c->e, ERR_LIMIT, "the defaults of the schema "
		    "take more than %zu bytes", INITS_MAX);
	if (rc < 0)
		err_prefix(c->e, "the default of the field '%.*s'",
		    SCHEMA_QUOTE(f->name));
	f->init = (struct str){ arena_dup(c->arena, out.p, out.n), out.n };
	f->state = INIT_DONE;
	buf_free(&out);
	plan_run_free(r);
	return rc;
}

bool
plan_default(struct plan_run *r, const struct pfield *f)
{
	struct pfield *made = (struct pfield *)(uintptr_t)f;

	if (f->state == INIT_DONE)
		return true;
	if (f->state == INIT_OPEN) {
		plan_fail(r, ERR_SCHEMA, NULL, "the default of the field "
		    "'%.*s' contains itself", SCHEMA_QUOTE(f->name));
		return false;
	}
	if (make_init(r->compiler, made) < 0) {
		plan_fail(r, ERR_SCHEMA, NULL, "%s", r->compiler->e->text);
		return false;
	}
	return true;
}

static int
make_inits(struct plan_compiler *c, uint32_t nodes)
{
	for (uint32_t i = 0; i < nodes; i++) {
		struct pnode *n = c->nodes[i];

		if (n == NULL || n->op != SCHEMA_RECORD)
			continue;
		for (uint32_t k = 0; k < n->u.record->count; k++) {
			struct pfield *f = &n->u.record->fields[k];

			if (f->state == INIT_NEW && make_init(c, f) < 0)
				return -1;
		}
	}
	return 0;
}

const struct pnode *
plan_compile(struct plan *p, const struct schema *s, struct err *e)
{
	struct plan_compiler c = { .p = p, .arena = &p->arena, .e = e };
	uint32_t nodes = s->space->node_count;
	const struct pnode *root;
	int rc;

	c.nodes = mem_zero((nodes + 1) * sizeof *c.nodes);
	fill_all(&c, s->root, nodes);
	mark_empty(&c, nodes);
	rc = make_inits(&c, nodes);
	root = rc < 0 ? NULL : node_of(&c, s->root);
	free(c.nodes);
	return root;
}
