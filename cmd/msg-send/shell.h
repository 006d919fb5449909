/* shell.h - completion of msg-send for the shells. */
#ifndef SEND_SHELL_H
#define SEND_SHELL_H

#include "cli/opt.h"

/* For struct tool.  Paths, kinds, fields, branches and users come from the
 * server of the running context; where it takes longer than --completion-time,
 * or would ask for a password, there are none. */
void shell_complete(void *values, char *const words[], size_t n, size_t i);
void shell_complete_value(void *values, const struct opt *o,
    const char *before, const char *typed);

#endif
