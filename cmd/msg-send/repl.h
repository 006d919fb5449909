/*
 * repl.h - the prompt: one command a line, with history and completion.
 *
 * repl.c is the only file that includes readline, which makes msg-send as a
 * whole subject to the GPLv3.
 */
#ifndef SEND_REPL_H
#define SEND_REPL_H

#include "cli/interrupt.h"
#include "send.h"

/* Until end of input, "quit", or the stream is over (-1). */
int repl_run(struct send *s, struct interrupt *in, struct err *e);

#endif
