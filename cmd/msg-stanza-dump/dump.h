/*
 * dump.h - from the bytes of files to what is printed.
 */
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

#include <stddef.h>

#include "base/err.h"
#include "stage.h"

/* Each file in turn, "-" and none: standard input.  XML, lines, and captures
 * are told apart by their first bytes.  What a read brought is printed before
 * the next. */
int dump_files(struct stage *s, char *const files[], size_t count,
    struct err *e);

#endif
