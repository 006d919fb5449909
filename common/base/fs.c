#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

ssize_t
fs_read_some(int fd, void *p, size_t n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t got;

	while ((got = read(fd, p, n)) < 0) {
		if (errno == EAGAIN)
			poll(&pfd, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return got;
}

int
fs_read(struct buf *out, const char *path, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(e, ERR_INPUT, "cannot open '%s'", path);
	rc = buf_read_all(out, fd, e);
	if (rc < 0)
		err_prefix(e, "'%s'", name);
	if (!standard)
		close(fd);
	return rc;
}

int
fs_sync_dir(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = err_sys(e, ERR_SYSTEM, "cannot sync '%s'", dir);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
fs_sync_parent(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL ? mem_str(".") :
	    mem_strn(path, slash == path ? 1 : (size_t)(slash - path));
	int rc = fs_sync_dir(dir, e);

	free(dir);
	return rc;
}

static int
write_file(const char *path, const void *p, size_t n, mode_t mode,
    bool replace, struct err *e)
{
	struct buf b = { .p = (char *)(uintptr_t)p, .n = n };
	char *temp = NULL;
	int fd = -1, rc = -1;

	temp = mem_alloc(strlen(path) + 8);
	snprintf(temp, strlen(path) + 8, "%s.XXXXXX", path);
	fd = mkstemp(temp);
	if (fd < 0) {
		err_sys(e, ERR_SYSTEM, "cannot create '%s'", temp);
		goto out;
	}
	if (buf_write_all(&b, fd, e) < 0) {
		err_prefix(e, "'%s'", temp);
		goto out;
	}
	if (fchmod(fd, mode) < 0 || fsync(fd) < 0) {
		err_sys(e, ERR_SYSTEM, "cannot write '%s'", temp);
		goto out;
	}
	if (replace ? rename(temp, path) < 0 : link(temp, path) < 0) {
		err_sys(e, errno == EEXIST ? ERR_CONFLICT : ERR_SYSTEM,
		    "cannot write '%s'", path);
		goto out;
	}
	rc = fs_sync_parent(path, e);
out:
	if (fd >= 0) {
		close(fd);
		if (rc < 0 || !replace)
			unlink(temp);
	}
	free(temp);
	return rc;
}

/* A device or a pipe is written to: a file in its place would be the end of
 * /dev/null for everybody. */
static int
write_through(const char *path, const void *p, size_t n, struct err *e)
{
	struct buf b = { .p = (char *)(uintptr_t)p, .n = n };
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_sys(e, ERR_SYSTEM, "cannot open '%s'", path);
	rc = buf_write_all(&b, fd, e);
	if (rc < 0)
		err_prefix(e, "'%s'", path);
	close(fd);
	return rc;
}

int
fs_replace(const char *path, const void *p, size_t n, mode_t mode,
    struct err *e)
{
	struct stat st;
	char *real = NULL;
	int rc;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode))
		return write_through(path, p, n, e);
	/* A link stays one; else errors have the name that was given. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		real = realpath(path, NULL);
	rc = write_file(real == NULL ? path : real, p, n, mode, true, e);
	free(real);
	return rc;
}

int
fs_create(const char *path, const void *p, size_t n, mode_t mode,
    struct err *e)
{
	return write_file(path, p, n, mode, false, e);
}

static bool
is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int
fs_mkdir(const char *path, mode_t mode, struct err *e)
{
	char *copy = mem_str(path);
	int rc = 0;

	if (path[0] == '\0')
		rc = err_set(e, ERR_SYSTEM, "a directory's name is empty");
	for (char *p = copy + 1; rc == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, mode) < 0 && !is_dir(copy))
			rc = err_sys(e, ERR_SYSTEM,
			    "cannot make directory '%s'", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return rc;
}

bool
fs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *
fs_join(const char *dir, const char *name)
{
	struct buf b = BUF_INIT(1 << 16);

	buf_puts(&b, dir);
	if (b.n > 0 && b.p[b.n - 1] != '/')
		buf_putc(&b, '/');
	buf_puts(&b, name);
	return buf_take(&b);
}

char *
fs_xdg(const char *variable, const char *under_home)
{
	const char *dir = getenv(variable), *home = getenv("HOME");
	char *base, *out;

	if (dir != NULL && dir[0] == '/')
		return fs_join(dir, "msg");
	if (home == NULL || home[0] == '\0')
		return NULL;
	base = fs_join(home, under_home);
	out = fs_join(base, "msg");
	free(base);
	return out;
}
