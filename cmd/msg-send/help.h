/*
 * help.h - the list of what can be said, as words.def and commands.def have
 * it.
 */
#ifndef SEND_HELP_H
#define SEND_HELP_H

#include "words.h"

#define HELP_MAX	(1u << 16)	/* bytes of all of it */

/* Append a line for each word and command of that name; "": for all. */
void help_put(struct buf *out, const char *name);

/* Append such a line.  sub may be NULL. */
void help_row(struct buf *out, const char *name, const char *sub,
    const char *arguments, const char *summary);

/* "help [WORD]": w[0..n) are its arguments.  Appends to out.  ERR_USAGE. */
int help_words(struct buf *out, char *const w[], size_t n, struct err *e);

/* The same among other commands. */
word_run_fn help_run;

#endif
