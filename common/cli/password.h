/*
 * password.h - where a password comes from: a file, a descriptor, a command,
 * or who sits at the terminal.  Never an argument, which others can see.
 */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "base/secret.h"

/* Ask on the terminal itself, whatever stdin and stdout are, without echo.
 * ERR_NOT_FOUND where there is none, or where stderr is no terminal: nobody
 * would see the question. */
int password_ask(struct secret *out, const char *prompt, struct err *e);

/* The first line of what a command of the shell prints.  ERR_CONFIG when it
 * fails. */
int password_command(struct secret *out, const char *command, struct err *e);

#endif
