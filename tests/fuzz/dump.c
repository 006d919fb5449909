/*
 * What somebody captured.  However it is cut, the same is shown, and nothing
 * that a terminal would obey.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "lines.h"
#include "capture.h"
#include "show_item.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
on_item(void *arg, const struct item *it)
{
	struct output *o = arg;
	struct arena a = ARENA_INIT;
	struct item masked = *it;

	show_long(o, it);
	show_short(o, it, 0);
	show_json(o, it);
	if (it->kind == ITEM_STANZA) {
		masked.st = trace_mask(&a, it->st);
		show_short(o, &masked, 40);
	}
	arena_free(&a);
}

static void
run(struct output *o, const char *p, size_t n, size_t cut)
{
	struct capture *r = capture_new(on_item, o);
	struct lines *l = lines_new(on_item, o);
	size_t k;

	for (size_t i = 0; i < n; i += k) {
		k = n - i < cut ? n - i : cut;
		capture_feed(r, p + i, k);
	}
	capture_end(r);
	for (size_t i = 0; i < n; i += k) {
		k = n - i < cut ? n - i : cut;
		lines_feed(l, p + i, k);
	}
	lines_end(l);
	capture_free(r);
	lines_free(l);
}

static void
check_clean(const struct buf *b)
{
	size_t len;

	for (size_t i = 0; i < b->n; i += len) {
		uint32_t c = utf8_get(b->p + i, b->n - i, &len);

		assert(c == '\n' || (c >= ' ' && c < 0x7f) || c >= 0xa0);
		assert(c != UINT32_MAX);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct output whole = { .text = true }, cut = { .text = true };

	buf_init(&whole.buf, 64 << 20);
	buf_init(&cut.buf, 64 << 20);
	run(&whole, (const char *)p, n, SIZE_MAX);
	run(&cut, (const char *)p, n, 1 + (n > 0 ? p[0] % 8 : 0));
	assert(whole.buf.n == cut.buf.n && (cut.buf.n == 0 ||
	    memcmp(whole.buf.p, cut.buf.p, cut.buf.n) == 0));
	check_clean(&whole.buf);
	output_free(&whole);
	output_free(&cut);
	return 0;
}
