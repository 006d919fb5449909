/*
 * trace.h - READ, REQUEST, RESULT and WROTE to whoever wants to see them:
 * standard error (-v) and administrators' streams (set-trace).
 *
 * Costs one relaxed load a stanza while nobody looks.
 */
#ifndef NET_TRACE_H
#define NET_TRACE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "net/directory.h"

#define TRACERS_MAX	64

struct tracer {
	atomic_bool on;
	bool verbose;			/* to standard error */
	pthread_mutex_t lock;
	struct place watchers[TRACERS_MAX];
	size_t count;
	atomic_uint_fast64_t missed;
};

void tracer_init(struct tracer *t, bool verbose);
void tracer_clear(struct tracer *t);

static inline bool
tracing(struct tracer *t)
{
	return atomic_load_explicit(&t->on, memory_order_relaxed);
}

/* One or more whole lines, each with its newline. */
void tracer_say(struct tracer *t, const struct buf *lines);

/* -1: TRACERS_MAX look already. */
int tracer_add(struct tracer *t, struct place p);
void tracer_remove(struct tracer *t, struct place p);

#endif
