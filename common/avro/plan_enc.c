#include <string.h>

#include "avro/plan_enc_step.h"
#include "base/text.h"

/*
 * JSON to binary, one pass: arrays, maps, strings, and what is seen most.  p
 * is always at the first byte of what is to be read; NULL comes back when
 * r->fail says why.
 */

/* --- integers ------------------------------------------------------------- */

static inline const char *
enc_long(struct plan_run *r, const struct pnode *n, const char *p)
{
	bool neg = *p == '-';
	const char *start = p + neg, *q;
	uint64_t m = 0;

	q = json_digits(start, r->end, &m);
	if (q - start > 18 || q == start || (*start == '0' && q - start > 1) ||
	    q == r->end || *q == '.' || (*q | 0x20) == 'e')
		return enc_integer(r, n, p);
	if (n->op == SCHEMA_INT && m > (uint64_t)INT32_MAX + neg)
		return enc_misfit(r, n, p);
	if (!plan_room(r, VARINT_MAX))
		return NULL;
	r->o = put_zigzag(r->o, neg ? -(int64_t)m : (int64_t)m);
	return q;
}

/* --- strings -------------------------------------------------------------- */

/* p is at the quote: the string to its length and bytes. */
static inline const char *
enc_string(struct plan_run *r, const char *p)
{
	const char *from = p + 1, *to, *at;
	unsigned what;
	size_t n;

	to = json_string_end(from, r->end, &what, &at);
	if (to == NULL || what != 0)
		return enc_string_slow(r, p);
	n = (size_t)(to - from);
	if (!plan_room(r, n + VARINT_MAX + 16))
		return NULL;
	if (n < 64) {
		*r->o++ = (char)(n << 1);
		if (r->end - from >= 64) {	/* 16 bytes a step, in room */
			char *o = r->o;

			for (size_t i = 0; i < n; i += 16)
				memcpy(o + i, from + i, 16);
			r->o = o + n;
			return to + 1;
		}
	} else {
		r->o = put_varint(r->o, (uint64_t)n << 1);
	}
	memcpy(r->o, from, n);
	r->o += n;
	return to + 1;
}

/* --- arrays and maps ------------------------------------------------------ */

/* One item, or an entry with its key. */
static inline const char *
enc_item(struct plan_run *r, const struct pnode *n, const char *p, size_t i)
{
	const char *key = p, *at = p;
	size_t from = (size_t)(r->o - r->work);
	struct str step;

	if (n->op == SCHEMA_MAP) {
		if (*p != '"')
			return enc_expected(r, p, "a key in quotes");
		p = enc_string(r, p);
		if (p == NULL)
			return NULL;
		plan_key(r, r->work, from, (size_t)(r->o - r->work), key);
		p = to_value(r, p);
		if (p == NULL)
			return NULL;
	}
	at = enc_value(r, n->u.items, p);
	if (at != NULL || r->fail != FAIL_ERROR)
		return at;
	if (n->op == SCHEMA_ARRAY) {
		plan_path_index(r, i);
	} else {
		const char *where = r->fail_at;
		struct err e = r->err;

		if (enc_text(r, key, &step) != NULL)
			plan_path(r, step);
		r->err = e;
		r->fail_at = where;
	}
	return NULL;
}

/* An array's item by its type; those of numbers are what long arrays hold. */
static inline const char *
enc_element(struct plan_run *r, const struct pnode *n, const char *p,
    bool number, size_t i)
{
	if (!number)
		return enc_item(r, n, p, i);
	n = n->u.items;
	p = n->op <= SCHEMA_LONG ? enc_long(r, n, p) : enc_number(r, n, p);
	if (p == NULL)
		plan_path_index(r, i);
	return p;
}

static const char *
enc_items(struct plan_run *r, const struct pnode *n, const char *p)
{
	bool number = n->op == SCHEMA_ARRAY && plan_is_number(r, n->u.items);
	char close = n->op == SCHEMA_ARRAY ? ']' : '}';
	struct chain before;
	bool done = false;
	size_t at, count = 0, keys = r->key_count;

	if (*p != (n->op == SCHEMA_ARRAY ? '[' : '{'))
		return enc_misfit(r, n, p);
	p = to_first(r, p, close, &done);
	if (p == NULL || !plan_room(r, 2))
		return NULL;
	at = (size_t)(r->o - r->work);
	*r->o++ = 0;
	if (done)
		return p;
	before = r->chain;
	while (!done) {
		p = enc_element(r, n, p, number, count);
		if (p == NULL)
			return NULL;
		if (r->elements-- == 0)
			return plan_fail(r, ERR_LIMIT, p, "more than %zu "
			    "elements in one value", r->limits.elements);
		count++;
		p = to_next(r, p, close, &done);
		if (p == NULL)
			return NULL;
	}
	if (!plan_keys_end(r, keys, r->work, ERR_VALUE) ||
	    !plan_count(r, at, before, count) || !plan_room(r, 1))
		return NULL;
	*r->o++ = 0;
	return p;
}

/* --- any value ------------------------------------------------------------ */

static const char *
enc_word(struct plan_run *r, const struct pnode *n, const char *p,
    const char *word, size_t len)
{
	size_t left = (size_t)(r->end - p);

	if (left >= len && memcmp(p, word, len) == 0)
		return p + len;
	if (left < len && memcmp(p, word, left) == 0)
		return plan_short(r);
	return enc_misfit(r, n, p);
}

static const char *
enc_boolean(struct plan_run *r, const struct pnode *n, const char *p)
{
	bool truth = *p == 't';

	if (!truth && *p != 'f')
		return (r->flags & PF_CAST) && *p == '"' ?
		    enc_number(r, n, p) : enc_misfit(r, n, p);
	if (!plan_room(r, 1))
		return NULL;
	*r->o++ = truth;
	return truth ? enc_word(r, n, p, "true", 4) :
	    enc_word(r, n, p, "false", 5);
}

static const char *
enc_enum(struct plan_run *r, const struct pnode *n, const char *p)
{
	struct str s;
	const char *q;
	int i;

	if (*p != '"')
		return enc_misfit(r, n, p);
	q = enc_text(r, p, &s);
	if (q == NULL)
		return NULL;
	i = plan_name(&n->u.symbols->names, r->plan->seed, s.p, s.n);
	if (i < 0)
		return enc_misfit(r, n, p);
	if (!plan_room(r, VARINT_MAX))
		return NULL;
	r->o = put_zigzag(r->o, i);
	return q;
}

static const char *
enc_container(struct plan_run *r, const struct pnode *n, const char *p)
{
	if (r->depth == 0)
		return plan_fail(r, ERR_LIMIT, p, "nested deeper than %zu",
		    r->limits.depth);
	r->depth--;
	p = n->op == SCHEMA_RECORD ? enc_record(r, n, p) : enc_items(r, n, p);
	r->depth++;
	return p;
}

const char *
enc_value(struct plan_run *r, const struct pnode *n, const char *p)
{
	if (p == r->end)
		return plan_short(r);
	if (n->logical != LOGICAL_NONE && !(r->flags & PF_RAW))
		return enc_logical(r, n, p);
	switch (n->op) {
	case SCHEMA_STRING:
		if (*p == '"')
			return enc_string(r, p);
		return r->flags & PF_CAST ? enc_number(r, n, p) :
		    enc_misfit(r, n, p);
	case SCHEMA_INT: case SCHEMA_LONG:
		return enc_long(r, n, p);
	case SCHEMA_RECORD: case SCHEMA_ARRAY: case SCHEMA_MAP:
		return enc_container(r, n, p);
	case SCHEMA_UNION:
		return enc_union(r, n, p);
	case SCHEMA_FLOAT: case SCHEMA_DOUBLE:
		return enc_number(r, n, p);
	case SCHEMA_NULL:
		return enc_word(r, n, p, "null", 4);
	case SCHEMA_BOOLEAN:
		return enc_boolean(r, n, p);
	case SCHEMA_ENUM:
		return enc_enum(r, n, p);
	default:
		return enc_bytes(r, n, p);
	}
}
