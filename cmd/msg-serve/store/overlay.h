/*
 * overlay.h - rows that are not in the engine yet, sorted, over those that
 * are.
 *
 * What a transaction wants to write waits here; its own reads look here
 * first.  Rows live in an arena until overlay_reset, so what was lent stays
 * valid while more is put.
 */
#ifndef STORE_OVERLAY_H
#define STORE_OVERLAY_H

#include "base/arena.h"
#include "store/engine.h"

#define OVERLAY_LEVELS	16

struct overlay_row;

struct overlay {
	struct arena arena;
	struct overlay_row *head[T_COUNT][OVERLAY_LEVELS];
	uint32_t random;
	size_t count, bytes;
};

void overlay_init(struct overlay *o);
void overlay_free(struct overlay *o);
void overlay_reset(struct overlay *o);

/* Copies.  value.p NULL: the row is to be deleted. */
void overlay_put(struct overlay *o, enum table t, struct str key,
    struct str value);

/* All rows in order of table and key; start with NULL. */
const struct overlay_row *overlay_next(const struct overlay *o,
    const struct overlay_row *r);
struct row overlay_row(const struct overlay_row *r);

/* Put all of them. */
int overlay_apply(const struct overlay *o, struct engine *g, struct err *e);

/* The row is not to be written after all: overlay_next passes over it.  At
 * the end only: reads still see it. */
void overlay_cancel(struct overlay *o, const struct overlay_row *r);

/*
 * Reading a snapshot through an overlay (NULL: as it is), as the functions
 * of engine.h do; deleted rows are not seen.
 */
int rows_seek(struct snap *s, const struct overlay *o, struct seek *q,
    struct err *e);
int rows_scan(struct snap *s, const struct overlay *o, enum table t,
    struct str from, bool after, struct str prefix, struct row *rows,
    size_t max, struct err *e);
int rows_last(struct snap *s, const struct overlay *o, enum table t,
    struct str prefix, struct row *row, struct err *e);

/* One row by its whole key: 1, 0, -1. */
int rows_get(struct snap *s, const struct overlay *o, enum table t,
    struct str key, struct str *value, struct err *e);

#endif
