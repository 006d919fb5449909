/*
 * output.h - answers on standard output: readable on a terminal, one JSON
 * document a line in a pipe.
 *
 * SIGPIPE is ignored from output_init on (sockets need that); a pipe that
 * nobody reads any more ends the process as that signal would have.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/* The row of a tool: OUTPUT_OPTION(struct opts, color). */
#define OUTPUT_OPTION(type, member) \
	{ 0, "color", OPT_CHOICE, "WHEN", offsetof(type, member), \
	  "colours in the output", "auto", .choices = "auto always never", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_OPTARG, .bare = "always" }

#define OUTPUT_MAX	(256u << 20)	/* bytes of one document, indented */

struct output {
	bool pretty;		/* over several lines */
	bool color;
	struct buf buf;		/* not yet written */
};

/* color: of --color. */
void output_init(struct output *o, const char *color);
void output_free(struct output *o);

/* Append a document: indented when pretty, else the very bytes of it unless
 * they are on several lines.  What is no JSON is shown with its control
 * characters escaped. */
void output_json(struct output *o, const char *p, size_t n);

/* Append bytes on one line, control characters escaped. */
void output_line(struct output *o, const char *p, size_t n);

/* Indented by level * 2, without a newline behind. */
void output_tree(struct output *o, const struct json *j, int level);

/* Write what there is.  -1: ERR_SYSTEM. */
int output_flush(struct output *o, struct err *e);

#endif
