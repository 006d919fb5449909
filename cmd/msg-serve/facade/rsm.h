/*
 * rsm.h - XEP-0059 over a list that a path query can cut pages from.
 *
 * A list is the children of a folder in their order; an item's id is its
 * name.  A page is three queries in one: its items, how many there are in
 * all, and where the page begins.
 */
#ifndef FACADE_RSM_H
#define FACADE_RSM_H

#include "base/json.h"
#include "xmpp/stanza.h"

#define RSM_PAGE_MAX	1000000000	/* more is not asked for */

struct rsm {
	bool asked;			/* there was a <set/> */
	bool has_max, has_index, backwards;
	uint64_t max, index;
	struct str after, before;	/* ids; n 0: from the end of the list */
};

/* parent: the element that <set/> is in.  ERR_ARGUMENT. */
int rsm_read(struct rsm *r, const struct stanza *parent, struct err *e);

/* Where a page's list and the ids in it are to be found, as path queries. */
struct rsm_list {
	const char *all;		/* the whole list */
	const char *item;		/* the one of after or before; NULL
					   when neither is given */
	const char *each;		/* wanted of each item $x; NULL: it */
};

/* The query of the page, the arena's. */
struct str rsm_query(const struct rsm *r, struct arena *a,
    const struct rsm_list *list);

/* Its answer: the page's values, how many items there are in all, and where
 * the page begins when it holds n items.  ERR_NOT_FOUND: the id it was to go
 * on from is not there. */
struct rsm_page {
	const struct json *values;	/* an array */
	uint64_t count, index;
};
int rsm_page(const struct rsm *r, const struct json *answer,
    unsigned each, struct rsm_page *out, struct err *e);

/* Append <set/>, of a page from the id first to last; n 0: it is empty. */
void rsm_put(struct buf *out, const struct rsm_page *p, struct str first,
    struct str last);

#endif
