/* changes.h - msg-watch changes: an event for each commit. */
#ifndef WATCH_CHANGES_H
#define WATCH_CHANGES_H

#include "cli/interrupt.h"
#include "options.h"

/*
 * Prints the changes to what query selects (NULL: all), or runs a command for
 * each, until a limit of *o, the user or an error ends it.  The cursor, where
 * there is one, is written after an event was: it is never ahead of what was
 * told.  Gives the exit status; the error was reported.
 */
int changes_run(const struct watch_opts *o, const char *query,
    const struct interrupt *in);

#endif
