/*
 * render.h - items as the JSON of PROTOCOL.md section 3, straight from rows
 * and stored bodies.
 *
 * Members sorted: _key, _kind, _path, _rev, and the fields of the kind's
 * current schema, an older body being read through resolution.  A folder's
 * contents are its children in order, [name, key] each.  No tree is built.
 */
#ifndef SERVICE_RENDER_H
#define SERVICE_RENDER_H

#include "avro/plan.h"
#include "base/buf.h"
#include "query/query.h"
#include "store/kinds.h"
#include "store/view.h"

#define RENDER_FIELDS	64	/* more than these: from the heap */
#define RENDER_VERSIONS	16

/* Versions of kinds that somebody wants his items in; of other kinds he gets
 * the current ones. */
struct render_versions {
	const struct kind_version *v[RENDER_VERSIONS];
	const struct kind *kind[RENDER_VERSIONS];
	size_t count;
};

/* From fingerprints, 16 hexadecimal digits each, with blanks between.
 * ERR_NOT_FOUND, ERR_POLICY. */
int render_versions(struct render_versions *out, const struct kinds *ks,
    struct str text, struct err *e);

/* One answer's rendering: what items side by side have in common is found
 * once.  Of one view, for as long as what it lends holds. */
struct render {
	struct view *view;
	struct plan_run *run;
	const struct kinds *kinds;
	uint64_t parent;		/* whose path is in path; 0: none */
	struct buf path, scratch;
	size_t *ends, ends_cap;
	const struct render_versions *versions;	/* NULL: the current ones */
	struct plan *pair;		/* the last one made, or NULL: */
	const struct kind_version *pair_from, *pair_to;
	size_t small[RENDER_FIELDS];
};

/* Keeps v (its reader begun) and run. */
void render_init(struct render *r, struct view *v, struct plan_run *run);
void render_clear(struct render *r);

int render_put(struct render *r, const struct item *it, struct buf *out,
    struct err *e);

/* An item of its id: 1, 0 it is not there (nothing written), -1. */
int render_id(struct render *r, uint64_t id, struct buf *out, struct err *e);

/* A value of a query's result; an item as above. */
int render_value(struct render *r, const struct value *v, struct buf *out,
    struct err *e);

/* A single item. */
int render_item(struct view *v, struct plan_run *run, const struct item *it,
    struct buf *out, struct err *e);

#endif
