/*
 * json.h - RFC 8259, strictly: a light tree in an arena, and what writes.
 *
 * No comment, trailing comma, NaN or leading zero; UTF-8 without surrogates;
 * a key that comes twice in an object is refused.  Numbers stay as they are
 * written until one of the getters is asked, which lose nothing or fail.
 * Error: ERR_SYNTAX (ERR_LIMIT past a limit), at "line 3, column 14".
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY,
	JSON_OBJECT };

struct json_index;	/* finds a key in a big object */

struct json {
	enum json_type type;
	bool truth;		/* JSON_BOOL */
	size_t at;		/* offset of its first byte in the text */
	struct str raw;		/* the value as it stands in the text */
	struct str text;	/* JSON_STRING: unescaped, may hold NUL */
	struct str key;		/* of a member: unescaped */
	struct json *next;	/* the one behind it in its array or object */
	struct json *first;	/* what is in an array or object, in order */
	size_t count;
	struct json_index *index;
};

struct json_limits {
	size_t depth;		/* arrays and objects in one another */
	size_t count;		/* values in all */
};

#define JSON_DEPTH_MAX	128
#define JSON_COUNT_MAX	1000000

/* The one value in p[0..n).  NULL limits: those above.  Keeps p: it must stay
 * as long as the tree.  All memory is the arena's.  NULL: see *e. */
struct json *json_parse(struct arena *a, const char *p, size_t n,
    const struct json_limits *limits, struct err *e);

/* The next of several values, from *at on, white space between them.  NULL
 * with e->code ERR_OK: there is no more. */
struct json *json_parse_next(struct arena *a, const char *p, size_t n,
    size_t *at, const struct json_limits *limits, struct err *e);

/* A member of an object; NULL when there is none or j is no object. */
struct json *json_get(const struct json *j, const char *key);
struct json *json_getn(const struct json *j, const char *key, size_t n);

/* The text of a string; STR_NONE when j is NULL or no string. */
struct str json_string(const struct json *j);

/* -1 with ERR_VALUE ("expected integer, got string 'x'") when j is NULL, has
 * another type or does not fit.  1.0 and 1e3 are integers. */
int json_int64(const struct json *j, int64_t *out, struct err *e);
int json_uint64(const struct json *j, uint64_t *out, struct err *e);
int json_double(const struct json *j, double *out, struct err *e);
int json_bool(const struct json *j, bool *out, struct err *e);

const char *json_type_name(enum json_type type);	/* "object" */

/* e->at for an offset of the text: "line 3, column 14".  The column counts
 * characters.  Returns -1. */
int json_err_at(struct err *e, const char *p, size_t n, size_t offset);

/* --- writing: UTF-8 out, control characters escaped ---------------------- */

/* A string with its quotes.  What is no UTF-8 becomes U+FFFD. */
void json_put_string(struct buf *b, const char *p, size_t n);
void json_put_str(struct buf *b, struct str s);
void json_put_cstr(struct buf *b, const char *s);

/* "key": without white space. */
void json_put_key(struct buf *b, const char *key);

/* The shortest text that reads back as the same number.  NaN and infinities
 * become the strings "NaN", "Infinity" and "-Infinity". */
void json_put_double(struct buf *b, double v);
void json_put_float(struct buf *b, float v);
void json_put_bool(struct buf *b, bool v);

enum json_put { JSON_PUT_COMPACT = 0, JSON_PUT_SORTED = 1,
    JSON_PUT_PRETTY = 2 };

/* A tree; flags of enum json_put.  Numbers as they were written. */
void json_put(struct buf *b, const struct json *j, int flags);

#endif
