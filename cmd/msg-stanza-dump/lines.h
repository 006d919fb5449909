/*
 * lines.h - items in the lines of msg-serve -v, among others.
 */
#ifndef DUMP_LINES_H
#define DUMP_LINES_H

#include <stddef.h>

#include "item.h"

#define LINES_MAX	(64u << 20)	/* bytes of one line */

struct lines;

/* Gives (lines_free).  Keeps arg. */
struct lines *lines_new(item_fn *fn, void *arg);
void lines_free(struct lines *l);		/* NULL is fine */

/* Borrows p[0..n). */
void lines_feed(struct lines *l, const char *p, size_t n);

/* A last line without its newline counts. */
void lines_end(struct lines *l);

#endif
