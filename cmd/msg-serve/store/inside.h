/*
 * inside.h - what the files of the store share among themselves.
 */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "store/chain.h"
#include "store/engine.h"
#include "store/kinds.h"
#include "store/overlay.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/view.h"

#define STORE_FORMAT	1

/* Row "state" of META: written with every group. */
struct state {
	uint64_t rev;			/* newest revision */
	uint64_t next_item;
	uint64_t next_branch;
	uint64_t next_kind;
	uint64_t kinds_rev;		/* that changed a kind last */
	uint64_t compacted;		/* older revisions are gone */
};

struct reader {
	struct store *store;
	struct snap *snap;		/* the writer's: lent */
	const struct overlay *overlay;	/* a transaction's, or NULL */
	struct arena lent;		/* large bodies put together */
	const struct kinds *kinds;	/* a reference */
	struct state state;
	bool begun;
};

struct writer;

struct store {
	struct engine *engine;
	struct engine *cred;
	const struct log *log;
	char *dir;
	int lock_fd;
	uint8_t uuid[16];
	uint8_t secret[32];

	/* The newest kinds.  The writer holds the lock over a commit that
	 * changes them, so who sees the rows finds the kinds too. */
	pthread_mutex_t kinds_lock;
	const struct kinds *kinds;

	pthread_mutex_t cred_lock;
	atomic_ullong cred_changes;
	atomic_ullong head, compacted, items, groups, commits;
	store_feed_fn *feed;
	void *feed_arg;
	struct writer *writer;
};

/* --- rows through a reader ------------------------------------------- */

int reader_get(struct reader *r, enum table t, const struct rowkey *k,
    struct str *value, struct err *e);

/* Put a large body together from its pieces: body is its ROW_BLOB_HEAD
 * before, lent until reader_end afterwards. */
int reader_join(struct reader *r, struct str *body, struct err *e);

/* view_open also of a branch that was removed, and of a revision that is gone
 * but for what merges need. */
int view_open_kept(struct view *v, struct reader *r, uint32_t branch,
    uint64_t rev, struct err *e);

/* The newest version of a group in a view: 1 and the row, 0, -1.  k comes as
 * the group and is used up. */
int view_newest(struct view *v, enum table t, struct rowkey *k,
    struct row *row, struct err *e);

/* --- meta ------------------------------------------------------------ */

void state_put(struct buf *out, const struct state *s);
int state_get(struct state *s, struct str value, struct err *e);
int meta_get(struct reader *r, const char *name, struct str *value,
    struct err *e);

/* --- kinds ----------------------------------------------------------- */

/* Gives kinds (kinds_unref) made of the rows a reader sees. */
int kinds_load(struct kinds **out, struct reader *r, uint64_t rev,
    struct err *e);

/* --- the writer ------------------------------------------------------ */

int writer_start(struct store *s, const struct store_options *o,
    struct err *e);
void writer_stop(struct store *s);		/* none started is fine */
unsigned writer_queued(struct store *s);

#endif
