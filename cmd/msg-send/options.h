/* options.h - what the command line of msg-send can say. */
#ifndef SEND_OPTIONS_H
#define SEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/context.h"
#include "cli/opt.h"
#include "msg/ask.h"

struct send_opts {
	struct opt_from from;
	struct context context;
	const char *attrs[MSG_ATTR_COUNT];	/* of every command */
	const char *to, *field, *template, *format, *color;
	bool quiet, keep_going, stop_on_error, dry_run, raw, check;
	int64_t timeout_ms, window, retry, completion_ms;
};

extern const struct tool send_tool;

/* Is this the form of --format? */
bool send_is(const struct send_opts *o, const char *form);

/* The attributes given as options, into an ask that has none. */
void send_attrs(struct msg_ask *ask, const struct send_opts *o);

#endif
