/*
 * schema.h - an Avro schema (Avro 1.11), strictly read, never changed.
 *
 * Knows names, defaults, aliases, logical types, canonical form, fingerprints
 * and compatibility; knows no data.  A schema is immutable and counted, so
 * threads may share it.  What the text says beyond the standard is kept:
 * schema_attr and schema_field_attr find it, printing gives it again.
 *
 * Errors are ERR_SCHEMA with the place in the text ("line 3, column 14").
 */
#ifndef MSG_AVRO_SCHEMA_H
#define MSG_AVRO_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/json.h"

#define SCHEMA_TEXT_MAX		(4 * 1024 * 1024)	/* bytes */
#define SCHEMA_DEPTH_MAX	64
#define SCHEMA_NODES_MAX	100000
#define SCHEMA_FIXED_MAX	(1 << 28)		/* bytes of a fixed */

enum schema_type { SCHEMA_NULL, SCHEMA_BOOLEAN, SCHEMA_INT, SCHEMA_LONG,
	SCHEMA_FLOAT, SCHEMA_DOUBLE, SCHEMA_BYTES, SCHEMA_STRING,
	SCHEMA_RECORD, SCHEMA_ENUM, SCHEMA_FIXED, SCHEMA_ARRAY, SCHEMA_MAP,
	SCHEMA_UNION };

/* Those of the standard.  Others ("html", "key") are none here and remain
 * attributes: schema_attr(node, "logicalType"). */
enum schema_logical { LOGICAL_NONE, LOGICAL_DECIMAL, LOGICAL_UUID,
	LOGICAL_DATE, LOGICAL_TIME_MILLIS, LOGICAL_TIME_MICROS,
	LOGICAL_TIMESTAMP_MILLIS, LOGICAL_TIMESTAMP_MICROS,
	LOGICAL_TIMESTAMP_NANOS, LOGICAL_LOCAL_MILLIS, LOGICAL_LOCAL_MICROS,
	LOGICAL_LOCAL_NANOS, LOGICAL_DURATION };

struct schema;

/* One type.  A type that is named twice is one node: the graph may have
 * cycles, through records only. */
struct schema_node {
	enum schema_type type;
	enum schema_logical logical;
	uint32_t precision, scale;	/* LOGICAL_DECIMAL */
	uint32_t id;			/* 0.. within the schema's own nodes */
	bool is_error;			/* a record declared "error" */

	struct str name;		/* full name: record, enum, fixed */
	struct str space;		/* its namespace, may be empty */
	struct str *aliases;		/* full names */
	size_t alias_count;

	struct schema_field *fields;	/* record */
	size_t field_count;
	struct str *symbols;		/* enum */
	size_t symbol_count;
	int enum_default;		/* index of the symbol, -1: none */
	size_t size;			/* fixed */
	struct schema_node *items;	/* array, map */
	struct schema_node **branches;	/* union */
	size_t branch_count;

	const struct json *json;	/* where it is defined */
};

struct schema_field {
	struct str name;
	struct str *aliases;
	size_t alias_count;
	struct schema_node *type;
	const struct json *init;	/* its default; NULL: none */
	const struct json *json;
};

/* Gives a schema (schema_unref).  Borrows p[0..n). */
struct schema *schema_parse(const char *p, size_t n, struct err *e);

/* The same for text that may be a protocol (.avpr: its types) or several
 * values one after another; the root is the last type. */
struct schema *schema_parse_any(const char *p, size_t n, struct err *e);

/* From a file; "-" is standard input.  Error text names the file. */
struct schema *schema_load(const char *path, struct err *e);

struct schema *schema_ref(const struct schema *s);
void schema_unref(const struct schema *s);	/* NULL is fine */

const struct schema_node *schema_root(const struct schema *s);

/* A named type of the schema, also one that it took from a set. */
const struct schema_node *schema_find(const struct schema *s, const char *name);

/* --- several texts that name each other's types --------------------------- */

struct schema_set;

struct schema_set *schema_set_new(void);
void schema_set_free(struct schema_set *set);

/* Adds what the text defines.  A name may stand for any type of the set and,
 * when that is still to come, for one of a later text: it must be there at
 * the latest when schema_set_get is asked.  On error the set is as before. */
int schema_set_add(struct schema_set *set, const char *p, size_t n,
    struct err *e);

/* The full name's type as a schema that stands on its own (schema_unref);
 * NULL name: the root of the last text. */
struct schema *schema_set_get(struct schema_set *set, const char *name,
    struct err *e);

/* Of the types that have a name, the one whose schema has this fingerprint
 * (schema_unref); NULL: none has, or a name is still missing. */
struct schema *schema_set_by_crc64(struct schema_set *set, uint64_t crc);

/* --- reading it ----------------------------------------------------------- */

const char *schema_type_name(enum schema_type type);	/* "record" */
const char *schema_logical_name(enum schema_logical l);	/* "uuid"; NULL */

/* How a union's branch is called in Avro's JSON: "string", "a.b.Name". */
struct str schema_branch_name(const struct schema_node *n);

/* The field's index; -1: there is none. */
int schema_field(const struct schema_node *record, const char *name, size_t n);

/* An attribute as it stands in the text; NULL: not there. */
const struct json *schema_attr(const struct schema_node *n, const char *key);
const struct json *schema_field_attr(const struct schema_field *f,
    const char *key);

/* --- text and fingerprints ------------------------------------------------ */

/* Complete: each named type at its first use, later by name; attributes kept.
 * flags as of json_put: JSON_PUT_PRETTY. */
void schema_print(const struct schema *s, struct buf *out, int flags);

/* Parsing Canonical Form (Avro 1.11, Transforming into PCF). */
void schema_canonical(const struct schema *s, struct buf *out);

#define CRC64_AVRO_EMPTY	0xc15d213aa4d7a795u

uint64_t crc64_avro(const void *p, size_t n);
uint64_t schema_crc64(const struct schema *s);		/* kept: no work */
void schema_md5(const struct schema *s, uint8_t out[16]);
void schema_sha256(const struct schema *s, uint8_t out[32]);

/* --- compatibility (Avro 1.11 Schema Resolution) -------------------------- */

/* path: "/items/2/title" in the reader; text: what does not fit. */
typedef void schema_issue_fn(void *arg, const char *path, const char *text);

/* Can every datum of the writer's schema be read with the reader's?  Tells
 * each reason why not (fn may be NULL), at most SCHEMA_ISSUES_MAX. */
#define SCHEMA_ISSUES_MAX	1000

bool schema_compatible(const struct schema *reader,
    const struct schema *writer, schema_issue_fn *fn, void *arg);

/* Does now, which follows before, still read each field from what before read
 * it from in data of then: has it kept the aliases?  Tells each field that
 * does not (fn may be NULL). */
bool schema_keeps(const struct schema *now, const struct schema *before,
    const struct schema *then, schema_issue_fn *fn, void *arg);

/* --- avro-c's own model of it: for tests, and where DESIGN.md says -------- */

struct avro_obj_t;

/* Gives an avro_schema_t (avro_schema_decref), NULL with *e when avro-c has
 * no such thing (two types of one short name, for example). */
struct avro_obj_t *schema_avro(const struct schema *s, struct err *e);

#endif
