/*
 * mem.h - memory that is there or ends the program.
 *
 * No function here returns NULL: no memory left is not an input error, and
 * every size from outside has met a limit before it comes here.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* Give memory (free).  n 0 gives a pointer that may be freed. */
void *mem_alloc(size_t n);
void *mem_zero(size_t n);
void *mem_array(size_t count, size_t n);	/* aborts on overflow */
void *mem_realloc(void *p, size_t n);
void *mem_dup(const void *p, size_t n);
char *mem_str(const char *s);			/* NULL gives NULL */
char *mem_strn(const char *p, size_t n);	/* adds a NUL */

/* Give *p room for at least want elements of n bytes; *cap is updated and at
 * least doubles.  Returns the new place. */
void *mem_grow(void *p, size_t *cap, size_t want, size_t n);

/* What is free goes back to the system, as far as that is known to be
 * possible; takes some milliseconds when much is. */
void mem_trim(void);

/* Sums and products of sizes: false, and *out untouched, on overflow. */
bool size_add(size_t a, size_t b, size_t *out);
bool size_mul(size_t a, size_t b, size_t *out);

#define MEM_COUNT(a)	(sizeof (a) / sizeof (a)[0])

#endif
