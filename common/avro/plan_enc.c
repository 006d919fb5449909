#include <string.h>

#include "avro/plan_int.h"
#include "base/jsonscan.h"
#include "base/text.h"

/*
 * JSON to binary, one pass: records, arrays, maps, strings, and what is seen
 * most.  p is always at the first byte of what is to be read; NULL comes back
 * when r->fail says why.
 */

/* --- integers ------------------------------------------------------------- */

static inline const char *
enc_long(struct plan_run *r, const struct pnode *n, const char *p)
{
	const char *start, *q = p;
	bool neg = *p == '-';
	uint64_t m = 0;
	unsigned d;

	start = q += neg;
	while (q < r->end && (d = (unsigned char)(*q - '0')) < 10) {
		m = m * 10 + d;
		q++;
	}
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

/* --- records -------------------------------------------------------------- */

/* Is the key at p the field's?  Behind its closing quote, or NULL. */
static inline const char *
key_is(const struct plan_run *r, const struct pfield *f, const char *p)
{
	if ((size_t)(r->end - p) < f->quoted_n)
		return NULL;
#ifdef __SSE2__
	if (r->end - p >= KEY_HEAD) {
		__m128i a = _mm_loadu_si128((const __m128i *)
		    (const void *)p);
		__m128i b = _mm_loadu_si128((const __m128i *)
		    (const void *)f->head);
		unsigned same = (unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(a, b));

		if ((same & f->head_mask) != f->head_mask)
			return NULL;
		if (f->quoted_n > KEY_HEAD && memcmp(p + KEY_HEAD,
		    f->quoted + KEY_HEAD, f->quoted_n - KEY_HEAD) != 0)
			return NULL;
		return p + f->quoted_n;
	}
#endif
	return memcmp(p, f->quoted, f->quoted_n) == 0 ? p + f->quoted_n :
	    NULL;
}

/* From behind a key to its value. */
static inline const char *
to_value(struct plan_run *r, const char *p)
{
	if (p < r->end && *p == ':') {
		p++;
		if (p < r->end && (unsigned char)*p > ' ')
			return p;
	} else {
		p = json_space(p, r->end);
		if (p == r->end || *p != ':')
			return enc_expected(r, p, "':'");
		p++;
	}
	p = json_space(p, r->end);
	return p < r->end ? p : plan_short(r);
}

/* From behind a value: to the next key (at its quote), or behind the bracket
 * with *done. */
static inline const char *
to_next(struct plan_run *r, const char *p, char close, bool *done)
{
	if (p < r->end && (unsigned char)*p <= ' ')
		p = json_space(p, r->end);
	if (p == r->end)
		return plan_short(r);
	if (*p == close) {
		*done = true;
		return p + 1;
	}
	if (*p != ',')
		return enc_expected(r, p, close == '}' ? "',' or '}'" :
		    "',' or ']'");
	p++;
	if (p < r->end && (unsigned char)*p <= ' ')
		p = json_space(p, r->end);
	return p < r->end ? p : plan_short(r);
}

/* From the opening bracket to what is first in it. */
static inline const char *
to_first(struct plan_run *r, const char *p, char close, bool *done)
{
	p = json_space(p + 1, r->end);
	if (p == r->end)
		return plan_short(r);
	*done = *p == close;
	return p + *done;
}

static bool
put_default(struct plan_run *r, const struct pfield *f, const char *p)
{
	if (f->state == INIT_NONE || (r->flags & PF_STRICT)) {
		plan_fail(r, ERR_VALUE, p, "no value for the field '%.*s'",
		    (int)(f->name.n < 60 ? f->name.n : 60), f->name.p);
		return false;
	}
	if (f->state != INIT_DONE && !plan_default(r, f))
		return false;
	if (!plan_room(r, f->init.n))
		return false;
	memcpy(r->o, f->init.p, f->init.n);
	r->o += f->init.n;
	return true;
}

/* A key without escapes by its hash: the field, or -1.  *p goes behind it. */
static inline int
find_plain(struct plan_run *r, const struct precord *rec, const char **p)
{
	const char *from = *p + 1, *to, *at;
	unsigned what;
	uint32_t i;

	if (**p != '"')
		return -1;
	to = json_string_end(from, r->end, &what, &at);
	if (to == NULL || what != 0)
		return -1;
	i = (uint32_t)plan_hash(r->plan->seed, from, (size_t)(to - from)) &
	    rec->slot_mask;
	for (; rec->slots[i] != 0; i = (i + 1) & rec->slot_mask)
		if (key_is(r, &rec->fields[rec->slots[i] - 1], *p) != NULL) {
			*p = to + 1;
			return (int)rec->slots[i] - 1;
		}
	return -1;
}

/* Which field the key at p means; -1 for one that is passed over, -2 when
 * there is an error.  *p goes behind the key. */
static int
find_field(struct plan_run *r, const struct precord *rec, const char **p)
{
	struct str key;
	const char *q;
	int i;

	if (**p != '"') {
		enc_expected(r, *p, "a key in quotes");
		return -2;
	}
	q = enc_text(r, *p, &key);
	if (q == NULL)
		return -2;
	i = plan_find(rec, r->plan->seed, key.p, key.n);
	if (i < 0 && !(r->flags & PF_UNKNOWN)) {
		plan_fail(r, ERR_VALUE, *p, "there is no field '%.*s'",
		    (int)(key.n < 60 ? key.n : 60), key.p);
		return -2;
	}
	*p = q;
	return i;
}

/* One member whose key is at p.  set: which parts there are already. */
static const char *
enc_member(struct plan_run *r, const struct precord *rec, uint32_t next,
    size_t parts, const char *p)
{
	const char *key = p;
	int i = find_plain(r, rec, &p);

	if (i < 0)
		i = find_field(r, rec, &p);
	if (i == -2)
		return NULL;
	p = to_value(r, p);
	if (p == NULL)
		return NULL;
	if (i == -1)
		return enc_ignore(r, p);
	if ((uint32_t)i < next || r->parts[parts + (size_t)i].set)
		return plan_fail(r, ERR_VALUE, key,
		    "the field comes twice: '%.*s'",
		    (int)rec->fields[i].name.n, rec->fields[i].name.p);
	p = enc_value(r, rec->fields[i].type, p);
	if (p == NULL) {
		plan_path(r, rec->fields[i].name);
		return NULL;
	}
	r->parts[parts + (size_t)i].set = true;
	r->parts[parts + (size_t)i].chain = plan_cut(r);
	return p;
}

/* The rest of a record from the first key that was not the expected one: each
 * field is written where it comes and put into its place at the end. */
static const char *
enc_record_any(struct plan_run *r, const struct precord *rec, uint32_t next,
    const char *p)
{
	size_t parts = plan_parts(r, rec->count);
	struct chain before = plan_cut(r);
	bool done = false;

	while (!done) {
		p = enc_member(r, rec, next, parts, p);
		if (p == NULL)
			return NULL;
		p = to_next(r, p, '}', &done);
		if (p == NULL)
			return NULL;
	}
	for (uint32_t i = next; i < rec->count; i++) {
		struct part *part = &r->parts[parts + i];

		if (part->set)
			continue;
		if (!put_default(r, &rec->fields[i], p - 1))
			return NULL;
		part->chain = plan_cut(r);
	}
	r->chain = before;
	for (uint32_t i = next; i < rec->count; i++)
		plan_join(r, r->parts[parts + i].chain);
	r->part_count = parts;
	return p;
}

const char *
enc_record(struct plan_run *r, const struct pnode *n, const char *p)
{
	const struct precord *rec = n->u.record;
	const struct pfield *f = rec->fields, *end = f + rec->count;
	const char *q;
	bool done = false;

	if (*p != '{')
		return enc_misfit(r, n, p);
	p = to_first(r, p, '}', &done);
	while (p != NULL && !done) {
		q = f < end ? key_is(r, f, p) : NULL;
		if (q == NULL)
			return enc_record_any(r, rec,
			    (uint32_t)(f - rec->fields), p);
		p = to_value(r, q);
		if (p == NULL)
			return NULL;
		p = enc_value(r, f->type, p);
		if (p == NULL) {
			plan_path(r, f->name);
			return NULL;
		}
		f++;
		p = to_next(r, p, '}', &done);
	}
	if (p == NULL)
		return NULL;
	for (; f < end; f++)
		if (!put_default(r, f, p - 1))
			return NULL;
	return p;
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

static const char *
enc_items(struct plan_run *r, const struct pnode *n, const char *p)
{
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
		p = enc_item(r, n, p, count);
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
