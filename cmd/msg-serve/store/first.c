#include "store/first.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/build.h"
#include "store/cred_inside.h"
#include "store/export_inside.h"

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

/* The data: first rows, or (fd not -1) those of an export. */
static int
fill(struct engine *g, int fd, struct err *e)
{
	struct build b;
	int rc = build_begin(&b, g, e);

	if (rc == 0)
		rc = fd < 0 ? build_first(&b, e) : build_import(&b, fd, e);
	build_clear(&b);
	return rc;
}

static int
make(struct first *f, int fd, struct err *e)
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
			.map_bytes = STORE_MAP_BYTES, .readers = 8,
			.create = true }, e);
	if (rc == 0)
		rc = fill(g, fd, e);
	engine_close(g);
	if (rc == 0)
		rc = fs_sync_dir(data, e);
	if (rc == 0)
		rc = fs_sync_dir(cred, e);
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

static int
begin(struct first **out, const char *dir, int fd, struct err *e)
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
	if (fs_exists(f->dir) && rmdir(f->dir) < 0 && errno != ENOENT) {
		err_set(e, ERR_CONFLICT, "'%s' is there and is no store: "
		    "name one, or a directory that is empty or still to be "
		    "made", f->dir);
	} else if (make_dir(f, e) == 0) {
		if (make(f, fd, e) == 0) {
			*out = f;
			return 0;
		}
		first_abort(f);		/* it is ours, and not whole */
		return -1;
	}
	first_free(f);
	return -1;
}

int
first_begin(struct first **out, const char *dir, struct err *e)
{
	return begin(out, dir, -1, e);
}

int
first_import(struct first **out, const char *dir, int fd, struct err *e)
{
	return begin(out, dir, fd, e);
}

const char *
first_dir(const struct first *f)
{
	return f->made;
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
		rc = fs_sync_parent(f->dir, e);
	first_free(f);
	return rc;
}
