/* options.h - what the command line of msg-watch can say. */
#ifndef WATCH_OPTIONS_H
#define WATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/context.h"
#include "cli/opt.h"

enum watch_mode { WATCH_CHANGES, WATCH_TRACE, WATCH_STATS };

struct watch_opts {
	struct opt_from from_where;
	struct context context;
	const char *to, *format, *color;
	bool reconnect, quiet;
	int64_t count, for_ms, idle_ms;		/* 0: without end */

	const char *branch, *from, *cursor, *exec,
	    *on_gap;	/* of changes */
	bool diff;

	const char *path, *user, *kind, *error, *sample;	/* of trace */
	struct opt_list commands;
	int64_t slower_ms;
	bool payload, stanzas;

	int64_t interval_ms;			/* of stats */
};

extern const struct tool watch_tool;

/* Which of them the operands mean, and the query (NULL: none).  ERR_USAGE:
 * too many of them, or an option of another. */
int watch_mode(const struct watch_opts *o, char *const operands[],
    size_t count, enum watch_mode *mode, const char **query, struct err *e);

#endif
