/*
 * watch_table.h - a worker's watches, found by what a commit touched.
 *
 * Watches of one query, branch, set of rights and form are a group, which
 * gets an event written once.  Groups hang at their query's anchor (reach.h),
 * so a commit finds those it may concern by the paths it touched, however
 * many others there are.
 */
#ifndef SERVICE_WATCH_TABLE_H
#define SERVICE_WATCH_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "query/query.h"
#include "store/rights.h"

struct event_form;

/* A place in a list that can be left without looking for it. */
struct member {
	struct member *next, **at;
	void *of;
};

struct watch {
	struct member in_group, in_owner, in_lagging;
	struct watch_group *group;
	struct watch_owner *owner;
	uint64_t id;			/* told to the client */
	uint64_t told;			/* see watch_told */
	bool lagging;
};

/* One session's. */
struct watch_owner {
	uint64_t session;		/* the worker's number for it */
	struct member *watches;
	size_t count;
};

struct watch_group {
	struct watch_group *next_reached;
	struct member *watches, in_anchor;
	struct watch_anchor *anchor;
	uint32_t branch;
	char *branch_name;
	const struct rights *rights;	/* counted */
	const struct event_form *form;	/* event.h */
	struct arena arena;		/* of the query */
	struct query *query;
	char *text;			/* its normal form */
	char *key;			/* in the table */
	size_t key_n;
};

/* All groups of one branch and anchor. */
struct watch_anchor {
	uint32_t branch;
	struct str path;
	struct member *groups;
	uint64_t reached;		/* by this revision already */
};

struct watch_table {
	struct map anchors, groups, owners;
	struct member *lagging;
	atomic_size_t count;		/* other threads read it */
	uint64_t last_id;
	uint64_t now;			/* all commits up to here were looked
					   at, for all that do not lag */
};

/* The revision up to which the client was told all that concerns it. */
uint64_t watch_told(const struct watch_table *t, const struct watch *w);

/* The group for a query, made when there is none yet; it goes with its last
 * watch. */
struct watch_group *watch_group_get(struct watch_table *t, const char *p,
    size_t n, uint32_t branch, struct str branch_name,
    const struct rights *rights, const struct event_form *form,
    struct err *e);

struct watch *watch_add(struct watch_table *t, struct watch_group *g,
    uint64_t session, uint64_t told);
void watch_remove(struct watch_table *t, struct watch *w);

/* From now on it is one of g's. */
void watch_move(struct watch_table *t, struct watch *w,
    struct watch_group *g);

struct watch_owner *watch_owner(const struct watch_table *t,
    uint64_t session);			/* NULL: it has no watch */
struct watch *watch_find(const struct watch_table *t, uint64_t session,
    uint64_t id);
void watch_table_clear(struct watch_table *t);

/* It reads on from told by itself; or it has caught up. */
void watch_lag(struct watch_table *t, struct watch *w, uint64_t told);
void watch_level(struct watch *w);

/* Groups that a commit of this revision may concern, each once: by a path it
 * touched (reach_fn), or all of the branch. */
struct watch_reach {
	struct watch_table *table;
	uint32_t branch;
	uint64_t rev;
	struct watch_group *groups;	/* by next_reached */
};

void watch_reach_path(void *reach, struct str path, bool below);
void watch_reach_all(struct watch_reach *r);

#endif
