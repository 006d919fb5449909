#include "crew.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct slot {
	void *task;
	bool done;
};

struct crew {
	const struct crew_job *job;

	pthread_mutex_t lock;		/* of what follows */
	pthread_cond_t moved;
	struct slot *slots;		/* a ring of cap, of tasks under way */
	size_t cap;
	size_t in, out;			/* tasks taken, given; ever growing */
	void **spare;			/* tasks at rest, the last is warm */
	size_t spare_count;
	bool reading, writing;		/* somebody does */
	bool over;			/* there is nothing more to take */
	bool failed;			/* give said so */
};

/* The next task, or NULL at the end.  The lock is held, but for the taking. */
static struct slot *
next_task(struct crew *p)
{
	struct slot *s;
	void *task;
	bool got;

	while (!p->over && !p->failed && (p->reading || p->spare_count == 0))
		pthread_cond_wait(&p->moved, &p->lock);
	if (p->over || p->failed)
		return NULL;
	task = p->spare[--p->spare_count];
	p->reading = true;
	pthread_mutex_unlock(&p->lock);
	got = p->job->take(p->job->arg, p, task);
	pthread_mutex_lock(&p->lock);
	p->reading = false;
	p->over = !got;
	pthread_cond_broadcast(&p->moved);
	if (!got)
		return NULL;
	s = &p->slots[p->in++ % p->cap];
	*s = (struct slot){ task, false };
	return s;
}

/* Write what is done and has its turn, unless somebody does so, who then comes
 * to this one too.  The lock is held, but for the writing. */
static void
write_done(struct crew *p)
{
	struct slot *s;

	while (!p->writing && !p->failed && p->out < p->in &&
	    (s = &p->slots[p->out % p->cap])->done) {
		bool ok;

		p->writing = true;
		pthread_mutex_unlock(&p->lock);
		ok = p->job->give(p->job->arg, s->task);
		pthread_mutex_lock(&p->lock);
		p->writing = false;
		p->failed = !ok;
		p->spare[p->spare_count++] = s->task;
		p->out++;
		pthread_cond_broadcast(&p->moved);
	}
}

static void *
run(void *arg)
{
	struct crew *p = arg;
	void *state = p->job->make(p->job->arg);
	struct slot *s;

	pthread_mutex_lock(&p->lock);
	while ((s = next_task(p)) != NULL) {
		pthread_mutex_unlock(&p->lock);
		p->job->work(state, s->task);
		pthread_mutex_lock(&p->lock);
		s->done = true;
		write_done(p);
	}
	pthread_mutex_unlock(&p->lock);
	p->job->drop(state);
	return NULL;
}

bool
crew_settle(struct crew *p)
{
	bool ok;

	pthread_mutex_lock(&p->lock);
	while (!p->failed && p->out < p->in)
		pthread_cond_wait(&p->moved, &p->lock);
	ok = !p->failed;
	pthread_mutex_unlock(&p->lock);
	return ok;
}

void
crew_run(const struct crew_job *job, size_t threads, void *tasks[])
{
	struct crew p = { .job = job, .spare = tasks,
	    .cap = CREW_TASKS(threads), .spare_count = CREW_TASKS(threads) };
	pthread_t *others = mem_array(threads, sizeof *others);
	size_t count = 0;

	p.slots = mem_array(p.cap, sizeof *p.slots);
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.moved, NULL);
	/* with fewer it only takes longer */
	while (count + 1 < threads && pthread_create(&others[count], NULL, run,
	    &p) == 0)
		count++;
	run(&p);
	while (count > 0)
		pthread_join(others[--count], NULL);
	pthread_cond_destroy(&p.moved);
	pthread_mutex_destroy(&p.lock);
	free(p.slots);
	free(others);
}
