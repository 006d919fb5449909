#include <string.h>

#include "avro/plan_int.h"

/*
 * Keys: the tables by which those of records are found, and those of maps.
 */

/* --- records --- */

#define QUICK_SLOTS	8	/* for each field */
#define QUICK_TRIES	64

/* Each short key into its slot; false: two would share one. */
static bool
fill_slots(struct precord *rec, bool always)
{
	bool all = true;

	for (uint32_t i = 0; i < rec->count; i++) {
		const struct pfield *f = &rec->fields[i];
		uint32_t *slot = &rec->quick[plan_hash_head(rec->quick_seed,
		    get_le64(f->head), get_le64(f->head + 8)) &
		    rec->quick_mask];

		if (f->quoted_n > KEY_HEAD)
			continue;
		if (*slot != 0) {
			all = false;
			if (!always)
				break;
		} else {
			*slot = i + 1;
		}
	}
	return all;
}

/* Keys that with their quotes are no longer than KEY_HEAD: one look tells
 * which it is.  Of many fields some share a slot; the first one has it. */
void
plan_quick(struct plan *p, struct precord *rec)
{
	uint32_t slots = QUICK_SLOTS;
	bool done = false;

	while (slots < QUICK_SLOTS * rec->count)
		slots *= 2;
	rec->quick = arena_zero(&p->arena, slots * sizeof *rec->quick);
	rec->quick_mask = slots - 1;
	rec->quick_seed = p->seed;
	for (int i = 0; i < QUICK_TRIES && !done; i++) {
		memset(rec->quick, 0, slots * sizeof *rec->quick);
		rec->quick_seed += 0x9e3779b97f4a7c15u;
		done = fill_slots(rec, i + 1 == QUICK_TRIES);
	}
}

/* --- maps ---
 *
 * None has a key twice: readers would not agree on which one holds, and the
 * JSON of such a map has no meaning that all share (RFC 8259 4).
 */

#define KEYS_FEW	8	/* compared one with another */
#define SLOTS_KEEP	((size_t)1 << 20)	/* from map to map */

void
plan_more_keys(struct plan_run *r)
{
	r->keys = mem_grow(r->keys, &r->key_cap, r->key_count + 64,
	    sizeof *r->keys);
}

static bool
same(const char *base, const struct key *a, const struct key *b)
{
	return a->n == b->n && memcmp(base + a->at, base + b->at, a->n) == 0;
}

static const struct key *
twice_of_few(const char *base, const struct key *k, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (same(base, &k[i], &k[j]))
				return &k[i];
	return NULL;
}

static const struct key *
twice_of_many(struct plan_run *r, const char *base, const struct key *k,
    size_t n)
{
	const struct key *found = NULL;
	size_t mask = 16, *slots;

	while (mask < 2 * n)
		mask *= 2;
	buf_reset(&r->slots);
	slots = (void *)buf_room(&r->slots, mask * sizeof *slots);
	memset(slots, 0, mask * sizeof *slots);
	mask--;
	for (size_t i = 0; i < n && found == NULL; i++) {
		size_t at = (size_t)plan_hash(r->plan->seed, base + k[i].at,
		    k[i].n) & mask;

		for (; slots[at] != 0 && found == NULL; at = (at + 1) & mask)
			if (same(base, &k[i], &k[slots[at] - 1]))
				found = &k[i];
		slots[at] = i + 1;
	}
	buf_shrink(&r->slots, SLOTS_KEEP);
	return found;
}

bool
plan_keys_end(struct plan_run *r, size_t first, const char *base,
    enum err_code code)
{
	const struct key *k, *found;
	size_t n = r->key_count - first;

	r->key_count = first;
	if (n < 2)
		return true;
	k = r->keys + first;
	found = n <= KEYS_FEW ? twice_of_few(base, k, n) :
	    twice_of_many(r, base, k, n);
	if (found == NULL)
		return true;
	plan_fail(r, code, found->where, "the key comes twice: '%.*s'",
	    (int)(found->n < 60 ? found->n : 60), base + found->at);
	return false;
}
