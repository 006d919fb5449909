/*
 * filter.h - "get /about | jq .": what an answer prints goes to a program.
 *
 * It is written to a file without a name first, and that becomes the
 * program's standard input: a program that reads only a part of it is fine.
 */
#ifndef SEND_FILTER_H
#define SEND_FILTER_H

#include "base/err.h"
#include "cli/output.h"

struct interrupt;

struct filter {
	struct output *out;
	int file, before;		/* before: what stdout was */
	bool text, color;
};

/* From here on stdout is the file, one document a line. */
int filter_begin(struct filter *f, struct output *out, struct err *e);

/* stdout as it was; then the program of the shell runs to its end, and Ctrl-C
 * is for it. */
int filter_end(struct filter *f, const char *program, struct interrupt *in,
    struct err *e);

#endif
