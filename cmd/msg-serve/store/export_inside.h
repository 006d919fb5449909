/* export_inside.h - what writing and reading an export share. */
#ifndef STORE_EXPORT_INSIDE_H
#define STORE_EXPORT_INSIDE_H

#include "store/build.h"
#include "store/export.h"
#include "store/take.h"

/* The branches of the schema's union, in the order in which they come. */
enum export_entry { EXPORT_STORE, EXPORT_KIND, EXPORT_BRANCH, EXPORT_KEPT,
	EXPORT_COMMIT };

#define EXPORT_BLOCK	((size_t)1 << 20)	/* bytes of a block, about; */
#define EXPORT_BLOCK_MAX ((size_t)1 << 30)	/* a commit is in one */

/* --- reading: import.c the entries, import_file.c the file --------------- */

struct importer {
	struct build *b;
	int fd;
	struct buf in;
	bool end;			/* nothing behind what in holds */

	struct state head;		/* what the file says it will be */
	uint8_t base[CHAIN_HASH];	/* the chain begins with it */
	int phase;			/* the entry before this one */
	struct take *entry;		/* being read */
	uint32_t *removed;		/* branches, in the end */
	size_t removed_count, removed_cap;
	uint64_t entries;
};

/* The next entry of a block. */
int import_entry(struct importer *m, struct take *in, struct err *e);
int import_bad(struct importer *m, struct err *e);
build_fn import_removed;		/* branches that are, at the end */

/* Everything of an export into a new store. */
int build_import(struct build *b, int fd, struct err *e);

#endif
