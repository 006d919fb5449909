#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/export.h"
#include "store/inside.h"
#include "store/verify.h"

/* --- backup ---------------------------------------------------------- */

/* A new file, or standard output. */
static int
open_new(const char *path, struct err *e)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return STDOUT_FILENO;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ?
		    err_set(e, ERR_CONFLICT, "'%s' is there already", path) :
		    err_sys(e, ERR_SYSTEM, "cannot create '%s'", path);
	return fd;
}

/* Whole and durable, or not there: rc is how the writing went. */
static int
finish_new(int fd, const char *path, int rc, struct err *e)
{
	if (fd == STDOUT_FILENO)
		return rc;
	if (rc == 0 && fsync(fd) < 0)
		rc = err_sys(e, ERR_SYSTEM, "cannot sync '%s'", path);
	close(fd);
	if (rc < 0)
		unlink(path);
	return rc;
}

static int
copy(struct engine *g, const char *path, struct err *e)
{
	int fd = open_new(path, e);

	return fd < 0 ? -1 : finish_new(fd, path, engine_copy(g, fd, e), e);
}

int
store_backup(struct store *s, const char *path, struct err *e)
{
	return copy(s->engine, path, e);
}

int
store_backup_cred(struct store *s, const char *path, struct err *e)
{
	return copy(s->cred, path, e);
}

int
store_export_file(struct reader *r, const char *path, struct err *e)
{
	int fd = open_new(path, e);

	if (fd < 0)
		return -1;
	return finish_new(fd, path, store_export(r, fd, e), e);
}

/* --- verification in a process of its own ---------------------------- */

/* What the child tells: 'I' an issue, 'N' there is no store, 'S' the machine
 * failed before it could look; a NUL ends. */
struct told {
	int fd;
};

static void
tell(int fd, char what, const char *text)
{
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;

	buf_putc(&b, what);
	buf_puts(&b, text);
	buf_putc(&b, 0);
	if (buf_write_all(&b, fd, &e) < 0)
		_exit(1);
	buf_free(&b);
}

static void
tell_issue(void *arg, const char *what)
{
	tell(((struct told *)arg)->fd, 'I', what);
}

static int
check_heads(const char *dir, int fd, struct err *e)
{
	char *data = fs_join(dir, "data");
	int rc = engine_heads(data, e);

	if (rc == 0)
		tell(fd, 'I', "the data file's head is not what was written: "
		    "an older state may be taken for the newest");
	free(data);
	return rc < 0 ? -1 : 0;
}

/* What a full disk would make of the opening is no finding. */
static int
check_room(const char *dir, struct err *e)
{
	static const char *const parts[] = { "data", "cred" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < MEM_COUNT(parts); i++) {
		char *part = fs_join(dir, parts[i]);

		rc = engine_ready(&(struct engine_options){ .dir = part,
			.readers = STORE_READERS }, e);
		free(part);
	}
	return rc;
}

static void
child(const char *dir, int fd)
{
	struct store_options o = { .dir = dir, .read_only = true };
	struct told told = { fd };
	struct err e = ERR_INIT;
	struct store *s = NULL;
	struct reader *r = NULL;
	uint64_t issues;
	bool machine = false;
	int rc;

	/* A broken page ends us, nothing else. */
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	rc = check_room(dir, &e);
	machine = rc < 0 && e.code == ERR_SYSTEM;
	if (rc == 0)
		rc = check_heads(dir, fd, &e);
	if (rc == 0)
		rc = store_open(&s, &o, &e);
	if (rc == 0) {
		r = reader_new(s);
		rc = reader_begin(r, &e);
	}
	if (rc == 0)
		rc = store_verify(r, tell_issue, &told, &issues, &e);
	if (rc < 0)
		tell(fd, e.code == ERR_NOT_FOUND ? 'N' : machine ? 'S' :
		    'I', e.text);
	reader_free(r);
	store_close(s);
	_exit(0);
}

/* What was told, one after another; -1: it could not begin. */
static int
listen_to(int fd, verify_fn *fn, void *arg, uint64_t *issues, struct err *e)
{
	struct buf b = BUF_INIT((size_t)64 << 20);
	size_t at = 0;
	int rc = buf_read_all(&b, fd, e);

	while (rc == 0 && at < b.n) {
		const char *line = b.p + at;
		size_t n = strnlen(line, b.n - at);

		if (n == b.n - at)
			break;
		if (line[0] != 'I')
			rc = err_set(e, line[0] == 'N' ? ERR_NOT_FOUND :
			    ERR_SYSTEM, "%s", line + 1);
		++*issues;
		if (rc == 0 && fn != NULL)
			fn(arg, line + 1);
		at += n + 1;
	}
	buf_free(&b);
	return rc;
}

int
store_verify_dir(const char *dir, verify_fn *fn, void *arg,
    uint64_t *issues, struct err *e)
{
	int fd[2], status = 0, rc;
	pid_t pid;

	*issues = 0;
	if (pipe(fd) < 0)
		return err_sys(e, ERR_SYSTEM, "cannot make a pipe");
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		child(dir, fd[1]);
	}
	close(fd[1]);
	rc = pid < 0 ? err_sys(e, ERR_SYSTEM, "cannot start a process") :
	    listen_to(fd[0], fn, arg, issues, e);
	close(fd[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (rc == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		++*issues;
		if (fn != NULL)
			fn(arg, "the data file's pages are damaged: reading "
			    "them ended the engine");
	}
	return rc;
}
