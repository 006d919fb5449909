/*
 * engine.h - sorted rows of bytes, snapshots of them, and a durable write.
 *
 * Everything above is written once against these few calls.  They are made
 * to be batched, so that an engine behind a network does not pay a round
 * trip a row.  An engine knows tables and bytes, not what they mean.
 *
 * engine_lmdb.c is the one there is; it alone includes lmdb.h, with
 * engine_lmdb_files.c.
 */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define ENGINE_KEY_MAX	400		/* bytes */

/* X(name, hashed): hashed rows are under the chain of commits (chain.h). */
#define TABLES(X) \
	X(META,		false) \
	X(BRANCH,	false) \
	X(BRANCH_NAME,	false) \
	X(KIND,		false) \
	X(SCHEMA,	false) \
	X(BLOB,		false) \
	X(COMMIT,	false) \
	X(LOG,		true) \
	X(TXID,		true) \
	X(CHANGE,	true) \
	X(NODE,		true) \
	X(CHILD,	true) \
	X(NAME,		true) \
	X(ATTR,		false) \
	X(KEY,		true) \
	X(MERGE,	true)

enum table {
#define X(name, hashed)	T_##name,
	TABLES(X)
#undef X
	T_COUNT
};

struct row {
	enum table table;
	struct str key;
	struct str value;		/* p NULL: none; to put: delete */
};

/* The first row at or behind key whose first prefix bytes are key's. */
struct seek {
	enum table table;
	struct str key;
	size_t prefix;
	struct row row;			/* out; value.p NULL: there is none */
};

struct engine;
struct snap;

struct engine_options {
	const char *dir;		/* must exist */
	const char *const *tables;	/* names, ended by NULL */
	uint64_t map_bytes;
	unsigned readers;
	bool create;			/* else ERR_NOT_FOUND */
	bool unsafe;			/* no fsync */
	bool read_only;
};

/*
 * What engine_open looks at before LMDB, which would not notice it.  Data
 * that is empty is damage, and not to be begun anew (ERR_REFUSED).  Readers
 * are noted in a file that is mapped; LMDB makes it as one large hole, and a
 * disk without room for it ends the process: so there is room first
 * (ERR_SYSTEM).
 */
int engine_ready(const struct engine_options *o, struct err *e);

/* The names of the tables above. */
extern const char *const engine_tables[];

/* Gives an engine (engine_close).  Readers that died are cleared away.
 * ERR_REFUSED: damaged, cut short; ERR_SYSTEM: also when the disk is full. */
int engine_open(struct engine **out, const struct engine_options *o,
    struct err *e);
void engine_close(struct engine *g);		/* NULL is fine */

/* A snapshot to be begun and ended many times, by one thread at a time. */
struct snap *snap_new(struct engine *g);
int snap_begin(struct snap *s, struct err *e);
void snap_end(struct snap *s);
void snap_free(struct snap *s);			/* NULL is fine */

/* Rows given out are lent until snap_end; of a writing snapshot until the
 * next engine_put. */
int snap_seek(struct snap *s, struct seek *seeks, size_t count,
    struct err *e);

/* Rows behind from (or at it, unless after) that begin with prefix: how many
 * were written to rows[0..max); fewer than max: there are no more. */
int snap_scan(struct snap *s, enum table table, struct str from, bool after,
    struct str prefix, struct row *rows, size_t max, struct err *e);

/* The last row that begins with prefix: 1, 0, -1. */
int snap_last(struct snap *s, enum table table, struct str prefix,
    struct row *row, struct err *e);

/*
 * Writing: one thread.  begin gives the engine's writing snapshot (lent),
 * which sees what was put.  After a failed put only abort is possible.
 * commit: durable when it returns 0; when it fails nothing was written.
 * ERR_LIMIT: the map or the disk is full.
 */
int engine_begin(struct engine *g, struct snap **out, struct err *e);
int engine_put(struct engine *g, const struct row *rows, size_t count,
    struct err *e);
int engine_commit(struct engine *g, struct err *e);
void engine_abort(struct engine *g);

/* A consistent, compact copy of everything into a new file or a pipe. */
int engine_copy(struct engine *g, int fd, struct err *e);

/* Which commit of a closed or served engine at dir counts: may that be relied
 * on?  1; 0: what says so is damaged; -1: it cannot be read. */
int engine_heads(const char *dir, struct err *e);

void engine_size(struct engine *g, uint64_t *used, uint64_t *bound);

#endif
