#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "xmpp/stream_parse.h"

#define PRIMES_SEARCHED	16

struct prime *
prime_get(struct stream_pool *pool, const char *tag, size_t n)
{
	struct prime *pm = pool->primes;

	/* A peer may make up namespaces: what is not found soon is new. */
	for (int i = 0; pm != NULL && i < PRIMES_SEARCHED; i++) {
		if (pm->n == n && memcmp(pm->tag, tag, n) == 0) {
			pm->refs++;
			return pm;
		}
		pm = pm->next;
	}
	pm = mem_zero(sizeof *pm);
	pm->pool = pool;
	pm->tag = mem_dup(tag, n);
	pm->n = n;
	pm->refs = 1;
	pm->next = pool->primes;
	if (pm->next != NULL)
		pm->next->prev = pm;
	pool->primes = pm;
	return pm;
}

void
prime_unref(struct prime *pm)
{
	if (pm == NULL || --pm->refs > 0)
		return;
	if (pm->prev != NULL)
		pm->prev->next = pm->next;
	else
		pm->pool->primes = pm->next;
	if (pm->next != NULL)
		pm->next->prev = pm->prev;
	free(pm->tag);
	free(pm);
}
