/* trace.h - msg-watch trace: a server's requests as they are answered. */
#ifndef WATCH_TRACE_H
#define WATCH_TRACE_H

#include "cli/interrupt.h"
#include "options.h"

/* Prints what set-trace tells until a limit of *o, the user or an error ends
 * it.  Gives the exit status; the error was reported. */
int trace_run(const struct watch_opts *o, const struct interrupt *in);

#endif
