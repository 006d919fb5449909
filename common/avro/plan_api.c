#include <stdlib.h>
#include <string.h>

#include "avro/plan_int.h"
#include "avro/schema_int.h"
#include "base/jsonscan.h"

static unsigned
flags_of(const struct plan_options *o)
{
	unsigned f = 0;

	if (o->json == PLAN_MESSAGE)
		f |= PF_CAST | PF_SORTED | PF_BASE64;
	if (o->json == PLAN_AVRO)
		f |= PF_TAGS_OUT;
	if (o->unions == UNIONS_TAGGED)
		f |= PF_TAGS_IN;
	else if (o->unions == UNIONS_AUTO && o->json != PLAN_MESSAGE)
		f |= PF_TAGS_MAYBE;
	if (o->strict)
		f = (f & ~(unsigned)PF_CAST) | PF_STRICT;
	f |= (o->raw_logical ? PF_RAW : 0) |
	    (o->ignore_unknown ? PF_UNKNOWN : 0);
	return f;
}

static struct plan *
plan_alloc(const struct schema *s, unsigned flags)
{
	struct plan *p = mem_zero(sizeof *p);

	atomic_init(&p->refs, 1);
	arena_init(&p->arena);
	p->schema = schema_ref(s);
	p->flags = flags;
	p->seed = (uint64_t)(uintptr_t)p * 0x9e3779b97f4a7c15u;
	return p;
}

struct plan *
plan_new(const struct schema *s, const struct plan_options *o, struct err *e)
{
	struct plan_options plain = { .json = PLAN_PLAIN };
	struct plan *p = plan_alloc(s, flags_of(o == NULL ? &plain : o));

	p->root = plan_compile(p, s, e);
	if (p->root == NULL) {
		plan_unref(p);
		return NULL;
	}
	return p;
}

struct plan *
plan_pair(const struct schema *writer, const struct schema *reader,
    struct err *e)
{
	struct plan *p = plan_alloc(reader, 0);

	p->writer = schema_ref(writer);
	if (plan_compile_pair(p, e) < 0) {
		plan_unref(p);
		return NULL;
	}
	return p;
}

struct plan *
plan_ref(const struct plan *p)
{
	struct plan *counted = (struct plan *)(uintptr_t)p;

	atomic_fetch_add(&counted->refs, 1);
	return counted;
}

void
plan_unref(const struct plan *p)
{
	struct plan *counted = (struct plan *)(uintptr_t)p;

	if (p == NULL || atomic_fetch_sub(&counted->refs, 1) > 1)
		return;
	schema_unref(counted->schema);
	schema_unref(counted->writer);
	arena_free(&counted->arena);
	free(counted);
}

const struct schema *
plan_schema(const struct plan *p)
{
	return p->schema;
}

/* --- streams -------------------------------------------------------------- */

int
plan_encode_next(const struct plan *p, struct plan_run *r, const char *text,
    size_t n, bool last, size_t *used, struct buf *out, struct err *e)
{
	const char *at;

	plan_begin(r, p, text, n, last);
	at = json_space(r->start, r->end);
	if (at == r->end) {
		*used = n;
		return last;
	}
	at = enc_value(r, p->root, at);
	return plan_end(r, at, used, out, e, true);
}

int
plan_decode_next(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, bool last, size_t *used, struct buf *out, struct err *e)
{
	plan_begin(r, p, body, n, last);
	return plan_end(r, dec_value(r, p->root, (const uint8_t *)r->start),
	    used, out, e, false);
}

int
plan_resolve_next(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, bool last, size_t *used, struct buf *out, struct err *e)
{
	plan_begin(r, p, body, n, last);
	return plan_end(r, res_value(r, p->pair, (const uint8_t *)r->start),
	    used, out, e, false);
}

int
plan_skip_next(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, bool last, size_t *used, struct err *e)
{
	plan_begin(r, p, body, n, last);
	return plan_end(r, bin_value(r, p->root, (const uint8_t *)r->start),
	    used, NULL, e, false);
}

/* --- whole values --------------------------------------------------------- */

static const uint8_t *
all_of_it(struct plan_run *r, const uint8_t *at)
{
	if (at != NULL && at != (const uint8_t *)r->end)
		return plan_fail(r, ERR_INPUT, at, "%zu bytes are left behind "
		    "the value", (size_t)((const uint8_t *)r->end - at));
	return at;
}

static int
encode(const struct plan *p, struct plan_run *r, const struct pnode *node,
    struct str name, const char *text, size_t n, struct buf *out,
    struct err *e)
{
	const char *at;

	plan_begin(r, p, text, n, true);
	at = json_space(r->start, r->end);
	at = enc_value(r, node, at);
	if (at != NULL && (at = json_space(at, r->end)) != r->end)
		at = enc_expected(r, at, "the end of the text");
	if (at == NULL && name.n > 0)
		plan_path(r, name);
	return plan_end(r, at, NULL, out, e, true) == 1 ? 0 : -1;
}

int
plan_encode(const struct plan *p, struct plan_run *r, const char *text,
    size_t n, struct buf *out, struct err *e)
{
	return encode(p, r, p->root, STR_NONE, text, n, out, e);
}

int
plan_decode(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, struct buf *out, struct err *e)
{
	const uint8_t *at;

	plan_begin(r, p, body, n, true);
	at = dec_value(r, p->root, (const uint8_t *)r->start);
	return plan_end(r, all_of_it(r, at), NULL, out, e, false) == 1 ?
	    0 : -1;
}

int
plan_resolve(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, struct buf *out, struct err *e)
{
	const uint8_t *at;

	plan_begin(r, p, body, n, true);
	at = res_value(r, p->pair, (const uint8_t *)r->start);
	return plan_end(r, all_of_it(r, at), NULL, out, e, false) == 1 ?
	    0 : -1;
}

int
plan_check(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, struct err *e)
{
	const uint8_t *at;

	plan_begin(r, p, body, n, true);
	at = bin_value(r, p->root, (const uint8_t *)r->start);
	return plan_end(r, all_of_it(r, at), NULL, NULL, e, false) == 1 ?
	    0 : -1;
}

/* --- fields --------------------------------------------------------------- */

static const struct precord *
record_of(const struct plan *p)
{
	assert(p->root->op == SCHEMA_RECORD);
	return p->root->u.record;
}

size_t
plan_field_count(const struct plan *p)
{
	return p->root->op == SCHEMA_RECORD ? p->root->u.record->count : 0;
}

struct str
plan_field_name(const struct plan *p, size_t i)
{
	return record_of(p)->fields[i].name;
}

int
plan_field(const struct plan *p, const char *name, size_t n)
{
	return plan_find(record_of(p), p->seed, name, n);
}

size_t
plan_field_sorted(const struct plan *p, size_t k)
{
	return record_of(p)->sorted[k];
}

int
plan_fields(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, size_t *ends, struct err *e)
{
	const struct precord *rec = record_of(p);
	const uint8_t *b;

	plan_begin(r, p, body, n, true);
	b = (const uint8_t *)r->start;
	for (uint32_t i = 0; i < rec->count && b != NULL; i++) {
		b = bin_value(r, rec->fields[i].type, b);
		if (b == NULL)
			plan_path(r, rec->fields[i].name);
		else
			ends[i] = (size_t)(b - (const uint8_t *)r->start);
	}
	return plan_end(r, all_of_it(r, b), NULL, NULL, e, false) == 1 ?
	    0 : -1;
}

int
plan_decode_field(const struct plan *p, struct plan_run *r, size_t i,
    const void *field, size_t n, struct buf *out, struct err *e)
{
	const struct pfield *f = &record_of(p)->fields[i];
	const uint8_t *at;

	plan_begin(r, p, field, n, true);
	at = dec_value(r, f->type, (const uint8_t *)r->start);
	at = all_of_it(r, at);
	if (at == NULL)
		plan_path(r, f->name);
	return plan_end(r, at, NULL, out, e, false) == 1 ? 0 : -1;
}

int
plan_encode_field(const struct plan *p, struct plan_run *r, size_t i,
    const char *text, size_t n, struct buf *out, struct err *e)
{
	const struct pfield *f = &record_of(p)->fields[i];

	return encode(p, r, f->type, f->name, text, n, out, e);
}

bool
plan_field_default(const struct plan *p, size_t i, struct str *out)
{
	const struct pfield *f = &record_of(p)->fields[i];

	*out = f->init;
	return f->state == INIT_DONE;
}
