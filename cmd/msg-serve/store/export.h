/*
 * export.h - a whole store with its history as one Avro container file.
 *
 * The schema is export_schema: the store, its kinds, its branches, then every
 * commit with the items as it left them.  A store read back from it
 * (first_import) has the same commits with the same hashes.  Credentials are
 * not in it.
 */
#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

#include "store/store.h"

extern const char export_schema[];

/* All of the reader's snapshot. */
int store_export(struct reader *r, int fd, struct err *e);

/* The same into a new file, "-" is standard output; a failed one is removed.
 * ERR_CONFLICT: path is there already. */
int store_export_file(struct reader *r, const char *path, struct err *e);

/* A container begins with these: an export is told from a list of actions. */
#define EXPORT_MAGIC	"Obj\1"

#endif
