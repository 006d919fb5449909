/*
 * field.h - bare values of an answer, for scripts: --field and --raw.
 */
#ifndef SEND_FIELD_H
#define SEND_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Append a line for each value of the JSON p[0..n): the elements of a list,
 * or what is no list; of each of them the member that path names
 * ("title", "config.color", "contents.0.1"; NULL: itself).  Strings stand
 * without quotes, lists and objects as JSON.  shown: to a terminal, which
 * gets no other control character than newline and tab.  ERR_INPUT when it
 * has no such member.
 */
int field_put(struct buf *out, const char *p, size_t n, const char *path,
    bool shown, struct err *e);

#endif
