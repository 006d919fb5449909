/*
 * shape.h - what many JSON values have in common, and the schema of that.
 */
#ifndef ENCODE_SHAPE_H
#define ENCODE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"

#define SHAPE_SYMBOLS	16	/* different strings that may be an enum */
#define SHAPE_FIELDS	2000	/* more keys than that are a map */

enum shape_text { TEXT_UUID, TEXT_DATE, TEXT_MILLIS, TEXT_MICROS, TEXT_NANOS,
	TEXT_KINDS };

struct shape {
	uint64_t nulls, bools, ints, longs, doubles, strings, arrays, objects;
	uint64_t text[TEXT_KINDS];	/* strings that are such text */
	uint64_t symbol_count;		/* over SHAPE_SYMBOLS: no enum */
	struct str symbols[SHAPE_SYMBOLS];
	bool no_symbol, no_name;	/* some string, some key is no name */
	struct shape *items;
	struct shape_field *first, **last;
	uint64_t fields;
};

struct shape_field {
	struct shape_field *next;
	struct str name;
	struct shape *shape;
	uint64_t seen;
};

struct shape *shape_new(struct arena *a);
void shape_add(struct arena *a, struct shape *s, const struct json *j);

/* The schema as JSON text.  enums: of strings that repeat. */
void shape_schema(struct arena *a, const struct shape *s, const char *name,
    bool enums, struct buf *out);

/* How sure that is, a line a field. */
void shape_tell(const struct shape *s, FILE *to);

#endif
