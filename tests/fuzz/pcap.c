/*
 * Captures.  The first byte says what follows: a whole file, segments of a
 * connection, or the bytes of one direction.  Nothing breaks, nothing grows
 * past its limits, nothing is shown that a terminal would obey.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "explain.h"
#include "net/flow.h"
#include "net/pcap.h"
#include "net/wire.h"
#include "pairs.h"
#include "record_names.h"
#include "show_item.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct state {
	struct output out;
	struct pairs *pairs;
	struct record_names names;
	struct buf note;
};

static void
check_clean(struct output *o)
{
	size_t len;

	for (size_t i = 0; i < o->buf.n; i += len) {
		uint32_t c = utf8_get(o->buf.p + i, o->buf.n - i, &len);

		assert(c == '\n' || (c >= ' ' && c < 0x7f) || c >= 0xa0);
		assert(c != UINT32_MAX);
	}
	buf_reset(&o->buf);
}

static void
on_item(void *arg, const struct item *it)
{
	struct state *s = arg;
	struct arena a = ARENA_INIT;
	struct item found = *it;
	bool shown;

	if (it->kind == ITEM_STANZA) {
		buf_reset(&s->note);
		explain(&s->note, it->st);
		found.note = s->note.n > 0 ? buf_cstr(&s->note) : NULL;
		pairs_answered(s->pairs, &found, &shown);
		pairs_asked(s->pairs, &found, true);
		record_names_put(&s->names, &a, it->st, true);
		record_names_put(&s->names, &a, it->st, false);
	}
	show_long(&s->out, &found);
	show_short(&s->out, &found, 0);
	show_json(&s->out, &found);
	show_raw(&s->out, &found);
	check_clean(&s->out);
	arena_free(&a);
}

static int
each(void *arg, struct err *e)
{
	(void)arg, (void)e;
	return 0;
}

static void
file(struct state *o, const uint8_t *p, size_t n)
{
	struct err e = ERR_INIT;
	FILE *f = n == 0 ? NULL : fmemopen((void *)(uintptr_t)p, n, "rb");

	if (f != NULL)
		pcap_file_read(f, "x", on_item, o, each, &e);
}

/* Each: flags and side, where, how much, the bytes. */
static void
segments(struct state *o, const uint8_t *p, size_t n)
{
	struct flows *f = flows_new(on_item, o);
	struct segment s = { .at_us = 1 };

	for (size_t k; n >= 3; p += k, n -= k) {
		bool server = (p[0] & 128) != 0;

		s.flags = p[0] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK);
		s.from.port = server ? 5222 :
		    (uint16_t)(1000 + (p[0] >> 5 & 3));
		s.to.port = server ? (uint16_t)(1000 + (p[0] >> 5 & 3)) : 5222;
		s.seq = (uint32_t)p[1] - 20;
		s.missing = p[0] & 8 ? 3 : 0;
		k = 3 + (p[2] < n - 3 ? p[2] : n - 3);
		s.data = p + 3;
		s.n = k - 3;
		flows_segment(f, &s);
	}
	flows_free(f);
}

static void
direction(struct state *o, const uint8_t *p, size_t n)
{
	struct wire *w = wire_new(on_item, o, "READ", 1);
	size_t cut = n > 0 ? p[0] % 16 + 1u : 1;

	for (size_t k; n > 0; p += k, n -= k) {
		k = n < cut ? n : cut;
		wire_feed(w, p, k, 1);
	}
	wire_end(w, 2);
	wire_free(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct state s = { .out = { .text = true, .buf = BUF_INIT(64 << 20) },
		.note = BUF_INIT(1 << 20) };

	s.pairs = pairs_new();
	record_names_init(&s.names);
	if (n > 0 && p[0] % 3 == 0)
		file(&s, p + 1, n - 1);
	else if (n > 0 && p[0] % 3 == 1)
		segments(&s, p + 1, n - 1);
	else if (n > 0)
		direction(&s, p + 1, n - 1);
	record_names_clear(&s.names);
	pairs_free(s.pairs);
	buf_free(&s.note);
	output_free(&s.out);
	return 0;
}
