/*
 * pool.h - a few threads for what takes long: PBKDF2, long scans.
 *
 * Jobs start in the order they came, with a bound on how many wait.  Every
 * job taken is answered exactly once, in the mailbox its sender named.
 */
#ifndef IO_POOL_H
#define IO_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "io/mailbox.h"

struct pool;

/* In a thread of the pool; must touch nothing but what is behind arg. */
typedef void pool_work_fn(void *arg);

/* In the mailbox's loop.  ran is false when the pool ended first. */
typedef void pool_done_fn(void *arg, bool ran);

/* Gives a pool (pool_free) of threads, at most queue_max jobs waiting. */
struct pool *pool_new(size_t threads, size_t queue_max, struct err *e);

/* Waits for the jobs that run; those that wait are answered with ran false.
 * The mailboxes must outlive it.  NULL is fine. */
void pool_free(struct pool *p);

/* From any thread.  Keeps arg till done has it.  ERR_LIMIT: too many wait,
 * nothing happens and arg is the caller's. */
int pool_submit(struct pool *p, pool_work_fn *work, pool_done_fn *done,
    struct mailbox *to, void *arg, struct err *e);

#endif
