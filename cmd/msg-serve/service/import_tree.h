/*
 * import_tree.h - a directory of "a--b--c.json" files as actions of set-item.
 *
 * The object in a file is the item's fields, with "kind" (default Page).
 * Parents come first, folders that no file describes are made; "--.json" is
 * the root, which is saved.
 */
#ifndef SERVICE_IMPORT_TREE_H
#define SERVICE_IMPORT_TREE_H

#include "base/buf.h"

/* Append the JSON list to out, and to names of each action the name of the
 * file it is for, with its NUL. */
int import_tree(const char *dir, struct buf *out, struct buf *names,
    struct err *e);

#endif
