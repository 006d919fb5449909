#include "crew.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct slot {
	void *task;
	bool done;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t work, ready;
	pthread_t *threads;
	size_t count;
	struct slot *slots;		/* a ring of cap */
	size_t cap;
	size_t in, begun, out;		/* numbers of tasks, ever growing */
	bool end;
	crew_fn *fn;
	void *(*make)(void *arg);
	void (*drop)(void *state);
	void *arg;
};

static void *
work(void *arg)
{
	struct crew *p = arg;
	void *state = p->make(p->arg);

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct slot *s;

		while (p->begun == p->in && !p->end)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->begun == p->in)
			break;
		s = &p->slots[p->begun++ % p->cap];
		pthread_mutex_unlock(&p->lock);
		p->fn(state, s->task);
		pthread_mutex_lock(&p->lock);
		s->done = true;
		pthread_cond_signal(&p->ready);
	}
	pthread_mutex_unlock(&p->lock);
	p->drop(state);
	return NULL;
}

struct crew *
crew_new(size_t threads, crew_fn *fn, void *(*make)(void *arg),
    void (*drop)(void *state), void *arg)
{
	struct crew *p = mem_zero(sizeof *p);

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->ready, NULL);
	p->threads = mem_array(threads, sizeof *p->threads);
	p->cap = 2 * threads;
	p->slots = mem_array(p->cap, sizeof *p->slots);
	p->fn = fn;
	p->make = make;
	p->drop = drop;
	p->arg = arg;
	while (p->count < threads && pthread_create(&p->threads[p->count],
	    NULL, work, p) == 0)
		p->count++;
	if (p->count == 0)
		abort();		/* no thread at all can be had */
	return p;
}

void
crew_free(struct crew *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->end = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->count; i++)
		pthread_join(p->threads[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->ready);
	free(p->threads);
	free(p->slots);
	free(p);
}

bool
crew_full(const struct crew *p)
{
	return p->in - p->out == p->cap;	/* both are the caller's */
}

void
crew_put(struct crew *p, void *task)
{
	pthread_mutex_lock(&p->lock);
	p->slots[p->in++ % p->cap] = (struct slot){ task, false };
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void *
crew_take(struct crew *p)
{
	struct slot *s = &p->slots[p->out % p->cap];
	void *task;

	if (p->in == p->out)
		return NULL;
	pthread_mutex_lock(&p->lock);
	while (!s->done)
		pthread_cond_wait(&p->ready, &p->lock);
	task = s->task;
	s->task = NULL;
	p->out++;
	pthread_mutex_unlock(&p->lock);
	return task;
}
