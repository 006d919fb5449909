/* options.h - what the command line of msg-stanza-dump can say. */
#ifndef DUMP_OPTIONS_H
#define DUMP_OPTIONS_H

#include <stdbool.h>

#include "cli/opt.h"

struct dump_opts {
	struct opt_from from_where;
	const char *color;
	struct opt_list schemas;
	bool brief, json, quiet, secrets;
};

extern const struct tool dump_tool;

#endif
