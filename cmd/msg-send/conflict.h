/* conflict.h - both sides of what two people have changed. */
#ifndef SEND_CONFLICT_H
#define SEND_CONFLICT_H

#include <stddef.h>
#include <stdio.h>

#include "base/json.h"

/* What a set that was refused says more, JSON p[0..n): conflicts of a publish,
 * a few lines each, or the places in which a schema does not go with one
 * before; nothing when it is no such list. */
void conflict_list(FILE *to, const char *p, size_t n);

/* What an edit changed and somebody else, too: each field as it was, as it
 * was typed and as it is now. */
void conflict_edit(FILE *to, const struct json *before,
    const struct json *mine, const struct json *theirs);

#endif
