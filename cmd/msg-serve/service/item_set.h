/*
 * item_set.h - set-item: a list of actions, from JSON to rows.
 *
 * Parsed in the worker, applied in the writer as one transaction, answered
 * by the worker with the items affected: each once, in the order of first
 * touch, as they are in the end.  An action sees those before it.  Knows no
 * connection; msg-protocol(7) says what each action takes.
 *
 * An error has the number of its action (e->action) and, in e->path, the
 * field ("/title") or the item ("/news/x") that is meant.
 */
#ifndef SERVICE_ITEM_SET_H
#define SERVICE_ITEM_SET_H

#include "avro/plan.h"
#include "base/arena.h"
#include "base/json.h"
#include "query/idset.h"
#include "store/txn.h"

#define ITEM_ACTIONS_MAX	100000

enum item_method { ITEM_CREATE, ITEM_SAVE, ITEM_REMOVE, ITEM_MOVE, ITEM_COPY,
	ITEM_ORDER, ITEM_REVERT };

struct item_action {
	enum item_method method;
	const struct json *data;
	struct str path;		/* n 0: by key */
	struct str key;			/* raw; n 0: none given */
	struct str kind;		/* create */
	uint64_t rev;			/* the version meant; 0: any; of
					   revert the commit */
};

struct item_set {
	struct arena *arena;
	struct item_action *actions;
	size_t count;
	uint64_t *affected;
	size_t affected_count, affected_cap;

	/* Only while it is applied. */
	struct idset seen;		/* of affected */
	struct plan_run *run;
};

/* The set is the arena's, and keeps p[0..n).  NULL: see *e. */
struct item_set *item_set_parse(struct arena *a, const char *p, size_t n,
    struct err *e);

/* The same from what is JSON already. */
struct item_set *item_set_read(struct arena *a, const struct json *list,
    struct err *e);

/* In the writer. */
int item_set_apply(struct item_set *s, struct txn *t, struct err *e);

/* What the set affected, from the commit that it made: for a retry. */
struct commit;
void item_set_recall(struct item_set *s, const struct commit *c);

/* The answer, of a view at the revision the job made. */
int item_set_render(const struct item_set *s, struct view *v,
    struct plan_run *run, struct buf *out, struct err *e);

#endif
