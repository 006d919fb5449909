#include "base/map.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/bytes.h"
#include "base/mem.h"

#define DELETED	SIZE_MAX	/* n of a slot that had a value */
#define SMALL	1024		/* slots to keep when all are empty */

struct map_slot {
	char *key;
	size_t n;
	uint64_t hash;
	void *value;		/* NULL: none */
};

void
map_init(struct map *m)
{
	*m = (struct map)MAP_INIT;
}

void
map_free(struct map *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i].key);
	free(m->slots);
	map_init(m);
}

/* Multiply and fold, seeded; both halves of each product count. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 r = (unsigned __int128)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

static uint64_t
hash_of(uint64_t seed, const char *p, size_t n)
{
	uint64_t h = seed ^ n, last = 0;

	for (; n >= 8; p += 8, n -= 8)
		h = mix(h ^ get_le64(p), 0x9e3779b97f4a7c15u ^ seed);
	if (n > 0)
		memcpy(&last, p, n);
	return mix(h ^ last, 0xd6e8feb86659fd93u ^ seed);
}

/* The slot of a key, or the first one it could go into. */
static struct map_slot *
find(const struct map *m, const void *key, size_t n, uint64_t hash)
{
	struct map_slot *gap = NULL;

	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *s = &m->slots[i];

		if (s->value == NULL) {
			if (gap == NULL)
				gap = s;
			if (s->n != DELETED)
				return gap;
		} else if (s->hash == hash && s->n == n &&
		    (n == 0 || memcmp(s->key, key, n) == 0)) {
			return s;
		}
	}
}

void *
map_get(const struct map *m, const void *key, size_t n)
{
	if (m->count == 0)
		return NULL;
	return find(m, key, n, hash_of(m->seed, key, n))->value;
}

static void
rehash(struct map *m)
{
	struct map old = *m;

	if (m->seed == 0 &&
	    getrandom(&m->seed, sizeof m->seed, 0) != sizeof m->seed)
		m->seed = (uintptr_t)m;
	m->seed |= 1;
	m->cap = 16;
	while (m->cap < old.count * 4)
		m->cap *= 2;
	m->slots = mem_array(m->cap, sizeof *m->slots);
	m->used = m->count;
	for (size_t i = 0; i < old.cap; i++) {
		struct map_slot *s = &old.slots[i];

		if (s->value == NULL)
			continue;
		s->hash = hash_of(m->seed, s->key, s->n);
		*find(m, s->key, s->n, s->hash) = *s;
	}
	free(old.slots);
}

void *
map_set(struct map *m, const void *key, size_t n, void *value)
{
	struct map_slot *s;
	uint64_t hash;
	void *old;

	if ((m->used + 1) * 4 > m->cap * 3)
		rehash(m);
	hash = hash_of(m->seed, key, n);
	s = find(m, key, n, hash);
	old = s->value;
	if (old == NULL) {
		m->used += s->n != DELETED;
		s->key = mem_strn(key, n);
		s->n = n;
		s->hash = hash;
		m->count++;
	}
	s->value = value;
	return old;
}

void *
map_del(struct map *m, const void *key, size_t n)
{
	struct map_slot *s;
	void *old;

	if (m->count == 0)
		return NULL;
	s = find(m, key, n, hash_of(m->seed, key, n));
	old = s->value;
	if (old == NULL)
		return NULL;
	free(s->key);
	*s = (struct map_slot){ .n = DELETED };
	if (--m->count == 0 && m->cap > SMALL) {
		free(m->slots);
		m->slots = NULL;
		m->cap = m->used = 0;
	}
	return old;
}

void *
map_next(const struct map *m, size_t *at, const void **key, size_t *n)
{
	for (; *at < m->cap; (*at)++) {
		struct map_slot *s = &m->slots[*at];

		if (s->value == NULL)
			continue;
		if (key != NULL) {
			*key = s->key;
			*n = s->n;
		}
		(*at)++;
		return s->value;
	}
	return NULL;
}
