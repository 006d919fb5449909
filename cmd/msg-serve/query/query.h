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

#endif
