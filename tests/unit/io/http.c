#include "unit.h"

#include <string.h>

#include "io/http.h"

static const struct http_limits limits = { .head = 400, .body = 64 };

/* What came out of text, cut into pieces of so many bytes: one line a
 * request, then "more" or the status. */
static void
run(const char *text, size_t n, size_t cut, struct buf *out)
{
	struct http *h = http_new(&limits);
	struct err e = ERR_INIT;
	size_t at = 0, used;
	int rc = HTTP_MORE;

	buf_reset(out);
	while (at < n && rc >= 0) {
		size_t k = n - at < cut ? n - at : cut;
		const struct http_request *r;

		rc = http_feed(h, text + at, k, &used, &e);
		at += used;
		r = http_request(h);
		if (rc == HTTP_HEAD)
			buf_printf(out, "head%s ", r->expect ? "?" : "");
		if (rc != HTTP_WHOLE)
			continue;
		buf_printf(out, "%.*s %.*s host=%.*s body='%.*s'%s\n",
		    (int)r->method.n, r->method.p, (int)r->path.n, r->path.p,
		    (int)r->host.n, r->host.p, (int)r->body.n,
		    r->body.n == 0 ? "" : r->body.p, r->close ? " close" : "");
		http_next(h);
	}
	if (rc < 0)
		buf_printf(out, "%d\n", http_status(h));
	else if (!http_idle(h))
		buf_lit(out, "more\n");
	http_free(h);
}

static void
expect(const char *text, size_t n, const char *want)
{
	struct buf out = BUF_INIT(1 << 16);
	static const size_t cuts[] = { SIZE_MAX, 1, 2, 3, 7, 31 };

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		run(text, n, cuts[i], &out);
		assert_string_equal(buf_cstr(&out), want);
	}
	buf_free(&out);
}

#define EXPECT(text, want)	expect("" text, sizeof (text) - 1, want)
#define H	"Host: x\r\n"

static void
requests_come_out_whole(void **state)
{
	(void)state;
	EXPECT("GET / HTTP/1.1\r\n" H "\r\n", "GET / host=x body=''\n");
	EXPECT("GET /a/b?c HTTP/1.1\r\nhOsT:\t[::1]:80 \t\r\n\r\n",
	    "GET /a/b host=[::1]:80 body=''\n");
	EXPECT("GET http://x/y HTTP/1.1\r\n" H "\r\n",
	    "GET /y host=x body=''\n");
	EXPECT("OPTIONS * HTTP/1.1\r\n" H "\r\n",
	    "OPTIONS * host=x body=''\n");
	EXPECT("\r\nGET / HTTP/1.1\r\n" H "\r\n", "GET / host=x body=''\n");
	EXPECT("GET / HTTP/1.0\r\n\r\n", "GET / host= body='' close\n");
	EXPECT("GET / HTTP/1.1\r\n" H "Connection: a, CLOSE\r\n\r\n",
	    "GET / host=x body='' close\n");
	EXPECT("GET / HTTP/1.1\r\n" H, "more\n");
}

static void
bodies_end_where_they_say(void **state)
{
	(void)state;
	EXPECT("POST /p HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello"
	    "GET / HTTP/1.1\r\n" H "\r\n",
	    "head POST /p host=x body='hello'\nGET / host=x body=''\n");
	EXPECT("POST /p HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
	    "POST /p host=x body=''\n");
	EXPECT("POST /p HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n"
	    "5\r\nhello\r\n00006;a=\"b\"\r\n world\r\n0\r\nA: b\r\n\r\n"
	    "GET / HTTP/1.1\r\n" H "\r\n",
	    "head POST /p host=x body='hello world'\n"
	    "GET / host=x body=''\n");
	EXPECT("POST /p HTTP/1.1\r\n" H "Content-Length: 5\r\n"
	    "Expect: 100-Continue\r\n\r\nhell", "head? more\n");
}

/* Whatever two readers could take for two different things. */
static void
nothing_can_be_smuggled(void **state)
{
	static const char *const lines[] = {
		"Content-Length: 1\r\nContent-Length: 1\r\n",
		"Content-Length: 1\r\nContent-Length: 2\r\n",
		"Content-Length: 1, 1\r\n",
		"Content-Length: +1\r\n",
		"Content-Length: -1\r\n",
		"Content-Length: 0x1\r\n",
		"Content-Length: 1 1\r\n",
		"Content-Length:\r\n",
		"Content-Length: 99999999999999999999\r\n",
		"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"Content-Length : 1\r\n",
		"Content-Length: 1\n",
		"Content-Length: 1\r\r\n",
		"A: b\r\n c\r\n",
		"A: b\r\n\tc\r\n",
		" A: b\r\n",
		"A\r\n",
		": b\r\n",
		"A: b\rContent-Length: 1\r\n",
		"A: b\x01\r\n",
		"A: b\x7f\r\n",
		"A(: b\r\n",
		"A\xc3\xa9: b\r\n",
		"Host: y\r\n",
		NULL
	};
	struct buf text = BUF_INIT(4096);

	(void)state;
	for (size_t i = 0; lines[i] != NULL; i++) {
		buf_reset(&text);
		buf_puts(&text, "POST / HTTP/1.1\r\n" H);
		buf_puts(&text, lines[i]);
		buf_puts(&text, "\r\nG");
		expect(text.p, text.n, "400\n");
	}
	buf_free(&text);
	EXPECT("GET / HTTP/1.1\r\n" H "A: \0\r\n\r\n", "400\n");
	EXPECT("GET / HTTP/1.1\r\n\r\n", "400\n");
	EXPECT("GET / HTTP/1.1\r\nHost:\r\n\r\n", "400\n");
	EXPECT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400\n");
	EXPECT("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400\n");
	EXPECT("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400\n");
	EXPECT("GET http://y/ HTTP/1.1\r\n" H "\r\n", "400\n");
	EXPECT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "400\n");
	EXPECT("POST / HTTP/1.1\r\n" H
	    "Transfer-Encoding: gzip, chunked\r\n\r\n", "501\n");
	EXPECT("POST / HTTP/1.1\r\n" H
	    "Transfer-Encoding: xchunked\r\n\r\n", "501\n");
}

static void
chunks_are_what_they_say(void **state)
{
	static const char *const bodies[] = {
		"5\r\nhello!\r\n", "5\nhello\r\n", "5\r\nhello\n",
		" 5\r\nhello\r\n", "5 \r\nhello\r\n", "0x5\r\nhello\r\n",
		"-5\r\nhello\r\n", "\r\n", "g\r\n", ";a\r\n",
		"123456789\r\n", "5;\x01\r\n", "0\r\nA\r\n\r\n",
		"0\r\n a: b\r\n\r\n", "5;a\rb\r\nhello\r\n", NULL
	};
	struct buf text = BUF_INIT(4096);

	(void)state;
	for (size_t i = 0; bodies[i] != NULL; i++) {
		buf_reset(&text);
		buf_puts(&text, "POST / HTTP/1.1\r\n" H
		    "Transfer-Encoding: chunked\r\n\r\n");
		buf_puts(&text, bodies[i]);
		buf_puts(&text, "xx\r\n");
		expect(text.p, text.n, "head 400\n");
	}
	buf_free(&text);
}

static void
request_lines_are_strict(void **state)
{
	static const char *const lines[] = {
		"GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1",
		"GET /\tHTTP/1.1", "GET / http/1.1", "GET / HTTP/1",
		"GET /", "GET", "GET / HTTP/11", "GET / HTTP/1.1.1",
		"G(T / HTTP/1.1", "GET a HTTP/1.1", "GET * HTTP/1.1",
		"GET /\xc3\xa9 HTTP/1.1", "GET /a#b HTTP/1.1",
		"CONNECT a:1 HTTP/1.1", "GET http:// HTTP/1.1", NULL
	};
	struct buf text = BUF_INIT(4096);

	(void)state;
	for (size_t i = 0; lines[i] != NULL; i++) {
		buf_reset(&text);
		buf_puts(&text, lines[i]);
		buf_puts(&text, "\r\n" H "\r\n");
		expect(text.p, text.n, "400\n");
	}
	buf_free(&text);
	EXPECT("GET / HTTP/2.0\r\n" H "\r\n", "505\n");
	EXPECT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505\n");
	EXPECT("\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", "400\n");
	EXPECT("\x16\x03\x01\x02\n", "400\n");
}

static void
repeat(struct buf *b, const char *s, int times)
{
	while (times-- > 0)
		buf_puts(b, s);
}

static void
limits_hold(void **state)
{
	struct buf text = BUF_INIT(1 << 16);

	(void)state;
	buf_puts(&text, "GET /");
	repeat(&text, "x", 500);
	expect(text.p, text.n, "414\n");
	buf_reset(&text);
	buf_puts(&text, "GET / HTTP/1.1\r\n" H "A: ");
	repeat(&text, "x", 500);
	expect(text.p, text.n, "431\n");
	buf_reset(&text);
	buf_puts(&text, "GET / HTTP/1.1\r\n" H);
	repeat(&text, "a:\r\n", HTTP_FIELDS_MAX);
	expect(text.p, text.n, "431\n");
	EXPECT("POST / HTTP/1.1\r\n" H "Content-Length: 65\r\n\r\n",
	    "413\n");
	EXPECT("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
	    "30\r\n0123456789012345678901234567890123456789"
	    "01234567\r\n11\r\n", "head 413\n");
	buf_reset(&text);
	buf_puts(&text, "POST / HTTP/1.1\r\n" H
	    "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 8; i++) {
		buf_puts(&text, "1;");
		repeat(&text, "x", 100);
		buf_puts(&text, "\r\na\r\n");
	}
	expect(text.p, text.n, "head 431\n");
	buf_reset(&text);
	buf_puts(&text, "POST / HTTP/1.1\r\n" H
	    "Transfer-Encoding: chunked\r\n\r\n0\r\n");
	repeat(&text, "abcd: efgh\r\n", 60);
	expect(text.p, text.n, "head 431\n");
	buf_free(&text);
	EXPECT("POST / HTTP/1.1\r\n" H "Expect: tea\r\n\r\n", "417\n");
}

static void
fields_are_found(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\n" H
	    "Upgrade: a\r\nX: b ,  WebSocket\r\nx: c\r\nEmpty:\r\n\r\n";
	struct http *h = http_new(&limits);
	const struct http_request *r = http_request(h);
	struct err e = ERR_INIT;
	struct str v;
	size_t used;

	(void)state;
	assert_int_equal(http_feed(h, text, sizeof text - 1, &used, &e),
	    HTTP_WHOLE);
	assert_true(str_is(http_field(r, "upgrade"), "a"));
	assert_null(http_field(r, "nothing").p);
	assert_true(http_field_has(r, "x", "websocket"));
	assert_true(http_field_has(r, "x", "c"));
	assert_false(http_field_has(r, "x", "web"));
	assert_int_equal(http_field_one(r, "x", &v), -1);
	assert_int_equal(http_field_one(r, "empty", &v), 0);
	assert_int_equal(v.n, 0);
	http_free(h);
}

static void
paths_do_not_climb(void **state)
{
	static const char *const good[] = { "/", "/a%20b", "/a..b/c.d",
	    "/%C3%A9" };
	static const char *const bad[] = { "", "a", "/..", "/../a", "/a/..",
	    "/a/../b", "/%2e%2e/a", "/.%2e/a", "/a%2fb", "/a%5cb", "/a\\b",
	    "/%00", "/a%0a", "/%", "/%2", "/%zz", "/.git", "/a/.htaccess",
	    "*" };
	struct buf out = BUF_INIT(100);

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		buf_reset(&out);
		assert_int_equal(http_path(&out, str_of(good[i])), 0);
	}
	assert_string_equal(buf_cstr(&out), "/\xc3\xa9");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_reset(&out);
		assert_int_equal(http_path(&out, str_of(bad[i])), -1);
	}
	buf_free(&out);
}

static void
answers_have_a_length(void **state)
{
	struct buf out = BUF_INIT(1000);
	const char *text;

	(void)state;
	http_put_status(&out, 404);
	http_put(&out, "Content-Type", "text/plain");
	http_put_end(&out, 5, true);
	text = buf_cstr(&out);
	assert_ptr_equal(strstr(text, "HTTP/1.1 404 Not Found\r\nDate: "),
	    text);
	assert_non_null(strstr(text, " GMT\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 5\r\nConnection: close\r\n\r\n"));
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_come_out_whole),
		cmocka_unit_test(bodies_end_where_they_say),
		cmocka_unit_test(nothing_can_be_smuggled),
		cmocka_unit_test(chunks_are_what_they_say),
		cmocka_unit_test(request_lines_are_strict),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(fields_are_found),
		cmocka_unit_test(paths_do_not_climb),
		cmocka_unit_test(answers_have_a_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
