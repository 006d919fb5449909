#include "cli/exit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

const char *
exit_text(int status)
{
	static const char *const texts[EXIT_COUNT] = {
#define X(name, status, text)	[EXIT_##name] = text,
		EXITS(X)
#undef X
	};

	return status < 0 || status >= EXIT_COUNT ? NULL : texts[status];
}

int
exit_flush(struct err *e)
{
	bool before = ferror(stdout) != 0;

	if (fflush(stdout) == 0 && !before)
		return 0;
	if (before && errno == 0)
		return err_set(e, ERR_SYSTEM, "cannot write standard output");
	return err_sys(e, ERR_SYSTEM, "cannot write standard output");
}

int
exit_finish(const char *tool, int status)
{
	struct err e = ERR_INIT;

	return exit_flush(&e) == 0 ? status : err_report(&e, tool);
}
