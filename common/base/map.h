/*
 * map.h - from bytes to a pointer.
 *
 * Hashed with a seed of the process, so that keys from outside cannot be
 * chosen to collide.  The map copies its keys and never frees a value.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t count, cap, used;
	uint64_t seed;
};

#define MAP_INIT	{ NULL, 0, 0, 0, 0 }

void map_init(struct map *m);
void map_free(struct map *m);
void *map_get(const struct map *m, const void *key, size_t n);

/* The value that was there before, or NULL.  value must not be NULL. */
void *map_set(struct map *m, const void *key, size_t n, void *value);
void *map_del(struct map *m, const void *key, size_t n);

/* All entries in no order: *at starts at 0; NULL at the end.  Only the entry
 * just given may be deleted meanwhile. */
void *map_next(const struct map *m, size_t *at, const void **key, size_t *n);

#endif
