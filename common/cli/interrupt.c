#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ONE_NS	100000000	/* the same signal within this time is one */

/* sigwait takes what is ignored, too: after nohup(1) SIGHUP stays so. */
static void
signals(sigset_t *set)
{
	struct sigaction hup;

	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);
}

static void
end_by(int sig)
{
	sigset_t set;

	signals(&set);
	signal(sig, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

/* What is pending by then came with the first, or soon after. */
static void
as_one(int first)
{
	const struct timespec t = { .tv_nsec = ONE_NS };
	sigset_t set;
	int sig;

	nanosleep(&t, NULL);
	if (sigpending(&set) != 0 || !sigismember(&set, first))
		return;
	sigemptyset(&set);
	sigaddset(&set, first);
	sigwait(&set, &sig);
}

static void *
take(void *arg)
{
	struct interrupt *in = arg;
	sigset_t set;
	int sig, first;

	signals(&set);
	do {
		if (sigwait(&set, &first) != 0)
			return NULL;
	} while (first == SIGINT && atomic_load(&in->held));
	atomic_store(&in->sig, first);
	if (write(in->to, "", 1) < 0)
		abort();	/* an empty pipe takes a byte */
	as_one(first);
	if (sigwait(&set, &sig) == 0)
		end_by(sig);
	return NULL;
}

int
interrupt_init(struct interrupt *in, struct err *e)
{
	pthread_t thread;
	sigset_t set;
	int ends[2], rc;

	if (pipe(ends) < 0)
		return err_sys(e, ERR_SYSTEM, "no pipe");
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	in->fd = ends[0];
	in->to = ends[1];
	atomic_init(&in->held, false);
	atomic_init(&in->sig, 0);
	signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	rc = pthread_create(&thread, NULL, take, in);
	if (rc == 0)
		rc = pthread_detach(thread);
	errno = rc;
	return rc == 0 ? 0 : err_sys(e, ERR_SYSTEM, "no thread");
}

void
interrupt_hold(struct interrupt *in, bool on)
{
	atomic_store(&in->held, on);
}

void
interrupt_end(const struct interrupt *in)
{
	int sig = atomic_load(&in->sig);

	if (sig != 0)
		end_by(sig);
}

void
interrupt_undo(void)
{
	sigset_t set;

	signals(&set);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
