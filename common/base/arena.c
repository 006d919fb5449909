#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_MIN	2048

struct arena_block {
	struct arena_block *next;
	size_t n, cap;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *a)
{
	*a = (struct arena)ARENA_INIT;
}

static void
free_from(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void
arena_free(struct arena *a)
{
	free_from(a->first);
	arena_init(a);
}

void
arena_reset(struct arena *a)
{
	if (a->first == NULL)
		return;
	free_from(a->first->next);
	a->first->next = NULL;
	if (a->first->cap > BLOCK_MIN * 4) {
		arena_free(a);
		return;
	}
	a->first->n = 0;
	a->last = a->first;
	a->used = 0;
}

static struct arena_block *
add_block(struct arena *a, size_t n)
{
	size_t cap = a->last == NULL ? BLOCK_MIN : a->last->cap * 2;
	struct arena_block *b;

	if (cap > 1 << 20)
		cap = 1 << 20;
	if (cap < n)
		cap = n;
	b = mem_alloc(sizeof *b + cap);
	b->next = NULL;
	b->n = 0;
	b->cap = cap;
	if (a->last == NULL)
		a->first = b;
	else
		a->last->next = b;
	a->last = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t mask = alignof(max_align_t) - 1;
	struct arena_block *b = a->last;
	void *p;

	n = (n + mask) & ~mask;
	if (b == NULL || n > b->cap - b->n)
		b = add_block(a, n);
	p = b->bytes + b->n;
	b->n += n;
	a->used += n;
	return p;
}

void *
arena_zero(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

void *
arena_dup(struct arena *a, const void *p, size_t n)
{
	void *out = arena_alloc(a, n);

	if (n > 0)
		memcpy(out, p, n);
	return out;
}

char *
arena_strn(struct arena *a, const char *p, size_t n)
{
	char *out = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(out, p, n);
	out[n] = '\0';
	return out;
}

char *
arena_str(struct arena *a, const char *s)
{
	return arena_strn(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *out;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	out = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(out, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return out;
}
