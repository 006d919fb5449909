/* LMDB's files, looked at without LMDB or behind its back. */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "store/engine.h"
#include "store/engine_inside.h"

#define READER_BYTES	64		/* a reader's line of the lock file */
#define LOCK_HEAD_BYTES	4096		/* more than stands before them */
#define FREE_PAGES	0		/* LMDB's own table of them */

/* --- before they are opened ------------------------------------------ */

static int
check_data(const char *path, const struct engine_options *o, struct err *e)
{
	struct stat st;

	if (o->create || stat(path, &st) < 0 || st.st_size > 0)
		return 0;		/* LMDB says more of the rest */
	return err_set(e, ERR_REFUSED, "the store is damaged: '%s' is empty",
	    path);
}

/* Nobody reads now: LMDB takes the same lock and writes all of it anew. */
static bool
is_ours(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = 0, .l_len = 1 };

	return fcntl(fd, F_SETLK, &lock) == 0;
}

static int
fill(int fd, off_t size)
{
	static const char zero[4096];
	off_t at = 0;

	while (at < size) {
		size_t n = size - at < (off_t)sizeof zero ?
		    (size_t)(size - at) : sizeof zero;
		ssize_t done = pwrite(fd, zero, n, at);

		if (done < 0)
			return -1;
		at += done;
	}
	return 0;
}

/* What cannot be opened is LMDB's to say: a read-only disk is no error. */
static int
make_room(const char *path, const struct engine_options *o, struct err *e)
{
	off_t need = LOCK_HEAD_BYTES + (off_t)o->readers * READER_BYTES;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), rc = 0;
	struct stat st;

	if (fd < 0)
		return 0;
	if (is_ours(fd) && fstat(fd, &st) == 0 &&
	    fill(fd, st.st_size > need ? st.st_size : need) < 0)
		rc = errno == ENOSPC || errno == EDQUOT || errno == EFBIG ?
		    err_set(e, ERR_SYSTEM, "cannot write '%s': no room on "
		    "the disk", path) :
		    err_sys(e, ERR_SYSTEM, "cannot write '%s'", path);
	close(fd);
	return rc;
}

int
engine_ready(const struct engine_options *o, struct err *e)
{
	char *data = fs_join(o->dir, "data.mdb");
	char *lock = fs_join(o->dir, "lock.mdb");
	int rc = check_data(data, o, e);

	if (rc == 0 && (o->create || fs_exists(data)))
		rc = make_room(lock, o, e);
	free(data);
	free(lock);
	return rc;
}

/* --- which pages count ----------------------------------------------- */

int
engine_count_free(MDB_txn *txn, size_t first, size_t *out)
{
	MDB_cursor *c;
	MDB_val k, v;
	int rc = mdb_cursor_open(txn, FREE_PAGES, &c);

	*out = 0;
	if (rc != 0)
		return rc;
	while ((rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0)
		for (size_t i = 1; i < v.mv_size / sizeof(size_t); i++) {
			size_t page;

			memcpy(&page, (char *)v.mv_data + i * sizeof page,
			    sizeof page);
			*out += page >= first;
		}
	mdb_cursor_close(c);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* --- which commit counts --------------------------------------------- */

/*
 * LMDB's commits go by turns to the first and the second page, each with its
 * number: the last two follow one another.  Nothing of LMDB notices a number
 * that was changed, and what it would show then is an older store.
 */
#define HEAD_NUMBER	144		/* LMDB 0.9, longs of 64 bits */
#define HEAD_KNOWN	(MDB_VERSION_MAJOR == 0 && sizeof(size_t) == 8)
#define HEAD_TRIES	100		/* a writer may be at it */

int
engine_heads(const char *dir, struct err *e)
{
	off_t page = (off_t)sysconf(_SC_PAGESIZE);
	char *path = fs_join(dir, "data.mdb");
	int fd = open(path, O_RDONLY | O_CLOEXEC), sound = 0;
	uint64_t n[2] = { 0, 0 };

	if (fd >= 0 && !HEAD_KNOWN)
		sound = 1;
	if (fd < 0) {
		err_sys(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT,
		    "cannot open '%s'", path);
		free(path);
		return -1;
	}
	for (int i = 0; i < HEAD_TRIES && !sound; i++) {
		if (pread(fd, &n[0], 8, HEAD_NUMBER) != 8 ||
		    pread(fd, &n[1], 8, page + HEAD_NUMBER) != 8)
			break;
		sound = n[0] % 2 == 0 && n[1] % 2 == 1 &&
		    (n[0] + 1 == n[1] || n[1] + 1 == n[0]);
	}
	close(fd);
	free(path);
	return sound;
}
