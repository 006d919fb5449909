/*
 * counter.h - a number that one thread changes and every thread may read.
 *
 * Costs what a plain addition costs: no lock, no bus cycle of its own.
 */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

struct counter {
	atomic_uint_fast64_t n;
};

static inline uint64_t
counter_get(const struct counter *c)
{
	return atomic_load_explicit(&c->n, memory_order_relaxed);
}

/* In its own thread alone. */
static inline void
counter_add(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->n, counter_get(c) + n,
	    memory_order_relaxed);
}

static inline void
counter_sub(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->n, counter_get(c) - n,
	    memory_order_relaxed);
}

#endif
