/*
 * store.h - the versioned tree: opening it, reading it, changing it.
 *
 * Knows items, names, revisions and branches as rows (rows.h) on an engine
 * (engine.h); knows no command and no JSON.  Reading: a struct reader a
 * thread, then a view (view.h).  Changing: a job, run by the one writer
 * thread with a transaction (txn.h).  What was committed is told to the feed
 * (commit.h).
 *
 * Item ids are the store's own and never leave the server; people see keys.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "store/commit.h"

#define STORE_NAME_MAX	255		/* bytes of an item's name */
#define STORE_KEY_MAX	255		/* bytes of an item's key */
#define STORE_BODY_MAX	((size_t)16 << 20)
#define STORE_MESSAGE_MAX	((size_t)64 << 10)	/* of a commit */

/* Items that are always there. */
#define ITEM_ROOT	1		/* "/" of every content branch */
#define ITEM_USERS	2		/* hidden: its children are users */
#define ITEM_BRANCHES	3		/* hidden: its children are branches */
#define ITEM_FIRST	16		/* ids below are kept for such */

/* Branches that are always there.  Users and branch descriptions are items
 * of the repository, which no other branch descends from. */
#define BRANCH_REPOSITORY	0
#define BRANCH_LIVE		1
#define BRANCH_STAGING		2

struct kinds;
struct log;
struct reader;
struct rights;
struct store;
struct txn;

struct store_options {
	const char *dir;		/* holds data/ and cred/ */
	uint64_t map_bytes;		/* 0: STORE_MAP_BYTES; memory map */
	unsigned readers;		/* 0: STORE_READERS; at one time */
	unsigned queue;			/* 0: STORE_QUEUE; waiting jobs */
	size_t txn_bytes;		/* 0: STORE_TXN_BYTES; rows of a job */
	bool unsafe;			/* no fsync: tests and benches only */
	bool read_only;			/* no writer, no lock: look only */
	bool no_writer;			/* a lock alone: for the store's own
					   tools, which write themselves */
	const struct log *log;		/* NULL: silent */
};

#define STORE_MAP_BYTES	((uint64_t)64 << 30)
#define STORE_READERS	512
#define STORE_QUEUE	4096
#define STORE_TXN_BYTES	((size_t)512 << 20)
#define STORE_GROUP_JOBS	512	/* jobs of one group */
#define STORE_GROUP_BYTES	((size_t)32 << 20)	/* rows of one group */

/* Gives a store (store_close), its writer thread running.  Keeps o->log.
 * ERR_NOT_FOUND: there is none at o->dir; ERR_CONFLICT: another process has
 * it open; ERR_CONFIG: it is of another format. */
int store_open(struct store **out, const struct store_options *o,
    struct err *e);

/* Finishes what was submitted, then closes.  All readers are freed before.
 * NULL is fine. */
void store_close(struct store *s);

/* --- reading --------------------------------------------------------- */

/* Gives a reader (reader_free) for one thread. */
struct reader *reader_new(struct store *s);
void reader_free(struct reader *r);		/* NULL is fine */

/* Take the newest snapshot; nothing when one is taken already. */
int reader_begin(struct reader *r, struct err *e);

/* Let go of it: everything lent through r is invalid now. */
void reader_end(struct reader *r);

/* Of the snapshot: begun. */
bool reader_begun(const struct reader *r);
uint64_t reader_head(const struct reader *r);	/* newest revision */
const struct kinds *reader_kinds(struct reader *r);	/* lent */

/* --- branches -------------------------------------------------------- */

struct branch {
	uint32_t id;
	struct str name;		/* lent until reader_end */
	uint32_t parent;		/* forked from; its own id: from none */
	uint64_t fork_rev;		/* the parent as it was then */
	uint64_t head_rev;		/* its newest commit, 0: none */
	bool removed;
};

/* 1 found, 0 there is none (or removed), -1. */
int reader_branch(struct reader *r, struct str name, struct branch *out,
    struct err *e);
int reader_branch_id(struct reader *r, uint32_t id, struct branch *out,
    struct err *e);

/* --- changing -------------------------------------------------------- */

/*
 * One transaction.  The submitter fills the first part and owns the memory;
 * the store touches neither after done was called.
 */
struct store_job {
	uint32_t branch;
	struct str author;		/* JID */
	struct str message;
	uint64_t base;			/* the branch must not have changed
					   since this revision; 0: any */
	uint8_t txid[16];		/* a retry with the same txid and  */
	uint8_t digest[32];		/* digest does nothing again; with */
	bool has_txid;			/* another digest: ERR_CONFLICT */
	const struct rights *rights;	/* of txn_view; NULL: all */
	int64_t time_us;		/* 0: now; for import */

	/* Validate and change through txn_*.  Writer thread.  -1: nothing
	 * of the job remains.  No change at all is no commit. */
	int (*run)(struct store_job *job, struct txn *t, struct err *e);

	/* After the group is durable, or the job refused.  Writer thread:
	 * hand over and return soon. */
	void (*done)(struct store_job *job);

	/* Filled before done. */
	int rc;				/* 0 done, -1 see err */
	struct err err;
	uint64_t rev;			/* of the commit; nothing changed:
					   the head it saw */
	bool replayed;			/* a retry: rev is the first one's */

	struct store_job *next;		/* the store's own */
};

/* Any thread.  ERR_LIMIT: the queue is full; ERR_UNAVAILABLE: closing.  Then
 * done is not called. */
int store_submit(struct store *s, struct store_job *job, struct err *e);

/* Submit and wait; run and done may be used as well.  For start-up, tools
 * and tests: blocks.  Returns job->rc, copies job->err to *e. */
int store_run(struct store *s, struct store_job *job, struct err *e);

/* Called in the writer thread after each durable group, before its done
 * functions.  Set before anything is submitted. */
typedef void store_feed_fn(void *arg, struct commit *const *commits,
    size_t count);

void store_set_feed(struct store *s, store_feed_fn *fn, void *arg);

/* Has another process the store open to write?  1 and *e says it, 0, -1. */
int store_served(const char *dir, struct err *e);

/* The newest durable revision; any thread. */
uint64_t store_head(struct store *s);

/* A consistent copy of the data into a new file, while others read and write:
 * a data.mdb, without credentials; "-" is standard output.  A failed one is
 * removed.  ERR_CONFLICT: path is there already. */
int store_backup(struct store *s, const char *path, struct err *e);

/* The same for the credentials. */
int store_backup_cred(struct store *s, const char *path, struct err *e);

/* 16 random bytes made with the store. */
void store_uuid(struct store *s, uint8_t out[16]);

struct store_stats {
	uint64_t head, compacted;	/* revisions: newest, oldest kept */
	uint64_t items;			/* ids given so far */
	uint64_t bytes, map_bytes;	/* used of the data file, its bound */
	uint64_t groups, commits;	/* since open */
	unsigned queued;
};

void store_stats(struct store *s, struct store_stats *out);

#endif
