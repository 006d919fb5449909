#include "service/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

/* A place that one of many keys may have: the newest has it. */
struct slot {
	uint64_t head;			/* 0: free */
	uint64_t hash;
	const char *key;		/* branch, query; NULL: asked once */
	uint32_t branch_n, query_n;
	struct kept_answer answer;
};

struct kept {
	uint64_t head;			/* of the newest call */
	struct arena arena;		/* keys and answers of that head */
	struct slot slots[KEPT_SLOTS];
};

struct kept *
kept_new(void)
{
	return mem_zero(sizeof(struct kept));
}

void
kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	arena_free(&k->arena);
	free(k);
}

/* Keys are compared in full, so that a collision made by will costs whoever
 * makes it no more than an answer that is not kept. */
static uint64_t
hash(uint64_t h, struct str s)
{
	const char *p = s.p;
	size_t n = s.n;
	uint64_t last = 0;

	h ^= n;
	for (; n >= 8; p += 8, n -= 8)
		h = (h ^ get_le64(p)) * 0x9e3779b97f4a7c15u, h ^= h >> 29;
	if (n > 0)
		memcpy(&last, p, n);
	h = (h ^ last) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static struct slot *
place(struct kept *k, struct str branch, struct str query, uint64_t *h)
{
	*h = hash(hash(1, branch), query);
	return &k->slots[*h % KEPT_SLOTS];
}

static bool
fits(struct str branch, struct str query)
{
	return branch.n <= KEPT_KEY && query.n <= KEPT_KEY - branch.n;
}

/* All that is kept is of an older head, or too much: none of it is there. */
static void
forget(struct kept *k, uint64_t head)
{
	k->head = head;
	arena_reset(&k->arena);
	memset(k->slots, 0, sizeof k->slots);
}

static bool
is_for(const struct slot *s, struct str branch, struct str query)
{
	return s->key != NULL && s->branch_n == branch.n &&
	    s->query_n == query.n &&
	    memcmp(s->key + branch.n, query.p, query.n) == 0 &&
	    (branch.n == 0 || memcmp(s->key, branch.p, branch.n) == 0);
}

bool
kept_find(struct kept *k, uint64_t head, struct str branch, struct str query,
    struct kept_answer *out)
{
	const struct slot *s;
	uint64_t h;

	if (head != k->head || !fits(branch, query))
		return false;
	s = place(k, branch, query, &h);
	if (s->head != head || s->hash != h || !is_for(s, branch, query))
		return false;
	*out = s->answer;
	return true;
}

void
kept_put(struct kept *k, uint64_t head, struct str branch, struct str query,
    struct kept_answer answer)
{
	size_t key = branch.n + query.n, n = answer.text.n;
	struct slot *s;
	uint64_t h;
	char *p;

	if (head < k->head || n > KEPT_ANSWER || !fits(branch, query))
		return;
	if (head != k->head || k->arena.used + key + n > KEPT_BYTES)
		forget(k, head);
	s = place(k, branch, query, &h);
	if (s->head != head || s->hash != h) {
		*s = (struct slot){ .head = head, .hash = h };
		return;
	}
	p = arena_alloc(&k->arena, key + n);
	if (branch.n > 0)
		memcpy(p, branch.p, branch.n);
	memcpy(p + branch.n, query.p, query.n);
	memcpy(p + key, answer.text.p, n);
	answer.text.p = p + key;
	*s = (struct slot){ .head = head, .hash = h, .key = p,
		.branch_n = (uint32_t)branch.n,
		.query_n = (uint32_t)query.n, .answer = answer };
}
