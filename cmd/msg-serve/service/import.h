/*
 * import.h - content for a store from files: actions of set-item, or a
 * directory of items.
 *
 * FILE is a JSON list of actions as msg-protocol(7) describes them for
 * set-item.  A directory holds "a--b--c.json" for the item /a/b/c: one object
 * of its fields, with "kind" (default Page); folders that are missing are
 * made.  Both go through the code of set-item, in one transaction.
 */
#ifndef SERVICE_IMPORT_H
#define SERVICE_IMPORT_H

#include "base/err.h"

struct store;

#define IMPORT_MAX	((size_t)256 << 20)	/* bytes */

/* Into the staging branch.  domain: the author is "import@domain".
 * Blocks. */
int import_file(struct store *s, const char *path, const char *domain,
    struct err *e);

/* The demo tree that the manual pages use. */
int import_demo(struct store *s, const char *domain, struct err *e);

#endif
