/*
 * HTTP requests.  What comes out must not depend on how the bytes were cut.
 * The first byte chooses the cut.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct http_limits limits = { .head = 2048, .body = 4096 };

static void
put(struct buf *log, struct str s)
{
	buf_putc(log, '[');
	buf_put(log, s.p, s.n);
	buf_putc(log, ']');
}

static void
note(struct buf *log, const struct http_request *r)
{
	struct buf path = BUF_INIT(4096);

	put(log, r->method);
	put(log, r->path);
	put(log, r->query);
	put(log, r->host);
	for (size_t i = 0; i < r->count; i++) {
		put(log, r->fields[i].name);
		put(log, r->fields[i].value);
		assert(memchr(r->fields[i].value.p, '\r',
		    r->fields[i].value.n) == NULL);
		(void)http_field_has(r, "x", "y");
	}
	if (http_path(&path, r->path) == 0)
		put(log, (struct str){ path.p, path.n });
	put(log, r->body);
	buf_free(&path);
}

static struct buf
run(const uint8_t *p, size_t n, size_t cut)
{
	struct http *h = http_new(&limits);
	struct buf log = BUF_INIT(64 << 20);
	struct err e = ERR_INIT;
	size_t at = 0, used;
	int rc = HTTP_MORE;

	while (at < n && rc >= 0) {
		size_t k = n - at < cut ? n - at : cut;

		rc = http_feed(h, p + at, k, &used, &e);
		assert(used <= k && (rc != HTTP_MORE || used == k));
		at += used;
		if (rc == HTTP_WHOLE) {
			note(&log, http_request(h));
			http_next(h);
		}
	}
	if (rc < 0)
		buf_printf(&log, "%d %s", http_status(h), e.text);
	else
		buf_puts(&log, http_idle(h) ? "idle" : "more");
	http_free(h);
	return log;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf whole, cut;

	if (n < 1)
		return 0;
	whole = run(p + 1, n - 1, SIZE_MAX);
	cut = run(p + 1, n - 1, 1 + p[0] % 32);
	assert(whole.n == cut.n && memcmp(whole.p, cut.p, whole.n) == 0);
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
