/*
 * kinds.h - the kinds of items: names, bases, schemas and the plans made of
 * them.
 *
 * A struct kinds is an immutable, counted snapshot: a reader lends the one
 * that fits its own snapshot.  Kinds and older versions of them are never
 * taken away.  A kind's name has no "M." in front; its schema has.
 */
#ifndef STORE_KINDS_H
#define STORE_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "avro/plan.h"
#include "avro/schema.h"
#include "base/bytes.h"

#define KINDS_MAX		4096
#define KIND_VERSIONS_MAX	256
#define KIND_NAME_MAX		128

/* A version of a kind that bodies may be written in. */
struct kind_version {
	uint64_t fp;			/* CRC-64-AVRO */
	const struct schema *schema;
	const struct plan *plan;	/* PLAN_MESSAGE: its own JSON and
					   fields */
	const struct plan *resolve;	/* to the current one; NULL: it is */
};

struct kind_field {
	struct str name;
	uint32_t id;			/* in the index */
	bool indexed;
	bool required;			/* attribute "required" */
	const struct schema_field *schema;
};

struct kind {
	uint32_t id;
	struct str name;		/* "Page" */
	const struct kind *base;	/* NULL: none */
	const struct kind_version *current;	/* the last of versions */
	struct kind_version *versions;
	size_t version_count;
	struct kind_field *fields;	/* of current, in schema order */
	size_t field_count, indexed_count;
	int f_name, f_folder, f_contents;	/* index in fields, -1 none */
};

struct kinds;

struct kinds *kinds_ref(const struct kinds *ks);
void kinds_unref(const struct kinds *ks);	/* NULL is fine */

/* The revision that changed it last. */
uint64_t kinds_rev(const struct kinds *ks);

/* By name, "M." in front or not; NULL: none. */
const struct kind *kinds_by_name(const struct kinds *ks, struct str name);
const struct kind *kinds_by_id(const struct kinds *ks, uint32_t id);

/* By id: i from 0 to count. */
size_t kinds_count(const struct kinds *ks);
const struct kind *kinds_at(const struct kinds *ks, size_t i);

/* Any kind that has or had this version, and the version. */
const struct kind *kinds_by_fp(const struct kinds *ks, uint64_t fp,
    const struct kind_version **version);

bool kind_is_a(const struct kind *k, const struct kind *base);

/* NULL: the kind never had that version. */
const struct kind_version *kind_version(const struct kind *k, uint64_t fp);

/* -1: there is no such field. */
int kind_field(const struct kind *k, struct str name);

/* How a field of this name is called in the index; also for names that are
 * no longer (aliases). */
uint32_t kind_field_id(struct str name);

/* The version and the binary of a stored body.  ERR_INPUT: no single object,
 * or of a version that the kind never had. */
int kind_body(const struct kind *k, struct str body,
    const struct kind_version **version, struct str *binary, struct err *e);

#endif
