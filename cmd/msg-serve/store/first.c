#include "store/first.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "avro/object.h"
#include "base/fs.h"
#include "base/mem.h"
#include "store/cred_inside.h"
#include "store/key.h"
#include "store/kinds_inside.h"
#include "store/txn_inside.h"

struct first {
	char *dir, *made;
	int fd;				/* of made; locked */
};

/* --- the directory --------------------------------------------------- */

/* Remove what is in a directory, two levels deep: no store has more. */
static int
clear(int at, int depth, struct err *e)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *f;
	int rc = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return err_sys(e, ERR_SYSTEM, "cannot read a directory");
	}
	while (rc == 0 && (f = readdir(d)) != NULL) {
		int sub;

		if (strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, f->d_name, 0) == 0)
			continue;
		sub = depth == 0 ? -1 : openat(fd, f->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0 && clear(sub, depth - 1, e) < 0)
			rc = -1;
		else if (unlinkat(fd, f->d_name, AT_REMOVEDIR) < 0)
			rc = err_sys(e, ERR_SYSTEM, "cannot remove '%s'",
			    f->d_name);
		if (sub >= 0)
			close(sub);
	}
	closedir(d);
	return rc;
}

/* The directory beside it, ours alone and empty. */
static int
make_dir(struct first *f, struct err *e)
{
	char *slash = strrchr(f->dir, '/');
	struct stat a, b;

	if (slash != NULL && slash != f->dir) {
		*slash = 0;
		if (fs_mkdir(f->dir, 0700, e) < 0)
			return -1;
		*slash = '/';
	}
	if (mkdir(f->made, 0700) < 0 && errno != EEXIST)
		return err_sys(e, ERR_SYSTEM, "cannot make '%s'", f->made);
	f->fd = open(f->made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0)
		return err_sys(e, ERR_SYSTEM, "cannot open '%s'", f->made);
	if (flock(f->fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? err_set(e, ERR_CONFLICT,
		    "another msg-serve is making the store '%s'", f->dir) :
		    err_sys(e, ERR_SYSTEM, "cannot lock '%s'", f->made);
	/* Another may have put his in place since we opened it. */
	if (fstat(f->fd, &a) < 0 || lstat(f->made, &b) < 0 ||
	    a.st_ino != b.st_ino || a.st_dev != b.st_dev)
		return err_set(e, ERR_CONFLICT,
		    "another msg-serve has just made the store '%s'", f->dir);
	return clear(f->fd, 2, e);
}

int
first_there(const char *dir, struct err *e)
{
	char *data = fs_join(dir, "data");
	struct stat st;
	int rc = stat(data, &st) == 0;

	if (rc == 0 && errno != ENOENT && errno != ENOTDIR)
		rc = err_sys(e, ERR_SYSTEM, "cannot look at '%s'", data);
	free(data);
	return rc;
}

/* --- its first rows -------------------------------------------------- */

static void
put_meta(struct txn *t, const char *name, const void *p, size_t n)
{
	struct buf v = BUF_INIT(256);
	struct rowkey k;

	buf_put(&v, p, n);
	key_bytes(&k, str_of(name));
	txn_put_sealed(t, T_META, &k, &v);
	buf_free(&v);
}

static void
put_branch(struct txn *t, uint32_t id, const char *name, uint32_t parent,
    uint64_t fork_rev)
{
	struct buf v = BUF_INIT(64);
	struct rowkey k;
	uint8_t b[4];

	txn_put_branch(t, id, &(struct row_branch){ .parent = parent,
	    .fork_rev = fork_rev, .name = str_of(name) });
	put_be32(b, id);
	buf_put(&v, b, sizeof b);
	key_bytes(&k, str_of(name));
	txn_put_sealed(t, T_BRANCH_NAME, &k, &v);
	buf_free(&v);
}

/* A folder's body with name and title, all else as by default. */
static int
folder_body(const struct kind *k, const char *name, const char *title,
    struct buf *out, struct err *e)
{
	struct plan_run *run = plan_run_new(NULL);
	struct buf json = BUF_INIT(1024);
	int rc;

	buf_printf(&json, "{\"name\":\"%s\",\"title\":\"%s\"}", name, title);
	object_put_head(out, k->current->fp);
	rc = plan_encode(k->current->plan, run, json.p, json.n, out, e);
	buf_free(&json);
	plan_run_free(run);
	return rc;
}

static int
put_root(struct txn *t, uint64_t id, const char *kind, const char *name,
    const char *title, struct err *e)
{
	const struct kind *k = kinds_by_name(txn_kinds(t), str_of(kind));
	struct buf body = BUF_INIT(4096), key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new n = { .kind = k->id, .name = str_of(name) };
	uint64_t got;
	int rc;

	key_put_string(&key, k->name, n.name);
	rc = folder_body(k, name, title, &body, e);
	n.key = (struct str){ key.p, key.n };
	n.body = (struct str){ body.p, body.n };
	if (rc == 0)
		rc = txn_put_new(t, &n, id, STR_NONE, &got, e);
	buf_free(&body);
	buf_free(&key);
	return rc;
}

/* The item that describes a branch. */
static int
describe(struct txn *t, const char *name, const char *publish,
    struct err *e)
{
	const struct kind *k = kinds_by_name(txn_kinds(t), STR("branch"));
	struct buf body = BUF_INIT(1024), key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new n = { .parent = ITEM_BRANCHES, .kind = k->id,
		.name = str_of(name) };
	struct buf json = BUF_INIT(256);
	struct plan_run *run = plan_run_new(NULL);
	uint64_t id;
	int rc;

	buf_printf(&json, "{\"owner\":\"\",\"publish\":\"%s\"}", publish);
	object_put_head(&body, k->current->fp);
	rc = plan_encode(k->current->plan, run, json.p, json.n, &body, e);
	key_put_string(&key, k->name, n.name);
	n.key = (struct str){ key.p, key.n };
	n.body = (struct str){ body.p, body.n };
	if (rc == 0)
		rc = txn_create(t, &n, &id, e);
	plan_run_free(run);
	buf_free(&json);
	buf_free(&body);
	buf_free(&key);
	return rc;
}

static int
fill_repository(struct store_job *job, struct txn *t, struct err *e)
{
	uint32_t id;

	(void)job;
	for (const struct kind_builtin *b = kind_builtins; b->name != NULL;
	    b++)
		if (txn_kind(t, str_of(b->name), str_of(b->base),
		    str_of(b->schema), &id, e) < 0)
			return -1;
	if (put_root(t, ITEM_USERS, "Folder", "users", "Users", e) < 0 ||
	    put_root(t, ITEM_BRANCHES, "Folder", "branches", "Branches",
	    e) < 0 || describe(t, "live", "", e) < 0)
		return -1;
	return describe(t, "staging", "live", e);
}

static int
fill_live(struct store_job *job, struct txn *t, struct err *e)
{
	(void)job;
	return put_root(t, ITEM_ROOT, "Site", "root", "Site", e);
}

/* Without a writer thread: each job a group of its own. */
static int
commit_job(struct engine *g, struct reader *r, struct txn_tools *tools,
    struct store_job *job, uint8_t hash[CHAIN_HASH], struct err *e)
{
	struct overlay rows;
	const struct overlay_row *at = NULL;
	struct commit *c = NULL;
	struct buf v = BUF_INIT(256);
	struct txn t;
	int rc;

	overlay_init(&rows);
	rc = txn_open(&t, job, r, &rows, tools, e);
	if (rc == 0)
		rc = job->run(job, &t, e);
	if (rc == 0)
		rc = txn_finish(&t, hash, &c, e);
	if (rc == 1) {
		state_put(&v, &t.state);
		put_meta(&t, "state", v.p, v.n);
	}
	while (rc == 1 && (at = overlay_next(&rows, at)) != NULL) {
		struct row row = overlay_row(at);

		if (engine_put(g, &row, 1, e) < 0)
			rc = -1;
	}
	if (rc == 1) {
		r->state = t.state;
		if (t.kinds != NULL) {
			kinds_unref(r->kinds);
			r->kinds = t.kinds;
			t.kinds = NULL;
		}
	}
	txn_close(&t);
	commit_unref(c);
	buf_free(&v);
	overlay_free(&rows);
	return rc < 0 ? -1 : 0;
}

/* Rows that jobs build upon, put without a commit of their own. */
static int
put_ground(struct engine *g, struct reader *r, struct txn_tools *tools,
    struct err *e)
{
	struct overlay rows;
	const struct overlay_row *at = NULL;
	struct txn t = { .rows = &rows, .tools = tools, .reader = r };
	uint8_t b[16];
	int rc = 0;

	overlay_init(&rows);
	put_be32(b, STORE_FORMAT);
	put_meta(&t, "format", b, 4);
	if (RAND_bytes(b, sizeof b) != 1)
		abort();
	put_meta(&t, "uuid", b, sizeof b);
	put_branch(&t, BRANCH_REPOSITORY, "repository", BRANCH_REPOSITORY, 0);
	put_branch(&t, BRANCH_LIVE, "live", BRANCH_LIVE, 0);
	put_branch(&t, BRANCH_STAGING, "staging", BRANCH_LIVE, 2);
	while (rc == 0 && (at = overlay_next(&rows, at)) != NULL) {
		struct row row = overlay_row(at);

		rc = engine_put(g, &row, 1, e);
	}
	overlay_free(&rows);
	return rc;
}

/* Revision 1: kinds, users and branches; 2: the root, on live. */
static int
fill(struct engine *g, struct err *e)
{
	struct store_job job = { .author = STR("msg-serve"),
		.message = STR("first start"), .run = fill_repository };
	uint8_t hash[CHAIN_HASH] = { 0 };
	struct txn_tools tools;
	struct reader r = { .begun = true };
	int rc;

	txn_tools_init(&tools);
	arena_init(&r.lent);
	r.state.next_item = ITEM_FIRST;
	r.state.next_branch = BRANCH_STAGING + 1;
	r.state.next_kind = 1;
	rc = engine_begin(g, &r.snap, e);
	if (rc == 0)
		rc = put_ground(g, &r, &tools, e);
	if (rc == 0)
		rc = commit_job(g, &r, &tools, &job, hash, e);
	job.run = fill_live;
	job.branch = BRANCH_LIVE;
	if (rc == 0)
		rc = commit_job(g, &r, &tools, &job, hash, e);
	if (rc == 0)
		rc = engine_commit(g, e);
	else
		engine_abort(g);
	kinds_unref(r.kinds);
	arena_free(&r.lent);
	txn_tools_free(&tools);
	return rc;
}

static int
make(struct first *f, struct err *e)
{
	char *data = fs_join(f->made, "data"), *cred = fs_join(f->made, "cred");
	struct engine *g = NULL;
	int rc;

	rc = fs_mkdir(data, 0700, e);
	if (rc == 0)
		rc = fs_mkdir(cred, 0700, e);
	if (rc == 0)
		rc = cred_make(cred, false, e);
	if (rc == 0)
		rc = engine_open(&g, &(struct engine_options){
			.dir = data, .tables = engine_tables,
			.map_bytes = (uint64_t)64 << 20, .readers = 8,
			.create = true }, e);
	if (rc == 0)
		rc = fill(g, e);
	engine_close(g);
	free(data);
	free(cred);
	return rc;
}

/* --- from begin to finish -------------------------------------------- */

static void
first_free(struct first *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->dir);
	free(f->made);
	free(f);
}

int
first_begin(struct first **out, const char *dir, struct err *e)
{
	struct first *f = mem_zero(sizeof *f);
	struct buf made = BUF_INIT(4096);
	size_t n;

	f->fd = -1;
	f->dir = mem_str(dir);
	for (n = strlen(f->dir); n > 1 && f->dir[n - 1] == '/'; n--)
		f->dir[n - 1] = 0;
	buf_printf(&made, "%s.new", f->dir);
	f->made = buf_take(&made);
	if (fs_exists(f->dir) && rmdir(f->dir) < 0 && errno != ENOENT)
		err_set(e, ERR_CONFLICT, "'%s' is there already", f->dir);
	else if (make_dir(f, e) == 0 && make(f, e) == 0) {
		*out = f;
		return 0;
	}
	first_free(f);
	return -1;
}

const char *
first_dir(const struct first *f)
{
	return f->made;
}

/* So that the new name is still there after a power cut. */
static int
sync_parent(const char *dir, struct err *e)
{
	char *up = mem_str(dir), *slash = strrchr(up, '/');
	int fd, rc = 0;

	if (slash != NULL)
		slash[slash == up] = 0;		/* "/x" is in "/" */
	fd = open(slash == NULL ? "." : up,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		rc = err_sys(e, ERR_SYSTEM, "cannot sync '%s'", up);
	if (fd >= 0)
		close(fd);
	free(up);
	return rc;
}

int
first_finish(struct first *f, struct err *e)
{
	int rc = 0;

	if (fsync(f->fd) < 0)
		rc = err_sys(e, ERR_SYSTEM, "cannot sync '%s'", f->made);
	else if (rename(f->made, f->dir) < 0)
		rc = err_sys(e, errno == ENOTEMPTY || errno == EEXIST ?
		    ERR_CONFLICT : ERR_SYSTEM, "cannot rename '%s' to '%s'",
		    f->made, f->dir);
	else
		rc = sync_parent(f->dir, e);
	first_free(f);
	return rc;
}

void
first_abort(struct first *f)
{
	struct err e = ERR_INIT;

	if (f == NULL)
		return;
	if (clear(f->fd, 2, &e) == 0)
		rmdir(f->made);
	first_free(f);
}
