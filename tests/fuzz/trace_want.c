/*
 * A filter of set-trace, a newline, and what a client asked: the filter reads
 * back as it was written, and what is told is JSON whatever was asked.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "msg/trace_want.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_filter(struct arena *a, const struct trace_want *w)
{
	struct buf first = BUF_INIT(1 << 20), second = BUF_INIT(1 << 20);
	struct trace_want again;
	struct err e = ERR_INIT;

	trace_want_write(&first, w);
	assert(trace_want_read(&again, a, first.p, first.n, &e) == 0);
	trace_want_write(&second, &again);
	assert(first.n == second.n &&
	    memcmp(first.p, second.p, first.n) == 0);
	buf_free(&first);
	buf_free(&second);
}

static void
check_told(const struct trace_seen *s, bool payload)
{
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(8 << 20);
	struct err e = ERR_INIT;

	trace_seen_json(&out, s, payload);
	assert(!buf_full(&out) && memchr(out.p, '\n', out.n) == NULL);
	assert(json_parse(&a, out.p, out.n, NULL, &e) != NULL ||
	    e.code == ERR_LIMIT);
	arena_free(&a);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *p = (const char *)bytes, *nl = n == 0 ? NULL :
	    memchr(p, '\n', n);
	size_t filter = nl == NULL ? n : (size_t)(nl - p);
	struct arena a = ARENA_INIT;
	struct trace_want w;
	struct err e = ERR_INIT;
	/* Exactly so long, for the sanitizer. */
	size_t rest = nl == NULL ? 0 : n - filter - 1;
	char *asked = mem_dup(nl == NULL ? "" : nl + 1, rest);
	struct trace_seen s = { .id = STR("1"), .jid = STR("a@b/c"),
		.argument = { asked, rest }, .answer = { asked, rest },
		.took_us = 1 };

	if (trace_want_read(&w, &a, p, filter, &e) < 0)
		memset(&w, 0, sizeof w);
	else
		check_filter(&a, &w);
	for (int i = 0; i < MSG_COMMANDS; i++) {
		s.command = &msg_commands[i];
		trace_wanted(&w, &s);
	}
	check_told(&s, true);
	s.command = &msg_commands[MSG_set_item];
	check_told(&s, false);
	free(asked);
	arena_free(&a);
	return 0;
}
