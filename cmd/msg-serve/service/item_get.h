/*
 * item_get.h - get-item: a path query, and the JSON of what it selects.
 */
#ifndef SERVICE_ITEM_GET_H
#define SERVICE_ITEM_GET_H

#include "avro/plan.h"
#include "base/arena.h"
#include "base/buf.h"
#include "query/query.h"
#include "store/view.h"

struct render_versions;

/*
 * Appends a list of items and values to out; of lists, one for each part
 * between the query's commas.  What the answer may have in bytes is out's own
 * limit: past it ERR_POLICY, as past those of the query.
 * versions, NULL for the current ones: see render.h.
 */
int item_get(struct view *v, struct plan_run *run, struct str query,
    const struct query_limits *limits, const struct render_versions *versions,
    struct arena *a, struct buf *out, struct err *e);

/* How the query is done and what it costs, one JSON object. */
int item_explain(struct view *v, struct str query,
    const struct query_limits *limits, struct arena *a, struct buf *out,
    struct err *e);

/* The query of an argument; an empty one is an error. */
struct query *item_query(struct arena *a, struct str text, struct err *e);

/* ERR_POLICY when out is full; names the limit. */
int item_check_size(const struct buf *out, struct err *e);

#endif
