#include "kind.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "cli/exit.h"

#define PROGRAM	"msg-send"

extern char **environ;

/* Gives (free) its path, or its name to be looked up in PATH. */
static char *
program(const char *self)
{
	const char *slash = strrchr(self, '/');
	char *dir, *path;

	if (slash == NULL)
		return mem_str(PROGRAM);
	dir = mem_strn(self, (size_t)(slash - self) + 1);
	path = fs_join(dir, PROGRAM);
	free(dir);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return mem_str(PROGRAM);
}

/* Its standard output is the pipe, its standard input nothing: ours may be
 * the values. */
static int
start(char *argv[], const int ends[2], pid_t *pid, struct err *e)
{
	posix_spawn_file_actions_t to;
	int rc;

	posix_spawn_file_actions_init(&to);
	posix_spawn_file_actions_addopen(&to, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&to, ends[1], STDOUT_FILENO);
	for (int i = 0; i < 2; i++)
		if (ends[i] > STDERR_FILENO)
			posix_spawn_file_actions_addclose(&to, ends[i]);
	rc = posix_spawnp(pid, argv[0], &to, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&to);
	if (rc == 0)
		return 0;
	errno = rc;
	return err_sys(e, ERR_SYSTEM, "cannot run '%s', which asks the server "
	    "for the kind", argv[0]);
}

static int
ended(pid_t pid, const char *kind, struct err *e)
{
	static const enum err_code codes[] = { [EXIT_REFUSED] = ERR_REFUSED,
	    [EXIT_USAGE] = ERR_CONFIG, [EXIT_CONNECT] = ERR_CONNECT,
	    [EXIT_NO_ANSWER] = ERR_NO_ANSWER, [EXIT_INPUT] = ERR_INPUT };
	int status = 0, code;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, ERR_SYSTEM, "cannot wait for '%s'",
			    PROGRAM);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SYSTEM;
	if (code == 0)
		return 0;
	return err_set(e, code < EXIT_SYSTEM ? codes[code] : ERR_SYSTEM,
	    "no schema of the kind '%s'", kind);
}

int
kind_schema(struct buf *out, const struct encode_opts *o, struct err *e)
{
	char *path = program(o->self), *argv[8];
	struct err lost = ERR_INIT;
	int ends[2], n = 0, rc;
	pid_t pid;

	argv[n++] = path;
	if (o->context != NULL) {
		argv[n++] = (char *)(uintptr_t)"--context";
		argv[n++] = (char *)(uintptr_t)o->context;
	}
	argv[n++] = (char *)(uintptr_t)"--";
	argv[n++] = (char *)(uintptr_t)"get-schema";
	argv[n++] = (char *)(uintptr_t)o->kind;
	argv[n] = NULL;
	if (pipe(ends) < 0) {
		free(path);
		return err_sys(e, ERR_SYSTEM, "no pipe");
	}
	rc = start(argv, ends, &pid, e);
	close(ends[1]);
	if (rc == 0) {
		rc = buf_read_all(out, ends[0], &lost);
		if (ended(pid, o->kind, e) < 0)
			rc = -1;
		else if (rc < 0)
			*e = lost;
	}
	close(ends[0]);
	free(path);
	return rc;
}
