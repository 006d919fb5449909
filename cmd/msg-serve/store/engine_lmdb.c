#include <assert.h>
#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/engine.h"
#include "store/engine_inside.h"

struct snap {
	struct engine *engine;
	MDB_txn *txn;			/* kept and renewed when reading */
	MDB_cursor *cursor[T_COUNT];
	uint64_t last[T_COUNT][2];	/* where it was sent before */
	bool begun, writes;
};

struct engine {
	MDB_env *env;
	MDB_dbi dbi[T_COUNT];
	size_t tables;
	struct snap write;
};

const char *const engine_tables[] = {
#define X(name, hashed)	#name,
	TABLES(X)
#undef X
	NULL
};

static int
fail(struct err *e, int rc, const char *what)
{
	switch (rc) {
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return err_set(e, ERR_REFUSED, "the store is damaged: cannot "
		    "%s it: %s", what, mdb_strerror(rc));
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return err_set(e, ERR_SYSTEM, "cannot %s the store: no room "
		    "on the disk", what);
	case MDB_READERS_FULL:
		return err_set(e, ERR_LIMIT, "cannot %s the store: %s", what,
		    mdb_strerror(rc));
	default:
		return err_set(e, ERR_SYSTEM, "cannot %s the store: %s", what,
		    mdb_strerror(rc));
	}
}

/* LMDB writes what there is room for and calls the rest an I/O error: it is
 * one if there is room for a page behind all others. */
static bool
has_no_room(int fd, int rc)
{
	static const char page[4096];
	struct stat st;

	if (rc == EIO && fstat(fd, &st) == 0 &&
	    pwrite(fd, page, sizeof page, st.st_size) < 0)
		rc = errno;
	return rc == ENOSPC || rc == EDQUOT || rc == EFBIG;
}

/* What a client hears whose change found no room: he may try it again. */
static int
fail_write(struct engine *g, struct err *e, int rc)
{
	MDB_envinfo info;
	int fd = -1;

	mdb_env_get_fd(g->env, &fd);
	if (has_no_room(fd, rc))
		return err_set(e, ERR_LIMIT, "the store is full: no room on "
		    "the disk");
	if (rc != MDB_MAP_FULL)
		return fail(e, rc, "write");
	mdb_env_info(g->env, &info);
	return err_set(e, ERR_LIMIT, "the store is full: it has the %zu bytes "
	    "that msg-serve --max-store allows; allow more, or let go of the "
	    "past by --compact", info.me_mapsize);
}

static inline MDB_val
val(struct str s)
{
	return (MDB_val){ s.n, (void *)(uintptr_t)s.p };
}

static inline struct str
str(MDB_val v)
{
	return (struct str){ v.mv_data, v.mv_size };
}

/* --- opening --------------------------------------------------------- */

/* Is all there that the store is made of?  Pages at the end that were freed
 * by the commit that took them need never have been written. */
static int
check_length(struct engine *g, MDB_txn *txn, const char *dir, struct err *e)
{
	MDB_envinfo info;
	struct stat st;
	MDB_stat db;
	size_t there, free_pages = 0;
	int fd, rc;

	mdb_env_info(g->env, &info);
	mdb_env_stat(g->env, &db);
	if (info.me_last_txnid != mdb_txn_id(txn))
		return 0;		/* a writer was just there */
	rc = mdb_env_get_fd(g->env, &fd);
	if (rc != 0 || fstat(fd, &st) < 0)
		return fail(e, rc != 0 ? rc : errno, "open");
	there = (size_t)st.st_size / db.ms_psize;
	if (there > info.me_last_pgno)
		return 0;
	rc = engine_count_free(txn, there, &free_pages);
	if (rc != 0)
		return fail(e, rc, "open");
	if (there + free_pages > info.me_last_pgno)
		return 0;
	return err_set(e, ERR_REFUSED, "the store is damaged: '%s/data.mdb' "
	    "is cut short: %zu pages of %zu are missing", dir,
	    info.me_last_pgno + 1 - there - free_pages,
	    info.me_last_pgno + 1);
}

static int
open_tables(struct engine *g, const struct engine_options *o, struct err *e)
{
	MDB_txn *txn = NULL;
	int rc;

	rc = mdb_txn_begin(g->env, NULL, o->create ? 0 : MDB_RDONLY, &txn);
	if (rc != 0)
		return fail(e, rc, "open");
	if (!o->create && check_length(g, txn, o->dir, e) < 0) {
		mdb_txn_abort(txn);
		return -1;
	}
	for (; o->tables[g->tables] != NULL; g->tables++) {
		rc = mdb_dbi_open(txn, o->tables[g->tables],
		    o->create ? MDB_CREATE : 0, &g->dbi[g->tables]);
		if (rc == 0)
			continue;
		mdb_txn_abort(txn);
		return rc == MDB_NOTFOUND ?
		    err_set(e, ERR_CONFIG, "'%s' has no table '%s'", o->dir,
		    o->tables[g->tables]) : fail(e, rc, "open");
	}
	rc = mdb_txn_commit(txn);
	return rc == 0 ? 0 : fail(e, rc, "open");
}

int
engine_open(struct engine **out, const struct engine_options *o,
    struct err *e)
{
	struct engine *g = mem_zero(sizeof *g);
	unsigned flags = MDB_NOTLS;
	int rc, dead;

	g->write.engine = g;
	g->write.writes = true;
	if (o->unsafe)
		flags |= MDB_NOSYNC;
	if (o->read_only)
		flags |= MDB_RDONLY;
	if (engine_ready(o, e) < 0) {
		free(g);
		return -1;
	}
	rc = mdb_env_create(&g->env);
	if (rc == 0)
		rc = mdb_env_set_mapsize(g->env, o->map_bytes);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(g->env, o->readers);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(g->env, T_COUNT);
	if (rc == 0)
		rc = mdb_env_open(g->env, o->dir, flags, 0600);
	if (rc == 0)
		rc = mdb_reader_check(g->env, &dead);
	if (rc != 0) {
		if (rc == ENOENT && !o->create)
			err_set(e, ERR_NOT_FOUND, "no store at '%s'", o->dir);
		else
			fail(e, rc, "open");
		engine_close(g);
		return -1;
	}
	if (open_tables(g, o, e) < 0) {
		engine_close(g);
		return -1;
	}
	*out = g;
	return 0;
}

void
engine_close(struct engine *g)
{
	if (g == NULL)
		return;
	assert(!g->write.begun);
	mdb_env_close(g->env);
	free(g);
}

/* --- reading --------------------------------------------------------- */

struct snap *
snap_new(struct engine *g)
{
	struct snap *s = mem_zero(sizeof *s);

	s->engine = g;
	return s;
}

int
snap_begin(struct snap *s, struct err *e)
{
	int rc;

	assert(!s->begun && !s->writes);
	rc = s->txn == NULL ?
	    mdb_txn_begin(s->engine->env, NULL, MDB_RDONLY, &s->txn) :
	    mdb_txn_renew(s->txn);
	for (size_t i = 0; rc == 0 && i < s->engine->tables; i++)
		if (s->cursor[i] != NULL)
			rc = mdb_cursor_renew(s->txn, s->cursor[i]);
	if (rc != 0)
		return fail(e, rc, "read");
	s->begun = true;
	return 0;
}

void
snap_end(struct snap *s)
{
	if (s->begun && !s->writes)
		mdb_txn_reset(s->txn);
	s->begun = false;
}

static void
close_cursors(struct snap *s)
{
	for (size_t i = 0; i < T_COUNT; i++) {
		if (s->cursor[i] != NULL)
			mdb_cursor_close(s->cursor[i]);
		s->cursor[i] = NULL;
	}
}

void
snap_free(struct snap *s)
{
	if (s == NULL)
		return;
	close_cursors(s);
	if (s->txn != NULL)
		mdb_txn_abort(s->txn);
	free(s);
}

/* LMDB looks first whether the page a cursor is at has the key: a descent is
 * saved, or, where the key is far away, main memory is waited for in vain. */
#define NEAR		64

static bool
is_near(struct snap *s, enum table t, struct str key)
{
	uint64_t *last = s->last[t], at[2];
	bool near;

	if (key.n < sizeof at)
		return true;		/* small tables, or read in order */
	at[0] = get_be64(key.p);
	at[1] = get_be64(key.p + 8);
	near = at[0] - last[0] <= NEAR && at[1] == last[1];
	memcpy(last, at, sizeof at);
	return near;
}

/* The table's cursor, to be sent to key. */
static int
cursor(struct snap *s, enum table t, struct str key, MDB_cursor **out,
    struct err *e)
{
	MDB_cursor **c = &s->cursor[t];
	int rc = 0;

	assert(s->begun && (size_t)t < s->engine->tables);
	if (*c == NULL)
		rc = mdb_cursor_open(s->txn, s->engine->dbi[t], c);
	else if (!s->writes && !is_near(s, t, key))
		rc = mdb_cursor_renew(s->txn, *c);
	*out = *c;
	return rc == 0 ? 0 : fail(e, rc, "read");
}

static inline bool
has_prefix(MDB_val k, struct str prefix)
{
	return k.mv_size >= prefix.n && (prefix.n == 0 ||
	    memcmp(k.mv_data, prefix.p, prefix.n) == 0);
}

int
snap_seek(struct snap *s, struct seek *seeks, size_t count, struct err *e)
{
	MDB_cursor *c;
	MDB_val k, v;
	int rc;

	for (struct seek *q = seeks; q < seeks + count; q++) {
		if (cursor(s, q->table, q->key, &c, e) < 0)
			return -1;
		q->row = (struct row){ .table = q->table };
		k = val(q->key);
		rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
		if (rc == MDB_NOTFOUND)
			continue;
		if (rc != 0)
			return fail(e, rc, "read");
		if (!has_prefix(k, (struct str){ q->key.p, q->prefix }))
			continue;
		q->row.key = str(k);
		q->row.value = str(v);
	}
	return 0;
}

int
snap_scan(struct snap *s, enum table table, struct str from, bool after,
    struct str prefix, struct row *rows, size_t max, struct err *e)
{
	MDB_cursor *c;
	MDB_val k = val(from), v;
	size_t n = 0;
	int rc;

	if (cursor(s, table, from, &c, e) < 0)
		return -1;
	rc = from.n == 0 ? mdb_cursor_get(c, &k, &v, MDB_FIRST) :
	    mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	if (rc == 0 && after && str_eq(str(k), from))
		rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
	while (rc == 0 && n < max && has_prefix(k, prefix)) {
		rows[n++] = (struct row){ table, str(k), str(v) };
		if (n < max)
			rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
	}
	if (rc != 0 && rc != MDB_NOTFOUND)
		return fail(e, rc, "read");
	return (int)n;
}

/* The smallest bytes behind everything with the prefix; 0: there are none. */
static size_t
successor(uint8_t out[ENGINE_KEY_MAX], struct str prefix)
{
	size_t n = prefix.n;

	memcpy(out, prefix.p, n);
	while (n > 0 && out[n - 1] == 0xff)
		n--;
	if (n > 0)
		out[n - 1]++;
	return n;
}

int
snap_last(struct snap *s, enum table table, struct str prefix,
    struct row *row, struct err *e)
{
	uint8_t behind[ENGINE_KEY_MAX];
	size_t n = successor(behind, prefix);
	MDB_val k = { n, behind }, v;
	MDB_cursor *c;
	int rc;

	if (cursor(s, table, prefix, &c, e) < 0)
		return -1;
	rc = n == 0 ? MDB_NOTFOUND :
	    mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	rc = rc == MDB_NOTFOUND ? mdb_cursor_get(c, &k, &v, MDB_LAST) :
	    rc == 0 ? mdb_cursor_get(c, &k, &v, MDB_PREV) : rc;
	if (rc != 0 && rc != MDB_NOTFOUND)
		return fail(e, rc, "read");
	if (rc == MDB_NOTFOUND || !has_prefix(k, prefix))
		return 0;
	*row = (struct row){ table, str(k), str(v) };
	return 1;
}

/* --- writing --------------------------------------------------------- */

int
engine_begin(struct engine *g, struct snap **out, struct err *e)
{
	int rc;

	assert(!g->write.begun);
	rc = mdb_txn_begin(g->env, NULL, 0, &g->write.txn);
	if (rc != 0)
		return fail_write(g, e, rc);
	g->write.begun = true;
	*out = &g->write;
	return 0;
}

/* By the table's cursor: rows of a group often lie behind one another. */
static int
put(struct engine *g, const struct row *r, struct err *e)
{
	MDB_val k = val(r->key), v = val(r->value);
	MDB_cursor *c;
	int rc;

	if (r->value.p == NULL) {
		rc = mdb_del(g->write.txn, g->dbi[r->table], &k, NULL);
		if (rc == MDB_NOTFOUND)
			rc = 0;
	} else if (cursor(&g->write, r->table, r->key, &c, e) < 0) {
		return -1;
	} else {
		rc = mdb_cursor_put(c, &k, &v, 0);
	}
	return rc == 0 ? 0 : fail_write(g, e, rc);
}

int
engine_put(struct engine *g, const struct row *rows, size_t count,
    struct err *e)
{
	for (const struct row *r = rows; r < rows + count; r++)
		if (put(g, r, e) < 0)
			return -1;
	return 0;
}

int
engine_commit(struct engine *g, struct err *e)
{
	int rc;

	assert(g->write.begun);
	close_cursors(&g->write);
	rc = mdb_txn_commit(g->write.txn);
	g->write.txn = NULL;
	g->write.begun = false;
	return rc == 0 ? 0 : fail_write(g, e, rc);
}

void
engine_abort(struct engine *g)
{
	if (!g->write.begun)
		return;
	close_cursors(&g->write);
	mdb_txn_abort(g->write.txn);
	g->write.txn = NULL;
	g->write.begun = false;
}

int
engine_copy(struct engine *g, int fd, struct err *e)
{
	int rc = mdb_env_copyfd2(g->env, fd, MDB_CP_COMPACT);

	if (has_no_room(fd, rc))
		rc = ENOSPC;
	return rc == 0 ? 0 : fail(e, rc, "copy");
}

void
engine_size(struct engine *g, uint64_t *used, uint64_t *bound)
{
	MDB_envinfo info;
	MDB_stat st;

	mdb_env_info(g->env, &info);
	mdb_env_stat(g->env, &st);
	*used = (uint64_t)(info.me_last_pgno + 1) * st.ms_psize;
	*bound = info.me_mapsize;
}
