/*
 * node.h - items of the tree as nodes of XEP-0060 and XEP-0030.
 *
 * A node is called as the path of its item is: "/news".  A folder is a
 * collection, and what is in it are its items, each called by its name;
 * another item is a leaf with one item, "current" (XEP-0060 12.20): itself.
 */
#ifndef FACADE_NODE_H
#define FACADE_NODE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#define NODE_CURRENT	"current"

struct session;

struct node {
	struct str name;		/* "/news"; "/" is the root */
	const char *self;		/* a query for the item itself */
	const char *items;		/* for its items */
	bool folder;
	struct str kind, title;
};

/* The query for an item of a path, the arena's: each name in quotes, so that
 * no path is a query; NULL: it is no path that an item may have. */
const char *node_query(struct arena *a, struct str path);

/* ERR_NOT_FOUND: there is no such item, or he may not read it. */
int node_open(struct node *n, struct session *s, struct arena *a,
    struct str name, struct err *e);

/* The path of the node's item of that id, the arena's; n 0: it can have no
 * such item. */
struct str node_item(const struct node *n, struct arena *a, struct str id);

/* Is that the path of an item right in the node's folder? */
bool node_has(const struct node *n, struct str path);

/* The other way: the id in a node of what has that path. */
struct str node_id(struct str node, struct str path);

#endif
