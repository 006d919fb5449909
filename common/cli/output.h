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

/* The rows of a tool.  Of --format: its letter, the form that is meant without
 * it, all that there are, and its flags. */
#define OUTPUT_OPTIONS(type, format, color, short, init, forms, flag) \
	{ short, "format", OPT_CHOICE, "FORM", offsetof(type, format), \
	  "how to print: text for people, json one document a line, others " \
	  "as the manual says", init, .choices = forms, .flags = flag }, \
	{ 0, "color", OPT_CHOICE, "WHEN", offsetof(type, color), \
	  "colours in the output", "auto", .choices = "auto always never", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_OPTARG, .bare = "always" }

/* Of a client: its answers as --format says. */
#define ANSWER_OPTIONS(type, format, color) \
	OUTPUT_OPTIONS(type, format, color, 'f', "auto", \
	    "auto text json raw avro", OPT_ENV | OPT_CONFIG)

#define OUTPUT_MAX	(256u << 20)	/* bytes of one document, indented */

struct output {
	bool text;		/* for people: over several lines */
	bool color;
	bool terminal;		/* that is where it goes */
	struct buf buf;		/* not yet written */
};

/* format, color: of --format and --color. */
void output_init(struct output *o, const char *format, const char *color);
void output_free(struct output *o);

/* Append a document: indented for people, else on one line: its very bytes
 * where they are, and no terminal obeys them.  What is no JSON is shown with
 * its control characters escaped. */
void output_json(struct output *o, const char *p, size_t n);

/* Append JSON with the control characters (text.h) that it lets stand
 * escaped: they are in strings alone, where that says the same. */
void output_visible(struct output *o, const char *p, size_t n);

/* Append XML as one line that is fit for a terminal: control characters become
 * references, which say the same. */
void output_xml(struct output *o, const char *p, size_t n);

/* Append a line of text; control characters become '?'. */
void output_line(struct output *o, const char *p, size_t n);

/* Indented by level * 2, without a newline behind. */
void output_tree(struct output *o, const struct json *j, int level);

/* Write what there is.  -1: ERR_SYSTEM. */
int output_flush(struct output *o, struct err *e);

/* Nobody reads standard output any more: ends the process by SIGPIPE. */
void output_hangup(void);

#endif
