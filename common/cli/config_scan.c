#include "cli/config_scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES	200	/* of a variable, that is looked up */

struct scan {
	const char *p;
	int line;
	int open;		/* braces */
	int open_line;		/* of the outermost */
	struct err *e;
};

/* One byte on, which may end a line. */
static void
step(struct scan *s)
{
	if (*s->p == '\n')
		s->line++;
	if (*s->p != '\0')
		s->p++;
}

static void
skip_to(struct scan *s, const char *end)
{
	while (*s->p != '\0' && strncmp(s->p, end, strlen(end)) != 0)
		step(s);
}

/* At "${NAME}" or "${NAME:-what else}". */
static int
variable(struct scan *s)
{
	size_t n = strcspn(s->p + 2, "}:\n");
	char name[NAME_MAX_BYTES];

	if (s->p[2 + n] != '}' || n >= sizeof name) {
		s->p += 2;
		return 0;
	}
	memcpy(name, s->p + 2, n);
	name[n] = '\0';
	s->p += n + 3;
	if (getenv(name) != NULL)
		return 0;
	return err_set(s->e, ERR_CONFIG, "the variable '%s' is not set", name);
}

/* From behind a quote to behind the next. */
static int
quoted(struct scan *s, char quote)
{
	int rc = 0;

	while (rc == 0 && *s->p != '\0' && *s->p != quote) {
		if (quote == '"' && strncmp(s->p, "${", 2) == 0) {
			rc = variable(s);
			continue;
		}
		if (*s->p == '\\')
			step(s);
		step(s);
	}
	step(s);
	return rc;
}

static void
brace(struct scan *s, char c)
{
	if (c == '{' && s->open++ == 0)
		s->open_line = s->line;
	else if (c == '}' && s->open > 0)
		s->open--;
}

/* One token, or a part of a word. */
static int
token(struct scan *s, bool first)
{
	char c = *s->p;

	if (c == '#' || (first && strncmp(s->p, "//", 2) == 0)) {
		skip_to(s, "\n");
	} else if (first && strncmp(s->p, "/*", 2) == 0) {
		skip_to(s, "*/");
	} else if (strncmp(s->p, "${", 2) == 0) {
		return variable(s);
	} else if (c == '"' || c == '\'') {
		s->p++;
		return quoted(s, c);
	} else {
		brace(s, c);
		step(s);
	}
	return 0;
}

int
config_scan(const char *text, int *line, struct err *e)
{
	struct scan s = { .p = text, .line = 1, .e = e };
	bool first = true;
	int rc = 0;

	while (rc == 0 && *s.p != '\0') {
		char c = *s.p;

		rc = token(&s, first);
		first = strchr(" \t\r\n={}(),", c) != NULL;
	}
	*line = s.line;
	if (rc < 0 || s.open == 0)
		return rc;
	*line = s.open_line;
	return err_set(e, ERR_CONFIG, "the '{' here has no '}'");
}
