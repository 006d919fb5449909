/*
 * dump.h - from the bytes of a file to what is printed.
 */
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

#include <stddef.h>

#include "base/err.h"
#include "options.h"

/* Each file in turn, "-" and none: standard input.  What a read brought is
 * printed before the next.  *bad: how many malformed parts there were. */
int dump_run(const struct dump_opts *o, char *const files[], size_t count,
    size_t *bad, struct err *e);

#endif
