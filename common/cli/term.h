/*
 * term.h - is somebody looking, and how wide is the window.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>

/* Whether to colour what goes to fd.  when is the value of --color: "always",
 * "never", or "auto": a terminal that is not dumb, and no NO_COLOR. */
bool term_color(int fd, const char *when);

/* Columns and rows of the terminal, 80 and 24 when it does not say. */
size_t term_width(int fd);
size_t term_height(int fd);

/* A terminal on which the cursor can be moved: not a dumb one. */
bool term_moves(int fd);

/* Escape sequences; "" when on is false. */
enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_RED, TERM_GREEN,
	TERM_YELLOW, TERM_BLUE, TERM_MAGENTA, TERM_CYAN };
const char *term_style(bool on, enum term_style s);

#endif
