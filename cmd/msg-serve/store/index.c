#include "store/index.h"

#include <stdlib.h>

#include "avro/object.h"
#include "base/mem.h"
#include "store/take.h"

/* --- values that sort as what they stand for ------------------------- */

enum { TAG_FALSE = 0x10, TAG_TRUE, TAG_NUMBER = 0x20, TAG_STRING = 0x30 };

#define ATTR_CUT	256		/* bytes of a string, escaped */

void
attr_boolean(struct attr *a, bool value)
{
	a->n = 1;
	a->p[0] = value ? TAG_TRUE : TAG_FALSE;
}

void
attr_number(struct attr *a, double value)
{
	uint64_t bits;

	if (value == 0)
		value = 0;		/* -0 is the same number */
	memcpy(&bits, &value, sizeof bits);
	bits = bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
	a->p[0] = TAG_NUMBER;
	put_be64(a->p + 1, bits);
	a->n = 9;
}

/* Shortened strings are told apart by a hash of all of it (FNV-1a). */
static uint64_t
hash(struct str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 1099511628211u;
	return h;
}

/* 0 becomes 0 255 and the end 0 0: no value is the beginning of another. */
void
attr_string(struct attr *a, struct str s)
{
	size_t i;

	a->n = 0;
	a->p[a->n++] = TAG_STRING;
	for (i = 0; i < s.n && a->n < ATTR_CUT; i++) {
		a->p[a->n++] = (uint8_t)s.p[i];
		if (s.p[i] == 0)
			a->p[a->n++] = 0xff;
	}
	if (i < s.n) {
		put_be64(a->p + a->n, hash(s));
		a->n += 8;
	}
	a->p[a->n++] = 0;
	a->p[a->n++] = 0;
}

/* --- lists of them --------------------------------------------------- */

void
attrs_free(struct attrs *a)
{
	free(a->v);
	*a = (struct attrs){ NULL, 0, 0 };
}

static struct attr *
push(struct attrs *a, uint32_t field)
{
	a->v = mem_grow(a->v, &a->cap, a->count + 1, sizeof *a->v);
	a->v[a->count].field = field;
	a->v[a->count].value.n = 0;
	return &a->v[a->count++].value;
}

int
attr_row_cmp(const struct attr_row *a, const struct attr_row *b)
{
	struct str x = { (const char *)a->value.p, a->value.n };
	struct str y = { (const char *)b->value.p, b->value.n };

	if (a->field != b->field)
		return a->field < b->field ? -1 : 1;
	return str_cmp(x, y);
}

static int
compare(const void *a, const void *b)
{
	return attr_row_cmp(a, b);
}

static void
sort(struct attrs *a)
{
	size_t n = 0;

	qsort(a->v, a->count, sizeof *a->v, compare);
	for (size_t i = 0; i < a->count; i++)
		if (n == 0 || attr_row_cmp(&a->v[n - 1], &a->v[i]) != 0)
			a->v[n++] = a->v[i];
	a->count = n;
}

/* --- reading a field ------------------------------------------------- */

static void
number(struct attrs *a, uint32_t field, double v)
{
	attr_number(push(a, field), v);
}

/* Values of a type with parts of its own are not indexed: nothing is added,
 * and what is behind them in an array neither. */
static void
value(const struct schema_node *t, struct take *b, uint32_t field,
    struct attrs *a)
{
	const char *p;
	int64_t n;
	uint64_t bits;
	uint32_t half;
	double d;
	float f;

	switch (t->type) {
	case SCHEMA_BOOLEAN:
		if ((p = take_bytes(b, 1)) != NULL)
			attr_boolean(push(a, field), *p);
		break;
	case SCHEMA_INT:
	case SCHEMA_LONG:
		number(a, field, (double)take_long(b));
		break;
	case SCHEMA_FLOAT:
		if ((p = take_bytes(b, 4)) == NULL)
			break;
		half = get_le32(p);
		memcpy(&f, &half, sizeof f);
		number(a, field, (double)f);
		break;
	case SCHEMA_DOUBLE:
		if ((p = take_bytes(b, 8)) == NULL)
			break;
		bits = get_le64(p);
		memcpy(&d, &bits, sizeof d);
		number(a, field, d);
		break;
	case SCHEMA_STRING:
	case SCHEMA_BYTES:
		attr_string(push(a, field), take_str(b));
		break;
	case SCHEMA_ENUM:
		n = take_long(b);
		if (n >= 0 && (size_t)n < t->symbol_count)
			attr_string(push(a, field), t->symbols[n]);
		break;
	case SCHEMA_FIXED:
		if ((p = take_bytes(b, t->size)) != NULL)
			attr_string(push(a, field),
			    (struct str){ p, t->size });
		break;
	case SCHEMA_UNION:
		n = take_long(b);
		if (n >= 0 && (size_t)n < t->branch_count)
			value(t->branches[n], b, field, a);
		break;
	default:
		break;
	}
}

static void
elements(const struct schema_node *t, struct take *b, uint32_t field,
    struct attrs *a)
{
	int64_t n;

	while (!b->bad && (n = take_long(b)) != 0) {
		if (n < 0) {
			n = n == INT64_MIN ? INT64_MAX : -n;
			take_long(b);		/* bytes of the block */
		}
		for (; n > 0 && !b->bad && b->n > 0; n--)
			value(t->items, b, field, a);
	}
}

static bool
plain(const struct schema_node *t)
{
	return t->type != SCHEMA_RECORD && t->type != SCHEMA_ARRAY &&
	    t->type != SCHEMA_MAP && t->type != SCHEMA_NULL &&
	    t->type != SCHEMA_UNION;
}

/* --- items ----------------------------------------------------------- */

void
indexer_init(struct indexer *x)
{
	*x = (struct indexer){ .run = plan_run_new(NULL) };
	buf_init(&x->resolved, STORE_BODY_MAX * 4);
}

void
indexer_free(struct indexer *x)
{
	plan_run_free(x->run);
	buf_free(&x->resolved);
	free(x->ends);
}

/* The fields of body in the kind's current schema: x->ends. */
static int
split(struct indexer *x, const struct kind *k, struct str body,
    struct str *binary, struct err *e)
{
	const struct kind_version *v;

	if (kind_body(k, body, &v, binary, e) < 0)
		return -1;
	if (v->resolve != NULL) {
		buf_reset(&x->resolved);
		if (plan_resolve(v->resolve, x->run, binary->p, binary->n,
		    &x->resolved, e) < 0)
			return -1;
		*binary = (struct str){ x->resolved.p, x->resolved.n };
	}
	x->ends = mem_grow(x->ends, &x->ends_cap, k->field_count + 1,
	    sizeof *x->ends);
	return plan_fields(k->current->plan, x->run, binary->p, binary->n,
	    x->ends, e);
}

int
index_item(struct indexer *x, const struct kind *k, struct str name,
    struct str body, struct attrs *a, struct err *e)
{
	struct str binary;

	a->count = 0;
	push(a, 0);
	attr_string(push(a, kind_field_id(STR("name"))), name);
	if (k != NULL && k->indexed_count > 0) {
		if (split(x, k, body, &binary, e) < 0)
			return -1;
		for (size_t i = 0; i < k->field_count; i++) {
			const struct kind_field *f = &k->fields[i];
			const struct schema_node *t = f->schema->type;
			size_t from = i == 0 ? 0 : x->ends[i - 1];
			struct take b = { binary.p + from,
			    x->ends[i] - from, false };

			if (!f->indexed || (int)i == k->f_name)
				continue;
			if (t->type == SCHEMA_ARRAY && plain(t->items))
				elements(t, &b, f->id, a);
			else
				value(t, &b, f->id, a);
		}
	}
	sort(a);
	return 0;
}
