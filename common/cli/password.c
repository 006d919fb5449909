#include "cli/password.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/interrupt.h"

#define CONTROL_C	3

static void
put(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t wrote = write(fd, text, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return;
		text += wrote;
		n -= (size_t)wrote;
	}
}

/* Up to the end of the line; -1 after Ctrl-C, which is a key here. */
static int
read_line(struct secret *out, int fd, struct err *e)
{
	char line[SECRET_MAX + 1], c = 0;
	size_t n = 0;
	int rc;

	while (read(fd, &c, 1) == 1 && c != '\n' && c != CONTROL_C)
		if (n < sizeof line)
			line[n++] = c;
	rc = c == CONTROL_C ? err_set(e, ERR_CONFIG, "interrupted") :
	    n == 0 ? err_set(e, ERR_CONFIG, "no password was typed") :
	    secret_set(out, line, n, e);
	explicit_bzero(line, sizeof line);
	return rc;
}

int
password_ask(struct secret *out, const char *prompt, struct err *e)
{
	int fd = isatty(STDERR_FILENO) ?
	    open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	struct termios before, silent;
	int rc;

	if (fd < 0 || tcgetattr(fd, &before) < 0) {
		if (fd >= 0)
			close(fd);
		return err_set(e, ERR_NOT_FOUND, "a password is wanted, and "
		    "there is no terminal to ask for it");
	}
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	silent.c_lflag |= ICANON;
	silent.c_cc[VEOL] = CONTROL_C;
	tcsetattr(fd, TCSAFLUSH, &silent);
	put(fd, prompt);
	rc = read_line(out, fd, e);
	tcsetattr(fd, TCSAFLUSH, &before);
	put(fd, "\n");
	close(fd);
	return rc;
}

/* What a command says behind its first line: closed too soon, it would fail. */
static void
drain(int fd)
{
	char more[4096];
	ssize_t n;

	do {
		n = read(fd, more, sizeof more);
	} while (n > 0 || (n < 0 && errno == EINTR));
	explicit_bzero(more, sizeof more);
}

int
password_command(struct secret *out, const char *command, struct err *e)
{
	int ends[2], nothing, status = 0, rc;
	pid_t pid;

	if (pipe(ends) < 0)
		return err_sys(e, ERR_SYSTEM, "no pipe");
	nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		/* Standard input is our commands, or nobody's. */
		if (!isatty(STDIN_FILENO) && nothing >= 0)
			dup2(nothing, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		interrupt_undo();
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (nothing >= 0)
		close(nothing);
	rc = pid < 0 ? err_sys(e, ERR_SYSTEM, "cannot start '%s'", command) :
	    secret_read_fd(out, ends[0], command, e);
	if (pid > 0)
		drain(ends[0]);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 0)
		rc = err_set(e, ERR_CONFIG, "--password-command: '%s' ended "
		    "with status %d", command, WEXITSTATUS(status));
	if (pid > 0 && WIFSIGNALED(status))
		rc = err_set(e, ERR_CONFIG, "--password-command: '%s' was "
		    "ended by signal %d", command, WTERMSIG(status));
	return rc;
}
