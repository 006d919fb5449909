#include "editor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"

static const char *
editor(void)
{
	static const char *const names[] = { "VISUAL", "EDITOR" };

	for (int i = 0; i < 2; i++) {
		const char *text = getenv(names[i]);

		if (text != NULL && text[0] != '\0')
			return text;
	}
	return "vi";
}

/* The variable may hold options, so a shell takes it apart. */
static void __attribute__((noreturn))
become(const char *path)
{
	char command[4096];

	snprintf(command, sizeof command, "%s \"$1\"", editor());
	interrupt_undo();
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
	_exit(127);
}

int
editor_run(const char *path, struct interrupt *in, struct err *e)
{
	int status = 0;
	pid_t pid;

	interrupt_hold(in, true);
	pid = fork();
	if (pid == 0)
		become(path);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	interrupt_hold(in, false);
	if (pid < 0)
		return err_sys(e, ERR_SYSTEM, "cannot start '%s'", editor());
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return err_set(e, ERR_INPUT, "'%s' failed, nothing is changed",
	    editor());
}

bool
editor_again(const struct err *e)
{
	char text[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX], answer[100];

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	err_line(e, text, sizeof text);
	fprintf(stderr, "%s: %s\nEdit again? [Y/n] ", send_tool.name, text);
	if (fgets(answer, sizeof answer, stdin) == NULL)
		return false;
	return strchr("nNqQ", answer[0]) == NULL;
}
