#include "line.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

/* Where JSON begins: a bracket behind a blank. */
static const char *
json_start(const char *line)
{
	for (const char *p = line; *p != '\0'; p++)
		if ((*p == '[' || *p == '{') && p > line &&
		    strchr(" \t\n", p[-1]) != NULL)
			return p;
	return NULL;
}

bool
line_is_open(const char *line)
{
	const char *p = json_start(line);
	bool quoted = false;
	long depth = 0;

	for (; p != NULL && *p != '\0'; p++) {
		if (quoted && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && (*p == '[' || *p == '{'))
			depth++;
		else if (!quoted && (*p == ']' || *p == '}'))
			depth--;
		if (depth == 0)
			return false;
	}
	return depth > 0;
}

bool
line_is_secret(const char *line)
{
	return strstr(line, "password") != NULL ||
	    strstr(line, "passwd") != NULL;
}

static bool
is_program(const char *text)
{
	const char *path = getenv("PATH");
	size_t n = strcspn(text, " \t|;&<>");
	char *name = mem_strn(text, n);
	bool found = false;

	while (n > 0 && strchr(name, '/') == NULL && path != NULL && !found) {
		size_t length = strcspn(path, ":");
		char *dir = mem_strn(path, length);
		char *file = fs_join(dir, name);

		found = access(file, X_OK) == 0;
		free(file);
		free(dir);
		path = path[length] == ':' ? path + length + 1 : NULL;
	}
	free(name);
	return found;
}

size_t
line_pipe(const char *line, const char **program)
{
	long depth = 0;
	char quote = 0;

	*program = NULL;
	for (const char *p = line; *p != '\0'; p++) {
		const char *next = p + 1 + strspn(p + 1, " \t");

		if (quote != 0 && *p == '\\' && p[1] != '\0')
			p++;
		else if (quote != 0)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (strchr("[{(", *p) != NULL)
			depth++;
		else if (strchr("]})", *p) != NULL)
			depth--;
		else if (*p == '|' && depth <= 0 && is_program(next)) {
			*program = next;
			return (size_t)(p - line);
		}
	}
	return strlen(line);
}
