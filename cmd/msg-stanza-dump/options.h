/* options.h - what the command line of msg-stanza-dump can say. */
#ifndef DUMP_OPTIONS_H
#define DUMP_OPTIONS_H

#include <stdbool.h>

#include "cli/opt.h"

struct dump_opts {
	struct opt_from from_where;
	const char *format, *color, *record;
	const char *listen, *connect, *cert, *key;	/* of a proxy */
	struct opt_list schemas, filter;
	bool brief, json, raw, quiet, secrets;
};

extern const struct tool dump_tool;

/* ERR_USAGE: options that do not go together.  format is what others said. */
int dump_opts_check(struct dump_opts *o, size_t files, struct err *e);

#endif
