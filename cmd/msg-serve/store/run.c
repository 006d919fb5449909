#include <pthread.h>

#include "store/store.h"

/* A job that somebody waits for, in front of the real one. */
struct waiter {
	struct store_job job;		/* first: the store sees this one */
	struct store_job *real;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool over;
};

static int
wait_run(struct store_job *job, struct txn *t, struct err *e)
{
	struct waiter *w = (struct waiter *)job;

	return w->real->run(w->real, t, e);
}

static void
wait_done(struct store_job *job)
{
	struct waiter *w = (struct waiter *)job;

	w->real->rc = job->rc;
	w->real->err = job->err;
	w->real->rev = job->rev;
	w->real->replayed = job->replayed;
	if (w->real->done != NULL)
		w->real->done(w->real);
	pthread_mutex_lock(&w->lock);
	w->over = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

int
store_run(struct store *s, struct store_job *job, struct err *e)
{
	struct waiter w = { .job = *job, .real = job };
	int rc;

	w.job.run = wait_run;
	w.job.done = wait_done;
	pthread_mutex_init(&w.lock, NULL);
	pthread_cond_init(&w.wake, NULL);
	rc = store_submit(s, &w.job, e);
	if (rc == 0) {
		pthread_mutex_lock(&w.lock);
		while (!w.over)
			pthread_cond_wait(&w.wake, &w.lock);
		pthread_mutex_unlock(&w.lock);
		rc = w.job.rc;
		if (rc < 0)
			*e = w.job.err;
	}
	pthread_cond_destroy(&w.wake);
	pthread_mutex_destroy(&w.lock);
	return rc;
}
