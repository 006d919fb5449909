/*
 * watch_table.h - a worker's watches, those of one query together.
 */
#ifndef SERVICE_WATCH_TABLE_H
#define SERVICE_WATCH_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "query/reach.h"

struct account;
struct rights;

struct watch {
	struct watch *next;		/* of the group */
	struct watch_group *group;
	uint64_t session;		/* the worker's number for it */
	uint64_t id;			/* told to the client */
	uint64_t told;			/* revision */
	bool lagging;
};

/* Watches that get the same events: one query, branch and set of rights. */
struct watch_group {
	struct watch_group *next;
	struct watch *watches;
	size_t lagging;
	uint32_t branch;
	char *branch_name;
	const struct account *account;	/* whose rights count; counted */
	struct arena arena;		/* of the query */
	struct query *query;
	struct str anchor;		/* reach.h */
	bool idle;			/* not touched by this batch */
	char *text;			/* its normal form */
};

struct watch_table {
	struct watch_group *groups;
	atomic_size_t count;		/* other threads read it */
	uint64_t last_id;
};

/* The group for a query, made when there is none yet. */
struct watch_group *watch_group_get(struct watch_table *t, const char *p,
    size_t n, uint32_t branch, struct str branch_name,
    const struct account *account, struct err *e);

struct watch *watch_add(struct watch_table *t, struct watch_group *g,
    uint64_t session);

/* The group goes with its last watch. */
void watch_remove(struct watch_table *t, struct watch *w);
struct watch *watch_find(struct watch_table *t, uint64_t session,
    uint64_t id);
size_t watch_count(const struct watch_table *t, uint64_t session);
void watch_table_clear(struct watch_table *t);

void watch_lag(struct watch *w, bool lagging);

#endif
