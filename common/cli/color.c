#include "cli/color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SGR parameters (ECMA-48 8.3.117) that are legible on dark and light. */
static const char *const sgr[COLORS] = {
	[COLOR_KEY] = "34",
	[COLOR_STRING] = "32",
	[COLOR_NUMBER] = "36",
	[COLOR_WORD] = "35",
	[COLOR_DIM] = "2",
	[COLOR_GOOD] = "32",
	[COLOR_BAD] = "31",
	[COLOR_CHANGED] = "33",
	[COLOR_TITLE] = "1",
};

static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

bool
color_wanted(const char *when, int fd)
{
	const char *term = getenv("TERM");

	if (strcmp(when, "always") == 0)
		return true;
	return strcmp(when, "never") != 0 && isatty(fd) &&
	    !is_set("NO_COLOR") && term != NULL && strcmp(term, "dumb") != 0;
}

void
color_begin(struct buf *out, bool on, enum color c)
{
	if (on)
		buf_printf(out, "\033[%sm", sgr[c]);
}

void
color_end(struct buf *out, bool on)
{
	if (on)
		buf_lit(out, "\033[0m");
}
