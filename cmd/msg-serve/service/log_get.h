/*
 * log_get.h - get-log: commits as JSON, newest first.
 *
 * {"author","branch","changes":[{"_key","_kind","_path","change","from"}],
 * "message","rev","time"}.  change is create, save, move, order or remove;
 * _path is where the item was then, from where a moved one was before.
 * Changes of what one may not read are left out, and commits that have no
 * other.
 */
#ifndef SERVICE_LOG_GET_H
#define SERVICE_LOG_GET_H

#include "base/arena.h"
#include "base/buf.h"
#include "query/query.h"
#include "store/commit.h"
#include "store/view.h"

#define LOG_PAGE	100	/* commits, when nobody says how many */
#define LOG_PAGE_MAX	10000
#define LOG_CHANGES	1000	/* listed of one commit */

struct log_args {
	struct str query;		/* items it is about; n 0: all.  "A//.":
					   A and all below it */
	struct str author;		/* n 0: anybody */
	int64_t since_us, until_us;	/* 0: open */
	uint64_t before;		/* only older revisions; 0: newest */
	uint64_t max;			/* at most LOG_PAGE_MAX count */
	struct query_limits limits;
};

struct rights;

/* Appends the list.  The query is asked of v, and what v is too new for is
 * not told.  *first and *last: the revisions of the page, 0 when it is
 * empty. */
int log_get(struct view *v, const struct rights *rights,
    const struct log_args *args, struct arena *a, struct buf *out,
    uint64_t *first, uint64_t *last, struct err *e);

/* One commit, as above: 1; 0 when there is nothing in it that may be seen. */
int log_put(struct reader *r, const struct rights *rights,
    const struct commit *c, struct str branch, struct buf *out,
    struct err *e);

#endif
