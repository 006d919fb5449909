/* table.h - a sample for people: a line, or a table that stays in place. */
#ifndef WATCH_TABLE_H
#define WATCH_TABLE_H

#include "cli/output.h"
#include "sample.h"

/* "12:34:56 requests=123/s errors=0/s p50=12us ..", with a newline. */
void table_line(struct output *out, const struct sample *s,
    const char *time);

/* Over several lines, none longer than width; at most height of them.
 * title: the first.  Gives how many there are. */
size_t table_put(struct output *out, const struct sample *s,
    const char *title, size_t width, size_t height);

#endif
