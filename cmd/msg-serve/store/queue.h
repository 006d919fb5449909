/*
 * queue.h - jobs on their way to the writer: bounded, in order.
 */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include <pthread.h>

#include "store/store.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct store_job *first, **last;
	unsigned count, bound;
	bool stop;
};

void queue_init(struct queue *q, unsigned bound);
void queue_clear(struct queue *q);

/* ERR_LIMIT: the bound is reached; ERR_UNAVAILABLE: stopped. */
int queue_put(struct queue *q, struct store_job *job, struct err *e);

/* The next job; waits for one until then, by clock_mono_us (0: not at all).
 * NULL: there is none, or, with QUEUE_EVER, stopped and all taken. */
#define QUEUE_EVER	INT64_MAX

struct store_job *queue_take(struct queue *q, int64_t until_us);

void queue_stop(struct queue *q);
unsigned queue_count(struct queue *q);

#endif
