/*
 * body.h - a stored body made of JSON members: Avro single-object encoding in
 * the current schema of its kind.
 */
#ifndef SERVICE_BODY_H
#define SERVICE_BODY_H

#include "avro/plan.h"
#include "base/buf.h"
#include "store/kinds.h"

/* A field that is given: its index in the kind's fields, its JSON text. */
struct body_field {
	int field;
	struct str json;
};

/*
 * Append a body: the fields given; of the others what old has (any version of
 * the kind; n 0: there is none), else their default.  ERR_VALUE with the
 * field's path: a value does not fit, or a field without default is missing.
 */
int body_write(const struct kind *k, struct plan_run *run, struct str old,
    const struct body_field *given, size_t count, struct buf *out,
    struct err *e);

/* The binary of a body in the kind's current schema: in place, or resolved
 * into scratch.  ends: room for field_count offsets, each behind its field. */
int body_open(const struct kind *k, struct plan_run *run, struct str body,
    struct buf *scratch, struct str *binary, size_t *ends, struct err *e);

/* One field of it, which the kind has: in place, or in scratch. */
int body_slice(const struct kind *k, struct plan_run *run, struct str body,
    int field, struct buf *scratch, struct str *out, struct err *e);

/* Append the fields as JSON members, each behind a comma, sorted by name. */
int body_members(const struct kind *k, struct plan_run *run, struct str body,
    struct buf *out, struct err *e);

#endif
