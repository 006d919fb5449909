#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/interrupt.h"

#define VALUE_MAX	65536	/* bytes of one variable */

/* What is too long for an environment would keep the command from ever being
 * run; the JSON has all of it. */
static void
set(const char *name, struct str value)
{
	char *text;

	if (value.n > VALUE_MAX)
		for (value.n = VALUE_MAX; value.n > 0 &&
		    (value.p[value.n] & 0xc0) == 0x80; value.n--)
			;
	text = mem_strn(value.p == NULL ? "" : value.p, value.n);

	setenv(name, text, 1);
	free(text);
}

static void __attribute__((noreturn))
become(const char *command, const struct event *ev, int in)
{
	char number[24];

	snprintf(number, sizeof number, "%llu", (unsigned long long)ev->rev);
	setenv("MSG_REV", number, 1);
	snprintf(number, sizeof number, "%llu",
	    (unsigned long long)ev->oldest);
	setenv("MSG_GAP", ev->kind == EVENT_GAP ? number : "", 1);
	set("MSG_BRANCH", ev->branch);
	set("MSG_AUTHOR", ev->author);
	set("MSG_TIME", ev->time);
	set("MSG_MESSAGE", ev->message);
	dup2(in, STDIN_FILENO);
	if (in != STDIN_FILENO)
		close(in);	/* or what it leaves behind would hold it */
	interrupt_undo();
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int
ended(const char *command, int status, struct err *e)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		return err_set(e, ERR_REFUSED, "'%s' ended with status %d",
		    command, WEXITSTATUS(status));
	return err_set(e, ERR_REFUSED, "'%s' was ended by signal %d", command,
	    WTERMSIG(status));
}

int
child_run(const char *command, const struct event *ev, struct err *e)
{
	struct buf json = BUF_INIT(EVENT_MAX);
	struct err ignored = ERR_INIT;
	int ends[2], status = 0;
	pid_t pid;

	event_json(&json, ev);
	buf_putc(&json, '\n');
	if (pipe(ends) < 0) {
		buf_free(&json);
		return err_sys(e, ERR_SYSTEM, "no pipe");
	}
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		become(command, ev, ends[0]);
	}
	close(ends[0]);
	if (pid > 0)		/* it need not read what it is given */
		buf_write_all(&json, ends[1], &ignored);
	close(ends[1]);
	buf_free(&json);
	if (pid < 0)
		return err_sys(e, ERR_SYSTEM, "cannot start '%s'", command);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, ERR_SYSTEM, "cannot wait for '%s'",
			    command);
	return ended(command, status, e);
}
