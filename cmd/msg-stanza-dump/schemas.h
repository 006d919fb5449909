/*
 * schemas.h - the schemas that the command line names, by fingerprint.
 */
#ifndef DUMP_SCHEMAS_H
#define DUMP_SCHEMAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cli/opt.h"

struct schemas;

/* Gives them (schemas_free); NULL with *e filled when a file is no schema. */
struct schemas *schemas_load(const struct opt_list *files, struct err *e);
void schemas_free(struct schemas *s);		/* NULL is fine */

/* Append a single object as JSON.  False: its schema is none of these, or the
 * object does not fit it.  s may be NULL. */
bool schemas_decode(struct schemas *s, const char *p, size_t n,
    struct buf *out);

#endif
