/*
 * exit.h - the exit statuses: one table for all tools, pages and --help.
 *
 * ERRORS() in base/err.h says which error gives which of them.
 */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include "base/err.h"

/*	name		status	what it tells */
#define EXITS(X) \
	X(DONE,		0, "done") \
	X(REFUSED,	1, "the server answered with an error") \
	X(USAGE,	2, "wrong usage or configuration") \
	X(CONNECT,	3, "not connected, nothing done") \
	X(NO_ANSWER,	4, "sent, but no answer came") \
	X(INPUT,	5, "unfit input") \
	X(SYSTEM,	6, "this machine failed, or the answer is unwritten") \
	X(GAP,		7, "changes were missed: the watch fell behind")

enum exit_status {
#define X(name, status, text)	EXIT_##name = (status),
	EXITS(X)
#undef X
	EXIT_COUNT
};

/* "done" and so on; NULL for a status that no tool ends with. */
const char *exit_text(int status);

/* Flush stdout; -1 with ERR_SYSTEM when something printed there was lost. */
int exit_flush(struct err *e);

/* The last line of a main: flush stdout and give status, or EXIT_SYSTEM with
 * a line on stderr when the answer could not be written. */
int exit_finish(const char *tool, int status);

#endif
