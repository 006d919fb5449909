/*
 * crew.h - threads that work on tasks side by side; results come back in the
 * order in which the tasks went in.
 */
#ifndef ENCODE_CREW_H
#define ENCODE_CREW_H

#include <stdbool.h>
#include <stddef.h>

struct crew;

/* Runs in a thread; state is what the crew's make gave that thread. */
typedef void crew_fn(void *state, void *task);

/* Keeps arg.  make gives each thread its state, drop takes it again. */
struct crew *crew_new(size_t threads, crew_fn *fn, void *(*make)(void *arg),
    void (*drop)(void *state), void *arg);

/* Waits until all is done, then ends the threads. */
void crew_free(struct crew *p);

/* Is there room?  No more than twice the threads are under way. */
bool crew_full(const struct crew *p);
void crew_put(struct crew *p, void *task);	/* there must be room */

/* The oldest task, when it is done; NULL: none is under way. */
void *crew_take(struct crew *p);

#endif
