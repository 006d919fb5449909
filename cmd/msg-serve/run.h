/*
 * run.h - the server's life: store and sockets opened, served, closed; what
 * is said of it to the log and to the service manager.
 */
#ifndef RUN_H
#define RUN_H

#include "settings.h"

/* Serves until it is told to end.  *s is what it begins with; a reload puts
 * newer settings, read from argv again, in its place. */
int run_server(struct settings **s, int argc, char *argv[], struct err *e);

#endif
