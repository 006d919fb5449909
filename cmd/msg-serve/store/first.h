/*
 * first.h - a new store: built aside, put in place when it is whole.
 *
 * Everything is made in "DIR.new" and renamed to DIR at the end, so a store
 * that could not be finished is never taken for one; what a killed start
 * left there is cleared away by the next.
 */
#ifndef STORE_FIRST_H
#define STORE_FIRST_H

#include "base/err.h"

struct first;

/*
 * Gives the beginning of a store (first_finish or first_abort): branches
 * repository, live and staging (which publishes to live), the hidden roots,
 * the root Site, the built-in kinds, the credentials' secret.  The caller
 * opens first_dir with store_open, adds what is his, closes it.
 * ERR_CONFLICT: DIR is there already, or another server is making it.
 */
int first_begin(struct first **out, const char *dir, struct err *e);

/* The same from what store_export wrote (export.h): an equal store, but for
 * the credentials.  ERR_INPUT: fd is no export, or not what was exported. */
int first_import(struct first **out, const char *dir, int fd, struct err *e);

const char *first_dir(const struct first *f);

/* Synced and renamed.  Frees f, whatever comes. */
int first_finish(struct first *f, struct err *e);
void first_abort(struct first *f);		/* NULL is fine */

/* Is there a store at dir?  1, 0, -1 cannot tell. */
int first_there(const char *dir, struct err *e);

#endif
