#include "cli/verbose.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "msg/trace.h"

#define LINE_MAX_BYTES	((size_t)64 << 20)

static void
on_step(void *arg, enum client_step step, const char *text)
{
	static const char *const words[] = { "resolved", "connected",
		"secured", "certificate", "logged in", "bound" };
	const struct verbose *v = arg;
	struct buf b = BUF_INIT(LINE_MAX_BYTES);

	text_escape(&b, text, strlen(text), 0);
	fprintf(stderr, "%s: %s: %s\n", v->tool, words[step], buf_cstr(&b));
	buf_free(&b);
}

static void
on_wire(void *arg, const struct stanza *read, const char *p, size_t n)
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES);
	struct err ignored = ERR_INIT;

	(void)arg;
	if (read != NULL)
		trace_stanza(&b, TRACE_READ, read);
	else
		trace_bytes(&b, TRACE_WROTE, p, n);
	buf_write_all(&b, STDERR_FILENO, &ignored);
	buf_free(&b);
}

void
verbose_init(struct verbose *v, const char *tool, int level)
{
	v->tool = tool;
	v->level = level;
	v->onlooker = (struct client_onlooker){ on_step,
		level > 1 ? on_wire : NULL, v };
}

const struct client_onlooker *
verbose_onlooker(const struct verbose *v)
{
	return v->level > 0 ? &v->onlooker : NULL;
}
