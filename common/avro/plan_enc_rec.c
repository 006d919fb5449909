#include <string.h>

#include "avro/plan_enc_step.h"

/*
 * JSON to binary: records.  Keys in the schema's order are compared with the
 * one that is expected; from the first other one on they are looked up, and
 * what they stand for is put into its place at the end.
 */

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

/* A short key in one step, whatever its length: the field, or -1 for another
 * try.  *p goes behind it. */
static inline int
find_quick(struct plan_run *r, const struct precord *rec, const char **p)
{
#ifdef __SSE2__
	static const uint8_t keep[2 * KEY_HEAD] = { 255, 255, 255, 255, 255,
	    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	__m128i key, same;
	unsigned quotes, n;
	uint32_t f;

	if (r->end - *p < KEY_HEAD)
		return -1;
	key = _mm_loadu_si128((const __m128i *)(const void *)*p);
	quotes = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(key,
	    _mm_set1_epi8('"')));
	if ((quotes & 1) == 0 || (quotes &= quotes - 1) == 0)
		return -1;
	n = (unsigned)__builtin_ctz(quotes) + 1;
	key = _mm_and_si128(key, _mm_loadu_si128((const __m128i *)
	    (const void *)(keep + KEY_HEAD - n)));
	f = rec->quick[plan_hash_head(rec->quick_seed,
	    (uint64_t)_mm_cvtsi128_si64(key),
	    (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(key, key))) &
	    rec->quick_mask];
	if (f == 0)
		return -1;
	same = _mm_cmpeq_epi8(key, _mm_loadu_si128((const __m128i *)
	    (const void *)rec->fields[f - 1].head));
	if (_mm_movemask_epi8(same) == 0xffff) {
		*p += n;
		return (int)f - 1;
	}
#else
	(void)r;
	(void)rec;
	(void)p;
#endif
	return -1;
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

#ifdef __SSE2__
/* Bits of the 16 bytes at p that are c. */
static inline uint64_t
are(const char *p, char c)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v,
	    _mm_set1_epi8(c)));
}

static inline uint64_t
are64(const char *p, char c)
{
	return are(p, c) | are(p + 16, c) << 16 | are(p + 32, c) << 32 |
	    are(p + 48, c) << 48;
}
#endif

/*
 * Where the scalar at p ends, at the comma or bracket behind it.  NULL: it is
 * none, or not so simple.  Text or not makes no branch: that could not be
 * foreseen.
 */
static inline const char *
scalar_end(const struct plan_run *r, const char *p)
{
#ifdef __SSE2__
	uint64_t quotes, ends, bit;
	size_t n;

	if (r->end - p <= 64 || (*p | 0x20) == '{')
		return NULL;
	quotes = are64(p, '"');
	ends = are(p, ',') | are(p, '}') | (are(p + 16, ',') |
	    are(p + 16, '}')) << 16;
	quotes &= quotes - 1;		/* without the first one */
	bit = *p == '"' ? quotes << 1 : ends;
	if (bit == 0 || (are64(p, '\\') & (bit ^ (bit - 1))) != 0)
		return NULL;
	n = (size_t)__builtin_ctzll(bit);
	return p[n] == ',' || p[n] == '}' ? p + n : NULL;
#else
	(void)r;
	(void)p;
	return NULL;
#endif
}

/* A member of any type, written where it comes. */
static const char *
enc_now(struct plan_run *r, const struct pfield *f, struct order *w,
    uint32_t i, const char *p)
{
	size_t at = plan_member(r);

	p = enc_value(r, f->type, p);
	if (p == NULL)
		plan_path(r, f->name);
	else
		plan_member_end(r, w, i, at);
	return p;
}

/* One member whose key is at p.  Scalars are only looked for, to be written
 * when it is their turn: what comes next is known then, which is worth more
 * than the look costs. */
static const char *
enc_member(struct plan_run *r, const struct precord *rec, uint32_t next,
    struct order *w, bool *now, const char *p)
{
	const char *key = p, *end;
	int i = find_quick(r, rec, &p);
	struct member *m;

	if (i < 0)
		i = find_plain(r, rec, &p);
	if (i < 0)
		i = find_field(r, rec, &p);
	if (i == -2)
		return NULL;
	p = to_value(r, p);
	if (p == NULL)
		return NULL;
	if (i == -1)
		return enc_ignore(r, p);
	m = &r->members[w->first + (size_t)i];
	if ((uint32_t)i < next || m->n != NOT_THERE)
		return plan_fail(r, ERR_VALUE, key,
		    "the field comes twice: '%.*s'",
		    (int)rec->fields[i].name.n, rec->fields[i].name.p);
	end = scalar_end(r, p);
	if (end == NULL) {
		*now = true;
		return enc_now(r, &rec->fields[i], w, (uint32_t)i, p);
	}
	m->at = (size_t)(p - r->start);
	m->n = PUT_OFF + (size_t)(end - p);
	return end;
}

/* A scalar that was put off. */
static bool
enc_late(struct plan_run *r, const struct pfield *f, const struct member *m)
{
	const char *p = r->start + m->at, *end = p + (m->n - PUT_OFF);

	p = enc_value(r, f->type, p);
	if (p == NULL) {
		plan_path(r, f->name);
		return false;
	}
	if (p != end && json_space(p, end) != end) {
		enc_expected(r, json_space(p, end), "',' or '}'");
		return false;
	}
	return true;
}

/* What is not written yet, in order: where it belongs, or as members beside
 * those that are. */
static bool
enc_rest(struct plan_run *r, const struct precord *rec, uint32_t next,
    struct order *w, bool now, const char *p)
{
	for (uint32_t i = next; i < rec->count; i++) {
		struct member m = r->members[w->first + i];
		const struct pfield *f = &rec->fields[i];
		size_t at = 0;

		if (m.n < PUT_OFF)
			continue;
		if (now)
			at = plan_member(r);
		if (m.n == NOT_THERE ? !put_default(r, f, p) :
		    !enc_late(r, f, &m))
			return false;
		if (now)
			plan_member_end(r, w, i, at);
	}
	return true;
}

/* The rest of a record from the first key that was not the expected one. */
static const char *
enc_record_any(struct plan_run *r, const struct precord *rec, uint32_t next,
    const char *p)
{
	struct order w = plan_order(r, rec->count);
	bool done = false, now = false;

	while (!done) {
		p = enc_member(r, rec, next, &w, &now, p);
		if (p == NULL)
			return NULL;
		p = to_next(r, p, '}', &done);
		if (p == NULL)
			return NULL;
	}
	if (!enc_rest(r, rec, next, &w, now, p - 1))
		return NULL;
	if (now)
		return plan_order_end(r, &w, next, rec->count, NULL) ? p :
		    NULL;
	r->member_count = w.first;
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

