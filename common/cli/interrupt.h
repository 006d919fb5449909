/*
 * interrupt.h - the first Ctrl-C ends in order, the second at once.
 *
 * A thread of its own takes SIGINT, SIGTERM and SIGHUP, so that no code runs
 * in a handler: after the first the descriptor is readable, a second one has
 * the signal's usual end.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include "base/err.h"

struct interrupt {
	int fd;			/* readable when it is time to end */
	int to;
};

/* Call before other threads are made; for the life of the process. */
int interrupt_init(struct interrupt *in, struct err *e);

/* In a child, before it becomes another program: signals as they were. */
void interrupt_undo(void);

#endif
