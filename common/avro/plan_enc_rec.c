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

/*
 * The commas and brackets outside of strings in 64 bytes from at on, a bit for
 * each: what ends a member is known before its key is, so that one need not
 * wait for the other.
 */
struct window {
	const char *at;
	uint64_t ends;
};

#define WINDOW	64

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

/* p is no part of a string. */
static inline void
window_look(struct window *w, const char *p)
{
	uint64_t text = are64(p, '"'), slashes = are64(p, '\\');

	text ^= text << 1;		/* from each quote to the next */
	text ^= text << 2;
	text ^= text << 4;
	text ^= text << 8;
	text ^= text << 16;
	text ^= text << 32;
	w->at = p;
	w->ends = (are64(p, ',') | are64(p, '}')) & ~text &
	    ((slashes & -slashes) - 1);	/* up to the first one */
}
#else
static inline void
window_look(struct window *w, const char *p)
{
	(void)w;
	(void)p;
}
#endif

/* Where the member at p ends if its value is a scalar; NULL: not near. */
static inline const char *
member_end(const struct plan_run *r, struct window *w, const char *p)
{
	size_t at = (size_t)(p - w->at);
	uint64_t ends = at < WINDOW ? w->ends >> at : 0;

	if (ends == 0) {
		if (r->end - p < WINDOW)
			return NULL;
		window_look(w, p);
		ends = w->ends;
	}
	return ends == 0 ? NULL : p + __builtin_ctzll(ends);
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
    struct order *w, struct window *look, const char *p)
{
	const char *key = p, *end = member_end(r, look, p);
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
	if (end == NULL || (*p | 0x20) == '{')
		return enc_now(r, &rec->fields[i], w, (uint32_t)i, p);
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

/* What was written from *from on is a piece, if it is anything. */
static inline void
end_run(struct plan_run *r, struct order *w, uint32_t *pieces, size_t *from)
{
	size_t n = (size_t)(r->o - r->work) - *from;

	if (n > 0)
		r->members[w->first + (*pieces)++] = (struct member){ *from, n,
		    { NO_SEG, NO_SEG } };
	*from += n;
}

/*
 * The members in order: those that are not there yet are written, and if none
 * was, where they belong.  Else each of those that were is a piece, and what
 * is written between two of them; the pieces take the members' place.
 */
static bool
enc_rest(struct plan_run *r, const struct precord *rec, uint32_t next,
    struct order *w, uint32_t *pieces, const char *p)
{
	size_t from = (size_t)(r->o - r->work);

	*pieces = 0;
	for (uint32_t i = next; i < rec->count; i++) {
		const struct pfield *f = &rec->fields[i];
		struct member m = r->members[w->first + i];

		if (m.n < PUT_OFF) {
			end_run(r, w, pieces, &from);
			r->members[w->first + (*pieces)++] = m;
		} else if (m.n == NOT_THERE ? !put_default(r, f, p) :
		    !enc_late(r, f, &m)) {
			return false;
		}
	}
	if (*pieces > 0)
		end_run(r, w, pieces, &from);
	return true;
}

/* The rest of a record from the first key that was not the expected one. */
static const char *
enc_record_any(struct plan_run *r, const struct precord *rec, uint32_t next,
    const char *p)
{
	struct order w = plan_order(r, rec->count);
	struct window look = { .at = p };
	bool done = false;
	uint32_t pieces;

	while (!done) {
		p = enc_member(r, rec, next, &w, &look, p);
		if (p == NULL)
			return NULL;
		p = to_next(r, p, '}', &done);
		if (p == NULL)
			return NULL;
	}
	if (!enc_rest(r, rec, next, &w, &pieces, p - 1))
		return NULL;
	if (pieces > 0)
		return plan_order_end(r, &w, 0, pieces, NULL) ? p : NULL;
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

