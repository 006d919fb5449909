#include "base/log.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"

#define LINE_MAX_BYTES	8192

static const struct {
	const char *word;
	int priority;
} levels[] = {
#define X(name, word, priority)	{ word, priority },
	LOG_LEVELS(X)
#undef X
};

static void
put_value(struct buf *b, const char *v)
{
	if (v == NULL)
		v = "-";
	if (v[0] != '\0' && strpbrk(v, " \"'=\\") == NULL) {
		text_escape(b, v, strlen(v), 0);
		return;
	}
	buf_putc(b, '"');
	text_escape(b, v, strlen(v), '"');
	buf_putc(b, '"');
}

void
log_pair(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, " %s=", key);
	put_value(b, value);
}

/* What stands before the event's own pairs. */
static void
put_head(struct buf *b, const struct log *l, enum log_level level,
    const char *what)
{
	char now[CLOCK_TEXT];

	if (l->journal) {
		buf_printf(b, "<%d>event=", levels[level].priority);
	} else {
		clock_text(clock_real_us(), now);
		buf_printf(b, "time=%s level=%s event=", now,
		    levels[level].word);
	}
	put_value(b, what);
}

void
log_vevent(const struct log *l, enum log_level level, const char *what,
    const char *before, va_list ap)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	struct err ignored = ERR_INIT;
	int saved = errno;
	const char *key;

	if (!log_says(l, level))
		return;
	put_head(&b, l, level, what);
	if (before != NULL)
		buf_puts(&b, before);
	while ((key = va_arg(ap, const char *)) != NULL)
		log_pair(&b, key, va_arg(ap, const char *));
	if (buf_full(&b)) {
		b.full = false;
		buf_trim(&b, b.n < LINE_MAX_BYTES - 4 ? b.n :
		    LINE_MAX_BYTES - 4);
		buf_lit(&b, "...");
	}
	buf_putc(&b, '\n');
	buf_write_all(&b, l->fd, &ignored);
	buf_free(&b);
	errno = saved;
}

void
log_event(const struct log *l, enum log_level level, const char *what, ...)
{
	va_list ap;

	va_start(ap, what);
	log_vevent(l, level, what, NULL, ap);
	va_end(ap);
}

bool
log_is_journal(int fd)
{
	const char *is = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (is == NULL || fstat(fd, &st) < 0)
		return false;
	snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(is, ours) == 0;
}

enum log_level
log_level(const char *word)
{
	int i = 0;

	while (i < LOG_LEVELS_COUNT - 1 && strcmp(levels[i].word, word) != 0)
		i++;
	return (enum log_level)i;
}
