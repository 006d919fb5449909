/*
 * plan.h - what to do with the bytes of a schema, found out once.
 *
 * A plan is compiled from a schema, or from a writer's and a reader's, and
 * then run over bytes without building a tree: JSON to binary, binary to
 * JSON, binary to binary.  It is immutable and counted: threads share it.
 * What a run needs to remember is in a struct plan_run, one a thread, whose
 * memory is used again from value to value.
 *
 * Errors: ERR_SYNTAX (no JSON), ERR_VALUE (does not fit the schema),
 * ERR_INPUT (broken binary), ERR_LIMIT; e->path is the path in the value
 * ("/items/2/title", "" at its top), e->at "line 3, column 14" or "byte 17".
 * After an error the output buffer is as it was before.
 */
#ifndef MSG_AVRO_PLAN_H
#define MSG_AVRO_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "avro/schema.h"
#include "base/buf.h"

/*
 * PLAN_PLAIN    unions as bare values; bytes as \u00XX strings, logical types
 *               in readable form, NaN and infinities as strings; keys in the
 *               order of the schema.  Reads tagged unions as well.
 * PLAN_AVRO     Avro's JSON encoding: unions tagged.
 * PLAN_MESSAGE  PROTOCOL.md 3: unions bare, bytes in base64, keys sorted;
 *               input is cast where nothing is lost.
 */
enum plan_json { PLAN_PLAIN, PLAN_AVRO, PLAN_MESSAGE };

enum plan_unions { UNIONS_AUTO, UNIONS_BARE, UNIONS_TAGGED };

struct plan_options {
	enum plan_json json;
	enum plan_unions unions;	/* on input */
	bool raw_logical;	/* logical types as the type under them */
	bool strict;		/* every field given, nothing cast */
	bool ignore_unknown;	/* a key that is no field is passed over */
};

struct plan_limits {
	size_t depth;		/* values in one another */
	size_t elements;	/* array elements and map entries of a value */
	size_t bytes;		/* of output for one value */
};

#define PLAN_DEPTH_MAX		256
#define PLAN_ELEMENTS_MAX	((size_t)64 << 20)
#define PLAN_BYTES_MAX		((size_t)1 << 30)

#define PLAN_LIMITS \
	{ PLAN_DEPTH_MAX, PLAN_ELEMENTS_MAX, PLAN_BYTES_MAX }

struct plan;

/* Gives a plan (plan_unref).  NULL options: PLAN_PLAIN.  Keeps a reference
 * to the schema. */
struct plan *plan_new(const struct schema *s, const struct plan_options *o,
    struct err *e);

/* For plan_resolve.  What can never be read (a field without default that
 * the writer has not) is refused here, with its path; what only some values
 * do not allow (a union's branch) is refused when it comes. */
struct plan *plan_pair(const struct schema *writer,
    const struct schema *reader, struct err *e);

struct plan *plan_ref(const struct plan *p);
void plan_unref(const struct plan *p);		/* NULL is fine */

const struct schema *plan_schema(const struct plan *p);	/* the reader's */

/* Scratch of one thread.  NULL limits: PLAN_LIMITS. */
struct plan_run;

struct plan_run *plan_run_new(const struct plan_limits *limits);
void plan_run_free(struct plan_run *r);

/* --- one whole value: all of p[0..n) -------------------------------------- */

/* JSON to binary, appended. */
int plan_encode(const struct plan *p, struct plan_run *r, const char *text,
    size_t n, struct buf *out, struct err *e);

/* Binary to JSON, appended. */
int plan_decode(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, struct buf *out, struct err *e);

/* Writer's binary to reader's binary, appended.  p is of plan_pair. */
int plan_resolve(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, struct buf *out, struct err *e);

/* Is the binary whole and right (UTF-8, indexes, nothing behind it)? */
int plan_check(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, struct err *e);

/* --- the first value of what may be a stream ------------------------------ */

/* 1: done, *used bytes of it are used; 0: it goes on behind n (never when
 * last); -1: see *e, plan_run_at tells the byte.  White space before the
 * value is passed over; *used 0 and 1: there was nothing else and last. */
int plan_encode_next(const struct plan *p, struct plan_run *r,
    const char *text, size_t n, bool last, size_t *used, struct buf *out,
    struct err *e);
int plan_decode_next(const struct plan *p, struct plan_run *r,
    const void *body, size_t n, bool last, size_t *used, struct buf *out,
    struct err *e);
int plan_resolve_next(const struct plan *p, struct plan_run *r,
    const void *body, size_t n, bool last, size_t *used, struct buf *out,
    struct err *e);
int plan_skip_next(const struct plan *p, struct plan_run *r,
    const void *body, size_t n, bool last, size_t *used, struct err *e);

/* Offset of the byte where the last error was found. */
size_t plan_run_at(const struct plan_run *r);

/* --- the fields of a record one by one: the schema's root is a record ----- */

size_t plan_field_count(const struct plan *p);
struct str plan_field_name(const struct plan *p, size_t i);
int plan_field(const struct plan *p, const char *name, size_t n); /* or -1 */

/* The field's number that is k-th when sorted by name. */
size_t plan_field_sorted(const struct plan *p, size_t k);

/* ends[i]: offset behind field i of body; field 0 begins at 0.  ends has
 * plan_field_count elements.  Checks the whole body as plan_check does. */
int plan_fields(const struct plan *p, struct plan_run *r, const void *body,
    size_t n, size_t *ends, struct err *e);

/* One field's value, as plan_decode and plan_encode.  e->path begins with
 * the field. */
int plan_decode_field(const struct plan *p, struct plan_run *r, size_t i,
    const void *field, size_t n, struct buf *out, struct err *e);
int plan_encode_field(const struct plan *p, struct plan_run *r, size_t i,
    const char *text, size_t n, struct buf *out, struct err *e);

/* The binary of the field's default; false: it has none. */
bool plan_field_default(const struct plan *p, size_t i, struct str *out);

#endif
