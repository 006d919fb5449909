/*
 * WebSocket frames.  What comes out must not depend on how the bytes were cut
 * nor on how much a callback takes at once.  The first byte chooses both.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "io/ws.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct run {
	struct buf log;
	size_t most;
	bool closed;
};

static size_t
on_text(void *arg, const char *p, size_t n)
{
	struct run *r = arg;

	n = n > r->most ? r->most : n;
	buf_put(&r->log, p, n);
	return n;
}

static int
on_end(void *arg)
{
	struct run *r = arg;

	buf_putc(&r->log, '.');
	return r->most % 2;
}

static void
on_ping(void *arg, const char *p, size_t n)
{
	struct run *r = arg;

	assert(n <= WS_CONTROL_MAX);
	buf_lit(&r->log, "ping");
	buf_put(&r->log, p, n);
}

static void
on_close(void *arg, int code)
{
	struct run *r = arg;

	assert(code >= 1000 && code < 5000);
	assert(!r->closed);
	buf_printf(&r->log, "close %d", code);
	r->closed = true;
}

static struct buf
run(const uint8_t *p, size_t n, size_t cut, size_t most)
{
	static const struct ws_ops ops = { on_text, on_end, on_ping,
		on_close };
	struct run r = { .log = BUF_INIT(64 << 20), .most = most };
	struct ws *w = ws_new(&ops, &r);
	struct err e = ERR_INIT;
	size_t at = 0, used;
	int rc = 1, code = 0;

	ws_limit(w, 4096);
	while (rc >= 0 && !r.closed && (at < n || rc == 1)) {
		size_t k = n - at < cut ? n - at : cut;

		rc = ws_feed(w, p + at, k, &used, &code, &e);
		assert(used <= k && (rc != 0 || used == k));
		at += used;
	}
	if (rc < 0)
		buf_printf(&r.log, "error %d", code);
	ws_free(w);
	return r.log;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf whole, cut;

	if (n < 1)
		return 0;
	whole = run(p + 1, n - 1, SIZE_MAX, SIZE_MAX - 1);
	cut = run(p + 1, n - 1, 1 + p[0] % 16, 1 + p[0] / 16);
	assert(whole.n == cut.n &&
	    (whole.n == 0 || memcmp(whole.p, cut.p, whole.n) == 0));
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
