/*
 * interrupt.h - the first Ctrl-C ends in order, the second at once.
 *
 * A thread of its own takes SIGINT, SIGTERM and, but after nohup(1), SIGHUP, so
 * that no code runs
 * in a handler: after the first the descriptor is readable, a second one has
 * the signal's usual end.  The same one again within a tenth of a second is no
 * second, however late it is taken: timeout(1) sends it to us and to our
 * process group.  A tool that was stopped before it was done has that end, too,
 * when all is tidy (interrupt_end), so that who started it sees that not all
 * was done.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"

struct interrupt {
	int fd;			/* readable when it is time to end */
	int to;
	atomic_bool held;
	atomic_int sig;		/* the first one; 0: none yet */
};

/* Call before other threads are made; for the life of the process. */
int interrupt_init(struct interrupt *in, struct err *e);

/* While on, Ctrl-C is for the program we wait for, and not for us. */
void interrupt_hold(struct interrupt *in, bool on);

/* The last of a main: end by the signal that came; returns when none did. */
void interrupt_end(const struct interrupt *in);

/* In a child, before it becomes another program: signals as they were. */
void interrupt_undo(void);

#endif
