/*
 * A line of msg-serve -v, and bytes to be masked.  A line that was read is
 * written again and must read the same; what is written is one clean line.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "msg/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_clean(const struct buf *line)
{
	assert(line->n > 0 && line->p[line->n - 1] == '\n');
	assert(utf8_check(line->p, line->n) == line->n);
	for (size_t i = 0; i + 1 < line->n; i++)
		assert((unsigned char)line->p[i] >= ' ' && line->p[i] != 0x7f);
}

static void
write_again(const struct trace_line *t, struct arena *a)
{
	struct buf out = BUF_INIT(1 << 20);
	struct trace_line again;

	if (t->kind == TRACE_ERROR)
		trace_error(&out, t->type.p, t->id, t->condition.p, t->text);
	else if (t->kind == TRACE_RESULT)
		trace_result(&out, t->type.p, t->id, t->text);
	else
		return;
	if (strlen(t->type.p) == t->type.n && utf8_check(out.p, out.n) == out.n
	    && trace_parse(&again, a, out.p, out.n - 1)) {
		assert(again.kind == t->kind);
		assert(str_eq(again.id, t->id));
		if (t->kind == TRACE_ERROR)
			assert(str_eq(again.text, t->text));
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *p = (const char *)bytes;
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1 << 22);
	struct trace_line t;

	if (trace_parse(&t, &a, p, n))
		write_again(&t, &a);
	trace_bytes(&out, TRACE_READ, p, n);
	check_clean(&out);
	buf_reset(&out);
	trace_mask_json(&out, p, n);
	assert(out.n <= n + 3 * n + 3);
	buf_free(&out);
	arena_free(&a);
	return 0;
}
