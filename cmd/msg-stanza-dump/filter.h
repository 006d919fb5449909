/*
 * filter.h - which items somebody wants to see: KEY=VALUE, all of them.
 *
 *	element=iq	the name of the element, or of the first one in it
 *	type=error	the attribute
 *	id=7		the attribute
 *	jid=romeo@x	from or to: that address, or a resource of it
 *	ns=urn:M	the namespace of either element
 *	command=get-item
 *	path=/news	a query that begins so, or an item there or below it
 */
#ifndef DUMP_FILTER_H
#define DUMP_FILTER_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/opt.h"
#include "item.h"

struct filter;

/* Gives a filter (filter_free); borrows list and keeps its strings.
 * ERR_USAGE. */
int filter_new(struct filter **out, const struct opt_list *list,
    struct err *e);
void filter_free(struct filter *f);

/* Without any condition all items; with one, stanzas and lines of a trace
 * that meet all of them. */
bool filter_wants(const struct filter *f, const struct item *it);

#endif
