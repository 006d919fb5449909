#include "store/queue.h"

#include <errno.h>
#include <time.h>

void
queue_init(struct queue *q, unsigned bound)
{
	pthread_condattr_t attr;

	*q = (struct queue){ .last = &q->first, .bound = bound };
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->wake, &attr);
	pthread_condattr_destroy(&attr);
}

void
queue_clear(struct queue *q)
{
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->wake);
}

int
queue_put(struct queue *q, struct store_job *job, struct err *e)
{
	int rc = 0;

	job->next = NULL;
	pthread_mutex_lock(&q->lock);
	if (q->stop)
		rc = err_set(e, ERR_UNAVAILABLE, "the store is closing");
	else if (q->count == q->bound)
		rc = err_set(e, ERR_LIMIT,
		    "too many changes are waiting: %u", q->bound);
	if (rc == 0) {
		*q->last = job;
		q->last = &job->next;
		if (q->count++ == 0)
			pthread_cond_signal(&q->wake);
	}
	pthread_mutex_unlock(&q->lock);
	return rc;
}

/* The lock is held.  false: it is time. */
static bool
wait_until(struct queue *q, int64_t until_us)
{
	struct timespec at = { .tv_sec = (time_t)(until_us / 1000000),
		.tv_nsec = (long)(until_us % 1000000 * 1000) };

	if (until_us != QUEUE_EVER)
		return pthread_cond_timedwait(&q->wake, &q->lock, &at) !=
		    ETIMEDOUT;
	pthread_cond_wait(&q->wake, &q->lock);
	return true;
}

struct store_job *
queue_take(struct queue *q, int64_t until_us)
{
	struct store_job *job;
	bool wait = until_us != 0;

	pthread_mutex_lock(&q->lock);
	while (wait && q->first == NULL && !q->stop)
		wait = wait_until(q, until_us);
	job = q->first;
	if (job != NULL) {
		q->first = job->next;
		if (q->first == NULL)
			q->last = &q->first;
		q->count--;
		job->next = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	return job;
}

void
queue_stop(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stop = true;
	pthread_cond_broadcast(&q->wake);
	pthread_mutex_unlock(&q->lock);
}

unsigned
queue_count(struct queue *q)
{
	unsigned n;

	pthread_mutex_lock(&q->lock);
	n = q->count;
	pthread_mutex_unlock(&q->lock);
	return n;
}
