#include "xmpp/client_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { RUNNING, DONE, LEFT };

struct aside {
	void (*fn)(void *), (*drop)(void *);
	void *arg;
	atomic_int state;
	int from, to;			/* a pipe: a byte when it is done */
};

/* Whoever comes second ends it. */
static void *
run(void *arg)
{
	struct aside *a = arg;

	a->fn(a->arg);
	if (atomic_exchange(&a->state, DONE) == RUNNING) {
		if (write(a->to, "", 1) < 0)
			abort();	/* an empty pipe takes a byte */
		return NULL;
	}
	a->drop(a->arg);
	close(a->from);
	close(a->to);
	free(a);
	return NULL;
}

static bool
start(struct aside *a, pthread_t *thread)
{
	int ends[2];

	if (pipe(ends) < 0)
		return false;
	a->from = ends[0];
	a->to = ends[1];
	fcntl(a->from, F_SETFD, FD_CLOEXEC);
	fcntl(a->to, F_SETFD, FD_CLOEXEC);
	if (pthread_create(thread, NULL, run, a) == 0)
		return true;
	close(a->from);
	close(a->to);
	return false;
}

/* True when the byte is there. */
static bool
wait_for(const struct aside *a, int64_t deadline_us, int wake_fd)
{
	struct pollfd p[] = {
		{ .fd = a->from, .events = POLLIN },
		{ .fd = wake_fd, .events = POLLIN },
	};
	int n;

	do {
		n = poll(p, 2, clock_ms_until(deadline_us));
	} while (n < 0 && errno == EINTR);
	return p[0].revents != 0;
}

bool
client_aside(void (*fn)(void *arg), void (*drop)(void *arg), void *arg,
    int64_t deadline_us, int wake_fd)
{
	struct aside *a = mem_zero(sizeof *a);
	pthread_t thread;

	a->fn = fn;
	a->drop = drop;
	a->arg = arg;
	if ((deadline_us == INT64_MAX && wake_fd < 0) || !start(a, &thread)) {
		fn(arg);
		free(a);
		return true;
	}
	if (!wait_for(a, deadline_us, wake_fd) &&
	    atomic_exchange(&a->state, LEFT) == RUNNING) {
		pthread_detach(thread);
		return false;
	}
	pthread_join(thread, NULL);
	close(a->from);
	close(a->to);
	free(a);
	return true;
}
