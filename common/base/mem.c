#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static void *
check(void *p, size_t n)
{
	if (p == NULL) {
		fprintf(stderr, "message: no memory for %zu bytes\n", n);
		abort();
	}
	return p;
}

void
mem_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

void *
mem_alloc(size_t n)
{
	return check(malloc(n ? n : 1), n);
}

void *
mem_zero(size_t n)
{
	return check(calloc(1, n ? n : 1), n);
}

void *
mem_array(size_t count, size_t n)
{
	return check(calloc(count ? count : 1, n ? n : 1), count);
}

void *
mem_realloc(void *p, size_t n)
{
	return check(realloc(p, n ? n : 1), n);
}

void *
mem_dup(const void *p, size_t n)
{
	void *out = mem_alloc(n);

	if (n > 0)
		memcpy(out, p, n);
	return out;
}

char *
mem_str(const char *s)
{
	return s == NULL ? NULL : mem_dup(s, strlen(s) + 1);
}

char *
mem_strn(const char *p, size_t n)
{
	char *out = mem_alloc(n + 1);

	if (n > 0)
		memcpy(out, p, n);
	out[n] = '\0';
	return out;
}

void *
mem_grow(void *p, size_t *cap, size_t want, size_t n)
{
	size_t bytes, next = *cap < 8 ? 8 : *cap * 2;

	if (want <= *cap)
		return p;
	if (next < want)
		next = want;
	if (!size_mul(next, n, &bytes))
		check(NULL, next);
	*cap = next;
	return mem_realloc(p, bytes);
}

bool
size_add(size_t a, size_t b, size_t *out)
{
	if (b > (size_t)-1 - a)
		return false;
	*out = a + b;
	return true;
}

bool
size_mul(size_t a, size_t b, size_t *out)
{
	if (a != 0 && b > (size_t)-1 / a)
		return false;
	*out = a * b;
	return true;
}
