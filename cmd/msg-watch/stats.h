/* stats.h - msg-watch stats: what a server does a second. */
#ifndef WATCH_STATS_H
#define WATCH_STATS_H

#include "cli/interrupt.h"
#include "options.h"

/* On a terminal a table that stays in place, elsewhere a line an interval;
 * at the end a summary.  Gives the exit status; the error was reported. */
int stats_run(const struct watch_opts *o, const struct interrupt *in);

#endif
