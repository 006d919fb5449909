/*
 * query.h - path queries (msg-path(7)): text in, items and values out.
 *
 * Knows the language and how to use the store's indexes for it; knows no
 * JSON and no protocol.  A query is parsed once, is immutable then and may
 * be run any number of times, by several threads.
 *
 * Limits: QUERY_TEXT_MAX bytes, QUERY_DEPTH_MAX levels (ERR_LIMIT).
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define QUERY_TEXT_MAX	65536
#define QUERY_DEPTH_MAX	120

struct query;

/* The query is the arena's; p[0..n) is copied.  NULL with ERR_SYNTAX and
 * e->at "line 1, column 7": what was found and what could stand there. */
struct query *query_parse(struct arena *a, const char *p, size_t n,
    struct err *e);

/* The normal form: shortest axes, one blank around operators, no
 * parentheses that change nothing.  Parsing it gives an equal query. */
void query_print(const struct query *q, struct buf *out);
bool query_equal(const struct query *a, const struct query *b);

/* How many lists a result has: 1, or one for each part between commas. */
size_t query_count(const struct query *q);

/* "A//." asks for all that is A or below: cut down to "A", and true. */
bool query_cut_below(struct query *q);

/* --- running it --------------------------------------------------------- */

struct commit;
struct view;

enum value_type { VALUE_NULL, VALUE_BOOLEAN, VALUE_INTEGER, VALUE_REAL,
	VALUE_STRING, VALUE_JSON, VALUE_ITEM };

struct value {
	enum value_type type;
	union {
		bool truth;
		int64_t integer;
		double real;		/* finite */
		struct str text;	/* VALUE_STRING; VALUE_JSON: as text */
		uint64_t item;
	} u;
};

/* Zero: the default.  A step is an item, an index entry or a binding looked
 * at.  Past a limit: ERR_POLICY. */
struct query_limits {
	uint64_t steps;
	size_t values;			/* held at one time */
};

#define QUERY_STEPS	5000000
#define QUERY_VALUES	2000000

struct query_list {
	struct value *values;
	size_t count;
};

/* The lists and made strings are the arena's; strings that are fields of
 * items are lent by the view. */
struct query_result {
	struct query_list *lists;
	size_t count;			/* query_count */
	uint64_t steps;			/* taken */
};

/* Borrows the view.  ERR_NOT_FOUND: an unknown kind; ERR_VALUE: arithmetic
 * on what is no number; ERR_POLICY: past a limit. */
int query_run(const struct query *q, struct view *v,
    const struct query_limits *limits, struct arena *a,
    struct query_result *out, struct err *e);

/* Runs it and appends, as JSON, how each step was done and what it cost. */
int query_explain(const struct query *q, struct view *v,
    const struct query_limits *limits, struct arena *a, struct buf *out,
    struct err *e);

/* --- watching it -------------------------------------------------------- */

/* An item that is in the result before or after a commit, and was changed
 * itself (change), or came into or out of the result by a change elsewhere
 * (change NULL).  Item 0: the query gives values, and they changed. */
struct query_touch {
	uint64_t item;
	const struct change *change;
	bool before, after;		/* in the result */
};

/* What the commit touches of the query's result.  A downward path that looks
 * at nothing but the items on it is matched upward from the changed items,
 * anything else is run on both views: before as of c->rev - 1, after as of
 * c->rev, of one branch.  *out is the arena's, in the order of the commit. */
int query_affected(const struct query *q, struct view *before,
    struct view *after, const struct commit *c,
    const struct query_limits *limits, struct arena *a,
    struct query_touch **out, size_t *count, struct err *e);

/* Is it matched upward, so that a commit elsewhere costs next to nothing? */
bool query_is_local(const struct query *q);

#endif
