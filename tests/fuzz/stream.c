/*
 * A stream's bytes.  What comes out must not depend on how they were cut, and
 * a stanza written must read back as the same.  The first byte chooses the
 * kind of stream and the cut.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct stream_limits limits = {
	.bytes = 4096, .depth = 20, .elements = 100, .attrs = 20, .name = 100,
};

struct run {
	struct buf log;
	struct stream *s;
};

static int
on_open(void *arg, const struct stream_header *h)
{
	struct run *r = arg;

	buf_puts(&r->log, "open ");
	stanza_write_open(&r->log, h->root, h->root, h->ns);
	return 0;
}

static void
check_round_trip(const struct stanza *st)
{
	struct arena a = ARENA_INIT;
	struct buf first = BUF_INIT(1 << 20), second = BUF_INIT(1 << 20);
	struct stream_limits wide = { .bytes = 1 << 20, .depth = 20,
		.elements = 100, .attrs = 200, .name = 100 };
	struct err e = ERR_INIT;
	struct stanza *again;

	stanza_write(&first, st, NS_CLIENT);
	again = stanza_parse(&a, first.p, first.n, NS_CLIENT, &wide, &e);
	assert(again != NULL);
	stanza_write(&second, again, NS_CLIENT);
	assert(first.n == second.n &&
	    memcmp(first.p, second.p, first.n) == 0);
	buf_free(&first);
	buf_free(&second);
	arena_free(&a);
}

static int
on_stanza(void *arg, struct stanza *st)
{
	struct run *r = arg;

	check_round_trip(st);
	stanza_write(&r->log, st, NS_CLIENT);
	if (stanza_is(st, "restart", NULL))
		stream_restart(r->s);
	return stanza_is(st, "stop", NULL);
}

static int
on_close(void *arg)
{
	struct run *r = arg;

	buf_puts(&r->log, "close");
	return 0;
}

static struct buf
run(const uint8_t *p, size_t n, size_t cut, int bare)
{
	static const struct stream_ops ops = { on_open, on_stanza, on_close };
	struct stream_pool *pool = stream_pool_new();
	struct run r = { .log = BUF_INIT(64 << 20) };
	struct err e = ERR_INIT;
	size_t at = 0, used;
	int rc = 0;

	r.s = bare ? stream_new_bare(&ops, &r, pool, NS_CLIENT) :
	    stream_new(&ops, &r, pool);
	stream_limit(r.s, &limits);
	while (at < n && rc >= 0) {
		size_t k = n - at < cut ? n - at : cut;

		rc = stream_feed(r.s, p + at, k, &used, &e);
		assert(used <= k && (rc != 0 || used == k));
		at += used;
	}
	if (rc < 0)
		buf_printf(&r.log, "error %s: %s", stream_error(r.s), e.text);
	stream_free(r.s);
	stream_pool_free(pool);
	return r.log;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf whole, cut;

	if (n < 1)
		return 0;
	whole = run(p + 1, n - 1, SIZE_MAX, p[0] & 1);
	cut = run(p + 1, n - 1, 1 + (p[0] >> 1) % 16, p[0] & 1);
	assert(whole.n == cut.n &&
	    (cut.n == 0 || memcmp(whole.p, cut.p, cut.n) == 0));
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
