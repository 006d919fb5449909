/* line.h - lines that are typed at a prompt. */
#ifndef SEND_LINE_H
#define SEND_LINE_H

#include <stdbool.h>

#include "base/bytes.h"

/* The argument is JSON whose brackets or quotes are still open. */
bool line_is_open(const char *line);

/* It may hold a password: no file is for it. */
bool line_is_secret(const char *line);

/* "COMMAND | PROGRAM ...": the length of what is before the bar, *program
 * what is behind it; where there is none, all of it and NULL.  A bar in
 * quotes or brackets is none, and neither is a union of paths: what follows
 * has to be a program that $PATH has. */
size_t line_pipe(const char *line, const char **program);

#endif
