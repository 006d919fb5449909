/*
 * trace.h - what the server does, told to whoever wants to see it: standard
 * error (-v) and administrators' streams (set-trace).
 *
 * Two sorts: lines, READ, REQUEST, RESULT and WROTE of everything; and
 * requests, one record of each that is answered, filtered here.  Nobody
 * looking costs one relaxed load a stanza.  A looker never slows the server:
 * what his stream does not take, or what is on its way to him beyond
 * TRACE_FLIGHT_MAX bytes, is left out, counted, and the count told to him.
 */
#ifndef NET_TRACE_H
#define NET_TRACE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "msg/trace_want.h"
#include "net/directory.h"

#define TRACERS_MAX		64
#define TRACE_FLIGHT_MAX	((size_t)4 << 20)

struct session;
struct tracer_sink;

enum { TRACER_LINES = 1, TRACER_REQUESTS = 2 };

struct tracer {
	atomic_int on;			/* what somebody looks at */
	bool verbose;			/* lines to standard error */
	pthread_mutex_t err_lock;
	pthread_rwlock_t lock;		/* of what follows */
	struct tracer_sink *sinks[TRACERS_MAX];
	size_t count;
};

void tracer_init(struct tracer *t, bool verbose);
void tracer_clear(struct tracer *t);

static inline bool
tracing(const struct tracer *t, int what)
{
	return (atomic_load_explicit(&t->on, memory_order_relaxed) & what) != 0;
}

/* Any worker: one or more whole lines, each with its newline. */
void tracer_say(struct tracer *t, const struct buf *lines);

/* Any worker: a request that was answered. */
void tracer_request(struct tracer *t, const struct trace_seen *seen);

/* In the session's worker: trace for it, instead of what it traced before.
 * filter n 0: lines.  ERR_LIMIT: TRACERS_MAX do already; else what is wrong
 * with the filter. */
int tracer_add(struct tracer *t, struct session *s, struct str filter,
    struct err *e);
void tracer_remove(struct tracer *t, struct session *s);

/* Its stream takes bytes again: tell what it missed meanwhile. */
void tracer_resume(struct session *s);

#endif
