/*
 * fields.h - two states of an item beside each other, field by field.
 *
 * An item is a JSON object as get-item gives it, or NULL: it was not there.
 */
#ifndef SEND_FIELDS_H
#define SEND_FIELDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"

#define FIELDS_SHOWN	200	/* characters of a value in a line of text */
#define FIELDS_AROUND	40	/* bytes shown before what differs */

/* By what they mean: keys in any order.  Numbers as they are written. */
bool fields_equal(const struct json *a, const struct json *b);

/* One field that differs; before or after is NULL where it is not there. */
typedef void fields_fn(void *arg, struct str name, const struct json *before,
    const struct json *after);

/* Those that differ, but for "_rev"; how many there are. */
size_t fields_differ(const struct json *before, const struct json *after,
    fields_fn *fn, void *arg);

/* How many bytes the JSON of both has in common at its beginning, less some
 * that are shown for where it is; 0 when that is not worth leaving out. */
size_t fields_common(const struct json *a, const struct json *b);

/* The value as JSON in one line, fit for a terminal, from such a byte on, cut
 * off where it is long; "nothing" for NULL. */
void fields_show(struct buf *out, const struct json *value, size_t from);

#endif
