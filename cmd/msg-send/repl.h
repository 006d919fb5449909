/*
 * repl.h - the prompt on a terminal.
 *
 * This file alone knows readline, which is under the GPL; what a line does is
 * prompt.h's.
 */
#ifndef SEND_REPL_H
#define SEND_REPL_H

#include "cli/interrupt.h"
#include "send.h"

/*
 * Read and do commands until the user ends it.  History is kept in
 * $XDG_STATE_HOME/msg/history, for its owner alone and without lines that may
 * hold a password.  -1: there is no going on.
 */
int repl_run(struct send *s, struct interrupt *in, struct err *e);

#endif
