/*
 * backup.h - a copy of all of a store in a directory of its own, which can be
 * served as it is.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include <stdbool.h>

#include "store/store.h"

/* "DIR/": a directory is meant, and not a file. */
bool backup_is_dir(const char *path);

/* Data, credentials, certificate and client context of the store s at from,
 * to a directory that is not there yet.  A failed one is removed.
 * ERR_CONFLICT, ERR_SYSTEM. */
int backup_dir(struct store *s, const char *from, const char *to,
    struct err *e);

#endif
