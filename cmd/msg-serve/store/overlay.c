#include "store/overlay.h"

#include <assert.h>

#include "base/mem.h"

/* A skip list a table. */
struct overlay_row {
	struct row row;
	unsigned levels;
	bool cancelled;
	struct overlay_row *next[];
};

void
overlay_init(struct overlay *o)
{
	memset(o, 0, sizeof *o);
	arena_init(&o->arena);
	o->random = 2463534242u;
}

void
overlay_free(struct overlay *o)
{
	arena_free(&o->arena);
	overlay_init(o);
}

void
overlay_reset(struct overlay *o)
{
	arena_reset(&o->arena);
	memset(o->head, 0, sizeof o->head);
	o->count = o->bytes = 0;
}

/* One in four rows is a level higher (xorshift). */
static unsigned
height(struct overlay *o)
{
	unsigned n = 1;

	o->random ^= o->random << 13;
	o->random ^= o->random >> 17;
	o->random ^= o->random << 5;
	for (uint32_t x = o->random; n < OVERLAY_LEVELS && (x & 3) == 0;
	    x >>= 2)
		n++;
	return n;
}

/* The first row at or behind key (behind: not at it).  at[l]: the link to be
 * changed to put a row before it; at may be NULL. */
static struct overlay_row *
find(const struct overlay *o, enum table t, struct str key, bool behind,
    struct overlay_row ***at)
{
	struct overlay_row *const *links = o->head[t], *r;

	for (int l = OVERLAY_LEVELS - 1; l >= 0; l--) {
		while ((r = links[l]) != NULL) {
			int c = str_cmp(r->row.key, key);

			if (c > 0 || (c == 0 && !behind))
				break;
			links = r->next;
		}
		if (at != NULL)
			at[l] = (struct overlay_row **)(uintptr_t)&links[l];
	}
	return links[0];
}

static struct str
keep(struct overlay *o, struct str s)
{
	if (s.p == NULL)
		return STR_NONE;
	o->bytes += s.n;
	return (struct str){ arena_dup(&o->arena, s.p, s.n), s.n };
}

void
overlay_put(struct overlay *o, enum table t, struct str key, struct str value)
{
	struct overlay_row **at[OVERLAY_LEVELS], *r;
	unsigned levels;

	assert(key.n > 0 && key.n <= ENGINE_KEY_MAX);
	r = find(o, t, key, false, at);
	if (r != NULL && str_eq(r->row.key, key)) {
		r->row.value = keep(o, value);
		o->count += r->cancelled;
		r->cancelled = false;
		return;
	}
	levels = height(o);
	r = arena_alloc(&o->arena, sizeof *r + levels * sizeof r->next[0]);
	r->levels = levels;
	r->cancelled = false;
	r->row = (struct row){ t, keep(o, key), keep(o, value) };
	for (unsigned l = 0; l < levels; l++) {
		r->next[l] = *at[l];
		*at[l] = r;
	}
	o->count++;
	o->bytes += sizeof *r;
}

static const struct overlay_row *
next(const struct overlay *o, const struct overlay_row *r)
{
	int t = 0;

	if (r != NULL) {
		if (r->next[0] != NULL)
			return r->next[0];
		t = (int)r->row.table + 1;
	}
	for (; t < T_COUNT; t++)
		if (o->head[t][0] != NULL)
			return o->head[t][0];
	return NULL;
}

const struct overlay_row *
overlay_next(const struct overlay *o, const struct overlay_row *r)
{
	do {
		r = next(o, r);
	} while (r != NULL && r->cancelled);
	return r;
}

int
overlay_apply(const struct overlay *o, struct engine *g, struct err *e)
{
	const struct overlay_row *r = NULL;

	while ((r = overlay_next(o, r)) != NULL)
		if (engine_put(g, &r->row, 1, e) < 0)
			return -1;
	return 0;
}

void
overlay_cancel(struct overlay *o, const struct overlay_row *r)
{
	((struct overlay_row *)(uintptr_t)r)->cancelled = true;
	o->count--;
}

struct row
overlay_row(const struct overlay_row *r)
{
	return r->row;
}

/* --- reading through ------------------------------------------------- */

static inline bool
begins(struct str key, struct str prefix)
{
	return key.n >= prefix.n && (prefix.n == 0 ||
	    memcmp(key.p, prefix.p, prefix.n) == 0);
}

int
rows_scan(struct snap *s, const struct overlay *o, enum table t,
    struct str from, bool after, struct str prefix, struct row *rows,
    size_t max, struct err *e)
{
	struct overlay_row *r;
	struct row under = { .table = t };
	struct str at = from;
	bool at_after = after, fetch = true;
	size_t n = 0;
	int got = 0;

	if (o == NULL || o->head[t][0] == NULL)
		return snap_scan(s, t, from, after, prefix, rows, max, e);
	r = find(o, t, from, after, NULL);
	while (n < max) {
		if (fetch) {
			got = snap_scan(s, t, at, at_after, prefix, &under, 1,
			    e);
			if (got < 0)
				return -1;
			at = under.key;
			at_after = true;
			fetch = false;
		}
		if (r != NULL && !begins(r->row.key, prefix))
			r = NULL;
		if (r == NULL && got == 0)
			break;
		int c = r == NULL ? 1 : got == 0 ? -1 :
		    str_cmp(r->row.key, under.key);

		if (c > 0) {
			rows[n++] = under;
		} else {
			if (r->row.value.p != NULL)
				rows[n++] = r->row;
			r = r->next[0];
		}
		fetch = c >= 0 && got > 0;
	}
	return (int)n;
}

int
rows_seek(struct snap *s, const struct overlay *o, struct seek *q,
    struct err *e)
{
	int n;

	if (o == NULL || o->head[q->table][0] == NULL)
		return snap_seek(s, q, 1, e);
	n = rows_scan(s, o, q->table, q->key, false,
	    (struct str){ q->key.p, q->prefix }, &q->row, 1, e);
	if (n == 0)
		q->row = (struct row){ .table = q->table };
	return n < 0 ? -1 : 0;
}

/* Deletes do not happen in the tables this is used for. */
static struct overlay_row *
last(const struct overlay *o, enum table t, struct str prefix)
{
	struct overlay_row *const *links = o->head[t], *r, *best = NULL;

	for (int l = OVERLAY_LEVELS - 1; l >= 0; l--)
		while ((r = links[l]) != NULL && (begins(r->row.key, prefix) ||
		    str_cmp(r->row.key, prefix) < 0)) {
			best = r;
			links = r->next;
		}
	return best != NULL && begins(best->row.key, prefix) ? best : NULL;
}

int
rows_last(struct snap *s, const struct overlay *o, enum table t,
    struct str prefix, struct row *row, struct err *e)
{
	struct overlay_row *best;
	int rc = snap_last(s, t, prefix, row, e);

	if (rc < 0 || o == NULL)
		return rc;
	best = last(o, t, prefix);
	if (best != NULL && (rc == 0 || str_cmp(best->row.key, row->key) > 0))
		*row = best->row;
	return rc == 1 || best != NULL;
}

int
rows_get(struct snap *s, const struct overlay *o, enum table t,
    struct str key, struct str *value, struct err *e)
{
	struct seek q = { .table = t, .key = key, .prefix = key.n };

	if (rows_seek(s, o, &q, e) < 0)
		return -1;
	if (q.row.value.p == NULL || q.row.key.n != key.n)
		return 0;
	*value = q.row.value;
	return 1;
}
