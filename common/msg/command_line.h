/*
 * command_line.h - a command on a line of text:
 *
 *	get-item /news/ *
 *	set-item --branch=live --message='a new page' [{"method": ...}]
 *
 * The word, attributes of the command's element as --NAME=VALUE (the value
 * may stand in quotes of either kind), and all the rest as the argument, as
 * it stands.
 */
#ifndef MSG_COMMAND_LINE_H
#define MSG_COMMAND_LINE_H

#include "base/err.h"
#include "msg/ask.h"

/* Attributes on the line replace those in *out; all else of it is set,
 * borrowing p[0..n).  ERR_INPUT: no such command, no such attribute, an
 * argument too few or too many. */
int command_line_parse(struct msg_ask *out, const char *p, size_t n,
    struct err *e);

/* The same for what stands behind the word of that command. */
int command_line_rest(struct msg_ask *out, const struct msg_command *c,
    const char *p, size_t n, struct err *e);

/* The command so called, or the nearest ones in *e. */
const struct msg_command *command_line_word(struct str word, struct err *e);

/* Whether an argument is there exactly when the command wants one. */
int command_line_check(const struct msg_ask *ask, struct err *e);

#endif
