/*
 * color.h - colours for what a terminal shows, by what they mean.
 */
#ifndef CLI_COLOR_H
#define CLI_COLOR_H

#include <stdbool.h>

#include "base/buf.h"

enum color {
	COLOR_KEY,		/* a member's name, an attribute */
	COLOR_STRING,
	COLOR_NUMBER,
	COLOR_WORD,		/* true, false, null; an element's name */
	COLOR_DIM,		/* what surrounds: brackets, times, ids */
	COLOR_GOOD,		/* created, done */
	COLOR_BAD,		/* removed, an error */
	COLOR_CHANGED,
	COLOR_TITLE,
	COLORS
};

/* The row of a tool: CLI_COLOR_OPTION(struct opts, color). */
#define COLOR_OPTION(type, member) \
	{ 0, "color", OPT_CHOICE, "WHEN", offsetof(type, member), \
	  "colours in the output", "auto", .choices = "auto always never", \
	  .flags = OPT_ENV | OPT_CONFIG | OPT_OPTARG, .bare = "always" }

/* when: "auto" (fd is a terminal, NO_COLOR is unset or empty, TERM is not
 * "dumb"), "always", "never". */
bool color_wanted(const char *when, int fd);

/* Begin or end a colour; nothing when on is false. */
void color_begin(struct buf *out, bool on, enum color c);
void color_end(struct buf *out, bool on);

#endif
