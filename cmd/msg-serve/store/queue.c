#include "store/queue.h"

void
queue_init(struct queue *q, unsigned bound)
{
	*q = (struct queue){ .last = &q->first, .bound = bound };
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->wake, NULL);
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

struct store_job *
queue_take(struct queue *q, bool wait)
{
	struct store_job *job;

	pthread_mutex_lock(&q->lock);
	while (wait && q->first == NULL && !q->stop)
		pthread_cond_wait(&q->wake, &q->lock);
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
