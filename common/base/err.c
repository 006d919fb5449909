#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
	int status;
	const char *word, *condition, *type;
} errors[ERR_COUNT] = {
#define X(code, status, word, condition, type) \
	{ status, word, condition, type },
	ERRORS(X)
#undef X
};

static int vput(char *out, size_t n, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static int
vput(char *out, size_t n, const char *fmt, va_list ap)
{
	vsnprintf(out, n, fmt, ap);
	text_clean(out);
	return -1;
}

int
err_vset(struct err *e, enum err_code code, const char *fmt, va_list ap)
{
	e->code = code;
	e->action = -1;
	e->at[0] = e->path[0] = '\0';
	return vput(e->text, sizeof e->text, fmt, ap);
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(e, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, enum err_code code, const char *fmt, ...)
{
	int saved = errno;
	char why[128];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	err_vset(e, code, fmt, ap);
	va_end(ap);
	if (strerror_r(saved, why, sizeof why) != 0)
		snprintf(why, sizeof why, "error %d", saved);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", why);
	errno = saved;
	return -1;
}

int
err_at(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vput(e->at, sizeof e->at, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_path(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vput(e->path, sizeof e->path, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	size_t n;
	va_list ap;

	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	vput(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", old);
	text_clean(e->text);
	return -1;
}

void
err_clear(struct err *e)
{
	*e = (struct err)ERR_INIT;
}

void
err_line(const struct err *e, char *out, size_t n)
{
	const char *comma = e->at[0] && e->path[0] ? ", " : "";
	const char *colon = e->at[0] || e->path[0] ? ": " : "";

	snprintf(out, n, "%s%s%s%s%s", e->at, comma, e->path, colon, e->text);
}

int
err_report(const struct err *e, const char *tool)
{
	char line[ERR_AT_MAX + ERR_PATH_MAX + ERR_TEXT_MAX + 8];

	err_line(e, line, sizeof line);
	fprintf(stderr, "%s: %s\n", tool, line);
	return err_exit(e->code);
}

int
err_exit(enum err_code code)
{
	return errors[code].status;
}

const char *
err_word(enum err_code code)
{
	return errors[code].word;
}

const char *
err_condition(enum err_code code)
{
	return errors[code].condition;
}

const char *
err_type(enum err_code code)
{
	return errors[code].type;
}

enum err_code
err_by_word(const char *word)
{
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++)
		if (strcmp(errors[i].word, word) == 0)
			return (enum err_code)i;
	return ERR_REFUSED;
}

enum err_code
err_by_condition(const char *condition)
{
	for (int i = ERR_COUNT - 1; i > 0; i--)
		if (strcmp(errors[i].condition, condition) == 0)
			return (enum err_code)i;
	return ERR_REFUSED;
}
