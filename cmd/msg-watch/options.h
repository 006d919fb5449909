/* options.h - what the command line of msg-watch can say. */
#ifndef WATCH_OPTIONS_H
#define WATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/context.h"
#include "cli/opt.h"

struct watch_opts {
	struct opt_from from_where;
	struct context context;
	const char *branch, *from, *to, *cursor, *exec, *format, *color;
	bool stanzas, reconnect, quiet;
	int64_t count, for_ms, idle_ms;		/* 0: without end */
};

extern const struct tool watch_tool;

#endif
