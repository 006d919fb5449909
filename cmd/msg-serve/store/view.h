/*
 * view.h - the tree of a branch as it was at a revision.
 *
 * Head, an old revision and a branch are one code path: a view is a lineage
 * of (branch, newest revision that counts), and of each row's versions the
 * first level that has one wins.  A look-up is one seek a level.
 *
 * What a view gives out points into the store's map: it is lent until
 * reader_end (in a transaction: until the next change).  No allocation.
 *
 * With rights, an item one may not read is as if it were not there; folders
 * above something readable are found, but marked hidden.
 */
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "store/store.h"

#define VIEW_LEVELS	8		/* branches of branches */

struct view {
	struct reader *reader;
	uint32_t branch;
	uint64_t rev;			/* what was asked; head: the head */
	struct grants *grants;		/* NULL: everything may be read */
	unsigned levels;
	struct {
		uint32_t branch;
		uint64_t cap;
	} line[VIEW_LEVELS];
};

struct item {
	uint64_t id;
	uint64_t rev;			/* of this version */
	uint32_t branch;		/* where this version was written */
	uint32_t kind;
	uint64_t parent;		/* 0: a root */
	struct str key;			/* raw; _key is its base64url */
	struct str name;
	struct str order;		/* place among its siblings */
	struct str body;		/* Avro single-object */
	bool hidden;			/* only on the way to what one may
					   read: no body, not to be shown */
};

/* rev 0: head.  Borrows r, begun.  ERR_NOT_FOUND: no such branch, or rev is
 * still to come; ERR_GONE: rev is no longer kept. */
int view_open(struct view *v, struct reader *r, uint32_t branch, uint64_t rev,
    struct err *e);

/* The same view as it was just before a revision; without rights. */
void view_before(struct view *v, uint64_t rev);

/* The branch of a commit of history just after it and just before: also one
 * that was removed since. */
int view_around(struct view *after, struct view *before, struct reader *r,
    const struct commit *c, struct err *e);

/* From here on the view shows what these rights allow (rights.h).  Lent until
 * reader_end: make it anew with the view. */
int view_allow(struct view *v, const struct rights *rights, struct err *e);

/* Nothing is hidden. */
bool view_reads_all(const struct view *v);

/* Whether the view's rights allow to read, to change the item: 1, 0, -1. */
int view_may_read(struct view *v, uint64_t id, struct err *e);
int view_may_write(struct view *v, uint64_t id, struct err *e);

/* 1 found, 0 not there, -1. */
int view_item(struct view *v, uint64_t id, struct item *out, struct err *e);

/* The same without putting a large body together: body.n may be 0. */
int view_node(struct view *v, uint64_t id, struct item *out, struct err *e);

int view_child(struct view *v, uint64_t parent, struct str name, uint64_t *id,
    struct err *e);
int view_key(struct view *v, struct str key, uint64_t *id, struct err *e);

/* The item of a path, which need not begin with '/'; 0 as well when it may
 * only be passed on the way to another. */
int view_find(struct view *v, struct str path, uint64_t *id, struct err *e);

/* Append "/a/b", "/" for the root.  1, 0 not there, -1. */
int view_path(struct view *v, uint64_t id, struct buf *out, struct err *e);

/* Is id below (or the same as) top?  1, 0, -1. */
int view_under(struct view *v, uint64_t id, uint64_t top, struct err *e);

/*
 * Scans: where one was left off.  Give the same scan again for the next
 * batch; how many ids were written, 0 at the end, -1.  A scan stays valid
 * over reader_end and reader_begin with a view of the same lineage.
 */
#define SCAN_KEY	320

struct scan {
	size_t n;			/* 0: at the start */
	bool done;
	uint8_t key[SCAN_KEY];
};

#define SCAN_INIT	{ .n = 0 }

/* Children in their order. */
int view_children(struct view *v, uint64_t parent, struct scan *at,
    uint64_t *ids, size_t max, struct err *e);

/* Items of exactly this kind, sub-kinds not among them; by id. */
int view_by_kind(struct view *v, uint32_t kind, struct scan *at,
    uint64_t *ids, size_t max, struct err *e);

/*
 * Items of exactly this kind whose indexed field may have this value: the
 * index cuts long strings and rounds large integers, so look again.  field
 * is kind_field.id (kinds.h).
 */
struct attr {
	size_t n;
	uint8_t p[272];
};

void attr_string(struct attr *a, struct str value);
void attr_number(struct attr *a, double value);
void attr_boolean(struct attr *a, bool value);

int view_by_field(struct view *v, uint32_t kind, uint32_t field,
    const struct attr *value, struct scan *at, uint64_t *ids, size_t max,
    struct err *e);

/* About how many ids the scan would give, for choosing between plans: stops
 * counting at limit; rows of other branches and old versions count as well.
 * value NULL: view_by_kind. */
int view_count_children(struct view *v, uint64_t parent, size_t limit,
    size_t *count, struct err *e);
int view_count_by(struct view *v, uint32_t kind, uint32_t field,
    const struct attr *value, size_t limit, size_t *count, struct err *e);

#endif
