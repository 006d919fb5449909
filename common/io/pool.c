#include "io/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct job {
	struct mail mail;		/* first: on_done has only this */
	struct job *next;
	pool_work_fn *work;
	pool_done_fn *done;
	struct mailbox *to;
	void *arg;
	bool ran;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job *first, **end;
	size_t waiting, queue_max;
	bool ending;
	size_t count;
	pthread_t threads[];
};

static void
on_done(struct mail *m)
{
	struct job *j = (struct job *)m;

	j->done(j->arg, j->ran);
	free(j);
}

/* The next job, waiting for it; NULL when the pool ends. */
static struct job *
take(struct pool *p)
{
	struct job *j = NULL;

	pthread_mutex_lock(&p->lock);
	while (p->first == NULL && !p->ending)
		pthread_cond_wait(&p->work, &p->lock);
	if (!p->ending) {
		j = p->first;
		p->first = j->next;
		if (p->first == NULL)
			p->end = &p->first;
		p->waiting--;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void *
thread(void *arg)
{
	struct pool *p = arg;
	struct job *j;

	while ((j = take(p)) != NULL) {
		j->work(j->arg);
		j->ran = true;
		mailbox_post(j->to, &j->mail);
	}
	return NULL;
}

struct pool *
pool_new(size_t threads, size_t queue_max, struct err *e)
{
	struct pool *p;
	sigset_t all, old;
	int rc = 0;

	p = mem_zero(sizeof *p + threads * sizeof p->threads[0]);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	p->end = &p->first;
	p->queue_max = queue_max;
	sigfillset(&all);		/* signals are the loops' */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (p->count < threads && rc == 0) {
		rc = pthread_create(&p->threads[p->count], NULL, thread, p);
		if (rc == 0)
			p->count++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return p;
	pool_free(p);
	err_set(e, ERR_SYSTEM, "cannot start a thread: %s", strerror(rc));
	return NULL;
}

void
pool_free(struct pool *p)
{
	struct job *j;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->count; i++)
		pthread_join(p->threads[i], NULL);
	while ((j = p->first) != NULL) {
		p->first = j->next;
		mailbox_post(j->to, &j->mail);
	}
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int
pool_submit(struct pool *p, pool_work_fn *work, pool_done_fn *done,
    struct mailbox *to, void *arg, struct err *e)
{
	struct job *j = NULL;

	pthread_mutex_lock(&p->lock);
	if (p->waiting < p->queue_max) {
		j = mem_zero(sizeof *j);
		j->mail.fn = on_done;
		j->work = work;
		j->done = done;
		j->to = to;
		j->arg = arg;
		*p->end = j;
		p->end = &j->next;
		p->waiting++;
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	if (j == NULL)
		return err_set(e, ERR_LIMIT,
		    "%zu jobs are waiting already", p->queue_max);
	return 0;
}
