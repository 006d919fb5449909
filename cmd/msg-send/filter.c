#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/interrupt.h"

static void
end(const struct filter *f)
{
	if (f->before >= 0)
		close(f->before);
	if (f->file >= 0)
		close(f->file);
}

int
filter_begin(struct filter *f, struct output *out, struct err *e)
{
	FILE *file = tmpfile();

	*f = (struct filter){ .out = out, .text = out->text,
	    .color = out->color, .file = -1, .before = -1 };
	if (file != NULL) {
		f->file = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
		fclose(file);
	}
	if (f->file >= 0)
		f->before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (f->before < 0 || dup2(f->file, STDOUT_FILENO) < 0) {
		err_sys(e, ERR_SYSTEM, "cannot keep the answer");
		end(f);
		return -1;
	}
	out->text = out->color = false;
	return 0;
}

static void __attribute__((noreturn))
become(const struct filter *f, const char *program)
{
	lseek(f->file, 0, SEEK_SET);
	dup2(f->file, STDIN_FILENO);
	interrupt_undo();
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", program, (char *)NULL);
	_exit(127);
}

int
filter_end(struct filter *f, const char *program, struct interrupt *in,
    struct err *e)
{
	int rc = output_flush(f->out, e);
	pid_t pid = -1;

	fflush(stdout);
	dup2(f->before, STDOUT_FILENO);
	f->out->text = f->text;
	f->out->color = f->color;
	interrupt_hold(in, true);
	if (rc == 0) {
		pid = fork();
		if (pid == 0)
			become(f, program);
		if (pid < 0)
			rc = err_sys(e, ERR_SYSTEM, "cannot start '%s'",
			    program);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	interrupt_hold(in, false);
	end(f);
	return rc;
}
