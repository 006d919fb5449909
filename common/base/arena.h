/*
 * arena.h - memory that goes away all at once.
 *
 * What one request or one stanza needs comes from its arena.  After
 * arena_reset the first block is kept, so a settled connection allocates
 * nothing.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *first, *last;
	size_t used;			/* bytes handed out since the reset */
};

#define ARENA_INIT	{ NULL, NULL, 0 }

void arena_init(struct arena *a);
void arena_free(struct arena *a);	/* usable again afterwards */
void arena_reset(struct arena *a);	/* all of it invalid, a block kept */

/* Never NULL; aligned for any type.  arena_zero is filled with zeros. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_zero(struct arena *a, size_t n);
void *arena_dup(struct arena *a, const void *p, size_t n);
char *arena_str(struct arena *a, const char *s);
char *arena_strn(struct arena *a, const char *p, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
