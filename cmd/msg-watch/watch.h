/*
 * watch.h - one watch from its request to its end, over as many connections
 * as it takes.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "base/err.h"
#include "cli/interrupt.h"
#include "options.h"

/*
 * Print, or hand to --exec, every event until the user, --count, --for or
 * --until-idle ends it.  Returns the exit status; a failure has been told on
 * stderr then.
 */
int watch_run(const struct watch_opts *o, const char *query,
    const struct interrupt *in);

#endif
