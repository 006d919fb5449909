#include "query/idset.h"

#include <stdlib.h>

#include "base/mem.h"

void
idset_free(struct idset *s)
{
	free(s->keys);
	free(s->values);
	*s = (struct idset)IDSET_INIT;
}

static size_t
slot_of(const struct idset *s, uint64_t key)
{
	uint64_t h = (key ^ key >> 32) * 0x9e3779b97f4a7c15u;
	size_t i = (h ^ h >> 29) & (s->cap - 1);

	while (s->keys[i] != 0 && s->keys[i] != key)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static void
grow(struct idset *s)
{
	struct idset old = *s;
	size_t k;

	s->cap = old.cap == 0 ? 64 : old.cap * 2;
	s->keys = mem_zero(s->cap * sizeof *s->keys);
	s->values = mem_array(s->cap, sizeof *s->values);
	for (size_t i = 0; i < old.cap; i++) {
		if (old.keys[i] == 0)
			continue;
		k = slot_of(s, old.keys[i]);
		s->keys[k] = old.keys[i];
		s->values[k] = old.values[i];
	}
	free(old.keys);
	free(old.values);
}

uint64_t *
idset_at(struct idset *s, uint64_t key)
{
	size_t i;

	if ((s->count + 1) * 2 > s->cap)
		grow(s);
	i = slot_of(s, key);
	if (s->keys[i] == 0) {
		s->keys[i] = key;
		s->values[i] = 0;
		s->count++;
	}
	return &s->values[i];
}

uint64_t *
idset_find(const struct idset *s, uint64_t key)
{
	size_t i;

	if (s->count == 0)
		return NULL;
	i = slot_of(s, key);
	return s->keys[i] == 0 ? NULL : &s->values[i];
}
