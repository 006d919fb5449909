#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define LINE_MAX_BYTES	8192

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
log_event(const struct log *l, enum log_level level, const char *what, ...)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	struct err ignored = ERR_INIT;
	int saved = errno;
	const char *key;
	va_list ap;

	if (level > l->level)
		return;
	buf_printf(&b, "%s: %s", names[level], what);
	va_start(ap, what);
	while ((key = va_arg(ap, const char *)) != NULL) {
		buf_printf(&b, " %s=", key);
		put_value(&b, va_arg(ap, const char *));
	}
	va_end(ap);
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
