#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/plan_int.h"
#include "base/jsonscan.h"

#define WORK_MIN	4096
#define COPY		16	/* bytes copied at once, and spare behind */
#define WORK_KEEP	((size_t)1 << 20)	/* kept from value to value */

/* How often a value's text may be looked at again to tell branches of a union
 * from each other. */
#define LOOK_TIMES	32
#define LOOK_MIN	((size_t)1 << 20)

struct plan_run *
plan_run_new(const struct plan_limits *limits)
{
	struct plan_run *r = mem_zero(sizeof *r);

	r->limits = (struct plan_limits)PLAN_LIMITS;
	if (limits != NULL)
		r->limits = *limits;
	buf_init(&r->text, SIZE_MAX / 2);
	buf_init(&r->bytes, SIZE_MAX / 2);
	buf_init(&r->slots, SIZE_MAX / 2);
	return r;
}

void
plan_run_free(struct plan_run *r)
{
	if (r == NULL)
		return;
	free(r->work);
	free(r->segs);
	free(r->parts);
	free(r->members);
	free(r->keys);
	buf_free(&r->text);
	buf_free(&r->bytes);
	buf_free(&r->slots);
	free(r);
}

size_t
plan_run_at(const struct plan_run *r)
{
	return r->fail_at == NULL ? 0 : (size_t)(r->fail_at - r->start);
}

void
plan_begin(struct plan_run *r, const struct plan *p, const void *in, size_t n,
    bool last)
{
	r->plan = p;
	r->flags = p->flags;
	r->start = n == 0 ? "" : in;
	r->end = r->start + n;
	r->last = last;
	if (r->work == NULL) {
		r->work = mem_alloc(WORK_MIN + COPY);
		r->o_end = r->work + WORK_MIN;
	}
	r->o = r->work;
	r->depth = r->limits.depth;
	r->elements = r->limits.elements;
	if (!size_mul(n, LOOK_TIMES, &r->look) || r->look < LOOK_MIN)
		r->look = LOOK_MIN;
	r->chain = (struct chain){ NO_SEG, NO_SEG };
	r->open = 0;
	r->seg_count = 0;
	r->part_count = 0;
	r->member_count = 0;
	r->key_count = 0;
	r->fail = FAIL_NONE;
	r->fail_at = NULL;
	r->path_at = sizeof r->path;
	r->path_cut = false;
}

bool
plan_grow(struct plan_run *r, size_t n)
{
	size_t used = (size_t)(r->o - r->work);
	size_t cap = (size_t)(r->o_end - r->work), want;

	if (!size_add(used, n, &want) || want > r->limits.bytes) {
		plan_fail(r, ERR_LIMIT, NULL, "the value takes more than "
		    "%zu bytes", r->limits.bytes);
		return false;
	}
	cap = cap < WORK_MIN ? WORK_MIN : cap;
	while (cap < want)
		cap *= 2;
	r->work = mem_realloc(r->work, cap + COPY);
	r->o = r->work + used;
	r->o_end = r->work + cap;
	return true;
}

/* --- what went wrong ------------------------------------------------------ */

void *
plan_fail(struct plan_run *r, enum err_code code, const void *at,
    const char *fmt, ...)
{
	va_list ap;

	r->fail = FAIL_ERROR;
	r->fail_at = at;
	va_start(ap, fmt);
	err_vset(&r->err, code, fmt, ap);
	va_end(ap);
	return NULL;
}

void *
plan_short(struct plan_run *r)
{
	if (r->last)
		return plan_fail(r, ERR_INPUT, r->end,
		    "it ends where more must follow");
	r->fail = FAIL_SHORT;
	return NULL;
}

void
plan_path(struct plan_run *r, struct str step)
{
	if (r->fail != FAIL_ERROR)
		return;
	if (step.n + 1 > r->path_at || r->path_cut) {
		r->path_cut = true;
		return;
	}
	r->path_at -= step.n;
	memcpy(r->path + r->path_at, step.p, step.n);
	r->path[--r->path_at] = '/';
}

void
plan_path_index(struct plan_run *r, size_t i)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%zu", i);

	plan_path(r, (struct str){ text, (size_t)n });
}

/* --- chains of segments --------------------------------------------------- */

/* Room for one more segment, for n more parts. */
void
plan_more_segs(struct plan_run *r)
{
	r->segs = mem_grow(r->segs, &r->seg_cap, r->seg_count + 64,
	    sizeof *r->segs);
}

void
plan_more_parts(struct plan_run *r, size_t n)
{
	r->parts = mem_grow(r->parts, &r->part_cap, r->part_count + n,
	    sizeof *r->parts);
}

void
plan_more_members(struct plan_run *r, size_t n)
{
	r->members = mem_grow(r->members, &r->member_cap, r->member_count + n,
	    sizeof *r->members);
}

#define MOVE_MAX	4096

/*
 * The count of the items behind the byte that was kept for it at at; before
 * is what the chain was then.  One byte is the rule.  More go in between by
 * moving a little, or as a segment.
 */
bool
plan_count(struct plan_run *r, size_t at, struct chain before, uint64_t count)
{
	size_t n = varint_size(count << 1), now = (size_t)(r->o - r->work);
	bool whole = r->chain.tail == before.tail;
	uint32_t s, first, rest;

	if (n == 1) {
		r->work[at] = (char)(count << 1);
		return true;
	}
	if (!plan_room(r, n))
		return false;
	if (whole && now - at <= MOVE_MAX) {
		memmove(r->work + at + n, r->work + at + 1, now - at - 1);
		put_varint(r->work + at, count << 1);
		r->o += n - 1;
		return true;
	}
	if (whole) {
		first = plan_seg(r, r->open, at - r->open);
		plan_join(r, (struct chain){ first, first });
		s = plan_seg(r, now, n);
		plan_join(r, (struct chain){ s, s });
		s = plan_seg(r, at + 1, now - at - 1);
		plan_join(r, (struct chain){ s, s });
	} else {		/* the byte lies in the first one since */
		first = before.tail == NO_SEG ? r->chain.head :
		    r->segs[before.tail].next;
		s = plan_seg(r, now, n);
		rest = plan_seg(r, at + 1,
		    r->segs[first].at + r->segs[first].n - at - 1);
		r->segs[rest].next = r->segs[first].next;
		r->segs[s].next = rest;
		r->segs[first].next = s;
		r->segs[first].n = at - r->segs[first].at;
		if (r->chain.tail == first)
			r->chain.tail = rest;
		if (now > r->open) {
			s = plan_seg(r, r->open, now - r->open);
			plan_join(r, (struct chain){ s, s });
		}
	}
	r->o = put_varint(r->o, count << 1);
	r->open = (size_t)(r->o - r->work);
	return true;
}

/* --- members of a record in any order ------------------------------------- */

#define ORDER_MAX	256	/* more would be moved at too many levels */

/* A copy of COPY bytes or more: what is behind them is not of the member. */
static inline char *
copy(char *to, const char *from, size_t n)
{
	memcpy(to, from, COPY);
	if (n > COPY)
		memcpy(to + COPY, from + COPY, n - COPY);
	return to + n;
}

/* Little enough to be copied: behind it in order, and back. */
static bool
order_small(struct plan_run *r, const struct order *w, uint32_t from,
    uint32_t to, const uint32_t *sorted)
{
	size_t n = (size_t)(r->o - r->work) - w->start;
	char *o;

	if (!plan_room(r, n + COPY))
		return false;
	o = r->o + COPY;		/* beyond what a copy reads */
	for (uint32_t k = from; k < to; k++) {
		const struct member *m = &r->members[w->first +
		    (sorted == NULL ? k : sorted[k])];

		o = copy(o, r->work + m->at, m->n);
	}
	memcpy(r->work + w->start, r->o + COPY, n);
	r->chain = w->before;
	r->open = w->open;
	return true;
}

static void
order_chained(struct plan_run *r, const struct order *w, uint32_t from,
    uint32_t to, const uint32_t *sorted)
{
	uint32_t s;

	r->chain = w->before;
	if (w->start > w->open) {
		s = plan_seg(r, w->open, w->start - w->open);
		plan_join(r, (struct chain){ s, s });
	}
	for (uint32_t k = from; k < to; k++) {
		const struct member *m = &r->members[w->first +
		    (sorted == NULL ? k : sorted[k])];

		if (m->chain.head != NO_SEG) {
			plan_join(r, m->chain);
		} else if (m->n > 0) {
			s = plan_seg(r, m->at, m->n);
			plan_join(r, (struct chain){ s, s });
		}
	}
	r->open = (size_t)(r->o - r->work);
}

bool
plan_order_end(struct plan_run *r, const struct order *w, uint32_t from,
    uint32_t to, const uint32_t *sorted)
{
	bool small = w->whole &&
	    (size_t)(r->o - r->work) - w->start <= ORDER_MAX;

	r->member_count = w->first;
	if (small)
		return order_small(r, w, from, to, sorted);
	order_chained(r, w, from, to, sorted);
	return true;
}

/* --- the end -------------------------------------------------------------- */

static int
report(struct plan_run *r, struct err *e, bool json)
{
	struct str path = { r->path + r->path_at, sizeof r->path - r->path_at };

	*e = r->err;
	if (r->fail_at == NULL)
		r->fail_at = r->start;
	err_path(e, "%s%.*s", r->path_cut ? "..." : "", (int)path.n, path.p);
	if (json)
		return json_err_at(e, r->start, (size_t)(r->end - r->start),
		    plan_run_at(r));
	return err_at(e, "byte %zu", plan_run_at(r));
}

static void
gather(struct plan_run *r, struct buf *out)
{
	size_t now = (size_t)(r->o - r->work);
	char *to;

	if (r->chain.head == NO_SEG) {
		buf_put(out, r->work, now);
		return;
	}
	r->chain = plan_cut(r);
	to = buf_room(out, now + COPY);
	if (to == NULL)
		return;
	for (uint32_t s = r->chain.head; s != NO_SEG; s = r->segs[s].next) {
		const char *from = r->work + r->segs[s].at;
		size_t n = r->segs[s].n;

		to = copy(to, from, n);
	}
	out->n = (size_t)(to - out->p);
}

/* What a run came to: at is behind the value, or NULL.  out NULL: nothing is
 * to be handed over. */
int
plan_end(struct plan_run *r, const void *at, size_t *used, struct buf *out,
    struct err *e, bool json)
{
	int rc = 1;

	if (at != NULL && (size_t)(r->o - r->work) > r->limits.bytes)
		at = plan_fail(r, ERR_LIMIT, NULL, "the value takes more than "
		    "%zu bytes", r->limits.bytes);
	if (at == NULL && r->fail == FAIL_SHORT) {
		rc = 0;
	} else if (at == NULL) {
		rc = report(r, e, json);
	} else {
		if (used != NULL)
			*used = (size_t)((const char *)at - r->start);
		if (out != NULL)
			gather(r, out);
		if (out != NULL && buf_full(out))
			rc = err_set(e, ERR_LIMIT, "the output is over the "
			    "limit of %zu bytes", out->max);
	}
	if ((size_t)(r->o_end - r->work) > WORK_KEEP) {
		free(r->work);
		r->work = r->o = r->o_end = NULL;
	}
	return rc;
}
