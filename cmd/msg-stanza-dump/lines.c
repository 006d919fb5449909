#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "capture.h"

struct lines {
	item_fn *fn;
	void *arg;
	struct capture *capture;	/* for what READ and WROTE quote */
	struct buf line;		/* the start of one */
	struct arena arena;
};

struct lines *
lines_new(item_fn *fn, void *arg)
{
	struct lines *l = mem_zero(sizeof *l);

	l->fn = fn;
	l->arg = arg;
	l->capture = capture_new(fn, arg);
	buf_init(&l->line, LINES_MAX);
	return l;
}

void
lines_free(struct lines *l)
{
	if (l == NULL)
		return;
	capture_free(l->capture);
	buf_free(&l->line);
	arena_free(&l->arena);
	free(l);
}

static void
one_line(struct lines *l, const char *p, size_t n)
{
	struct trace_line t;
	struct item it = { .kind = ITEM_NOTE, .raw = { p, n } };

	if (!trace_parse(&t, &l->arena, p, n)) {
		if (n > 0)
			l->fn(l->arg, &it);
	} else if (t.kind == TRACE_READ || t.kind == TRACE_WROTE) {
		capture_direction(l->capture, trace_word(t.kind));
		capture_feed(l->capture, t.text.p, t.text.n);
		capture_end(l->capture);
	} else {
		it.kind = ITEM_LINE;
		it.line = &t;
		it.direction = trace_word(t.kind);
		l->fn(l->arg, &it);
	}
	arena_reset(&l->arena);
}

/* A line that is too long is not kept, but told of. */
static void
end_line(struct lines *l)
{
	struct item it = { .kind = ITEM_BAD, .text = "the line is too long" };

	if (buf_full(&l->line)) {
		it.raw = STR("...");
		l->fn(l->arg, &it);
	} else {
		one_line(l, l->line.p, l->line.n);
	}
	buf_reset(&l->line);
	buf_shrink(&l->line, 1 << 16);
}

void
lines_feed(struct lines *l, const char *p, size_t n)
{
	while (n > 0) {
		const char *nl = memchr(p, '\n', n);
		size_t k = nl == NULL ? n : (size_t)(nl - p);

		if (nl != NULL && l->line.n == 0 && !buf_full(&l->line)) {
			one_line(l, p, k);
		} else {
			buf_put(&l->line, p, k);
			if (nl != NULL)
				end_line(l);
		}
		k += nl != NULL;
		p += k;
		n -= k;
	}
}

void
lines_end(struct lines *l)
{
	if (l->line.n > 0 || buf_full(&l->line))
		end_line(l);
}
