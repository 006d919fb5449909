/* child.h - the command of --exec, run once for an event. */
#ifndef WATCH_CHILD_H
#define WATCH_CHILD_H

#include "event.h"

/* sh -c command with the event as JSON and a newline on standard input, and
 * MSG_REV, MSG_BRANCH, MSG_AUTHOR, MSG_TIME, MSG_MESSAGE in its environment;
 * MSG_GAP is where a gap ends, and empty for other events.
 * Waits for its end.  ERR_REFUSED when that was not status 0; ERR_SYSTEM. */
int child_run(const char *command, const struct event *ev, struct err *e);

#endif
