/*
 * pool.h - threads that work on tasks side by side; results come back in the
 * order in which the tasks went in.
 */
#ifndef ENCODE_POOL_H
#define ENCODE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool;

/* Runs in a thread; state is what the pool's make gave that thread. */
typedef void pool_fn(void *state, void *task);

/* Keeps arg.  make gives each thread its state, drop takes it again. */
struct pool *pool_new(size_t threads, pool_fn *fn, void *(*make)(void *arg),
    void (*drop)(void *state), void *arg);

/* Waits until all is done, then ends the threads. */
void pool_free(struct pool *p);

/* Is there room?  No more than twice the threads are under way. */
bool pool_full(const struct pool *p);
void pool_put(struct pool *p, void *task);	/* there must be room */

/* The oldest task, when it is done; NULL: none is under way. */
void *pool_take(struct pool *p);

#endif
