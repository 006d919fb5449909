#include "unit.h"

#include <string.h>

#include "io/ws.h"

/* What the callbacks saw, as text. */
struct seen {
	struct buf log;
	size_t most;		/* bytes of text used a call; 0: all */
	bool stop;		/* after each message */
};

static size_t
on_text(void *arg, const char *p, size_t n)
{
	struct seen *s = arg;

	if (s->most > 0 && n > s->most)
		n = s->most;
	buf_put(&s->log, p, n);
	return n;
}

static int
on_end(void *arg)
{
	struct seen *s = arg;

	buf_putc(&s->log, '.');
	return s->stop;
}

static void
on_ping(void *arg, const char *p, size_t n)
{
	struct seen *s = arg;

	buf_printf(&s->log, "(ping %.*s)", (int)n, p);
}

static void
on_close(void *arg, int code)
{
	struct seen *s = arg;

	buf_printf(&s->log, "(close %d)", code);
}

static const struct ws_ops ops = { on_text, on_end, on_ping, on_close };

/* A client's frame: masked unless the first byte of mask is 0. */
static void
frame(struct buf *b, int first, const char *p, size_t n, const char *mask)
{
	bool masked = mask[0] != '\0';

	buf_putc(b, (char)first);
	if (n <= 125) {
		buf_putc(b, (char)(n | (masked ? 0x80 : 0)));
	} else {
		buf_putc(b, (char)(126 | (masked ? 0x80 : 0)));
		buf_putc(b, (char)(n >> 8));
		buf_putc(b, (char)n);
	}
	if (masked)
		buf_put(b, mask, 4);
	for (size_t i = 0; i < n; i++)
		buf_putc(b, masked ? (char)(p[i] ^ mask[i % 4]) : p[i]);
}

static void
text(struct buf *b, int first, const char *s)
{
	frame(b, first, s, strlen(s), "\x11\x22\x33\x44");
}

/* Feed b in pieces of cut bytes; what a stop leaves is fed again. */
static void
run(const struct buf *b, size_t cut, size_t max, struct seen *s)
{
	struct ws *w = ws_new(&ops, s);
	struct err e = ERR_INIT;
	size_t at = 0, used;
	int rc = 0, code = 0, idle = 0;

	buf_reset(&s->log);
	ws_limit(w, max);
	while (rc >= 0 && (at < b->n || idle < 3)) {
		size_t k = b->n - at < cut ? b->n - at : cut;

		rc = ws_feed(w, k == 0 ? NULL : b->p + at, k, &used, &code,
		    &e);
		at += used;
		idle = at == b->n ? idle + (rc == 0) : 0;
		if (rc == 1 && strstr(buf_cstr(&s->log), "(close") != NULL)
			break;
	}
	if (rc < 0)
		buf_printf(&s->log, "!%d", code);
	ws_free(w);
}

static void
expect_max(const struct buf *b, size_t max, const char *want)
{
	static const size_t cuts[] = { 1 << 20, 1, 2, 5, 63 };

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++)
		for (size_t most = 0; most < 4; most++) {
			struct seen s = { BUF_INIT(1 << 20), most,
				most % 2 == 1 };

			run(b, cuts[i], max, &s);
			assert_string_equal(buf_cstr(&s.log), want);
			buf_free(&s.log);
		}
}

static void
expect(struct buf *b, const char *want)
{
	expect_max(b, 1000, want);
	buf_reset(b);
}

static void
messages_come_in_pieces(void **state)
{
	struct buf b = BUF_INIT(1 << 16);

	(void)state;
	text(&b, 0x81, "<a/>");
	text(&b, 0x81, "");
	text(&b, 0x81, "<b/>");
	expect(&b, "<a/>..<b/>.");
	text(&b, 0x01, "<a");
	text(&b, 0x00, "");
	text(&b, 0x89, "hi");
	text(&b, 0x00, " x='");
	text(&b, 0x8a, "");
	text(&b, 0x80, "'/>");
	text(&b, 0x81, "<b/>");
	expect(&b, "<a(ping hi) x=''/>.<b/>.");
	text(&b, 0x01, "<a/>");
	text(&b, 0x80, "");
	expect(&b, "<a/>.");
	buf_free(&b);
}

static void
the_peer_may_close(void **state)
{
	struct buf b = BUF_INIT(1 << 16);

	(void)state;
	text(&b, 0x81, "<a/>");
	frame(&b, 0x88, "\x03\xe8" "bye", 5, "abcd");
	text(&b, 0x81, "<not-any-more/>");
	expect(&b, "<a/>.(close 1000)");
	text(&b, 0x88, "");
	expect(&b, "(close 1005)");
	frame(&b, 0x88, "\x0f\xa0", 2, "abcd");
	expect(&b, "(close 4000)");
	frame(&b, 0x88, "\x03", 1, "abcd");
	expect(&b, "!1002");
	frame(&b, 0x88, "\x03\xed", 2, "abcd");		/* 1005 */
	expect(&b, "!1002");
	frame(&b, 0x88, "\x03\xe8\xff", 3, "abcd");
	expect(&b, "!1002");
	buf_free(&b);
}

static void
rules_are_kept(void **state)
{
	struct buf b = BUF_INIT(1 << 16);
	char big[127];

	(void)state;
	memset(big, 'x', sizeof big);
	frame(&b, 0x81, "<a/>", 4, "");			/* not masked */
	expect(&b, "!1002");
	text(&b, 0xc1, "<a/>");				/* reserved bit */
	expect(&b, "!1002");
	text(&b, 0x82, "<a/>");				/* binary */
	expect(&b, "!1003");
	text(&b, 0x83, "<a/>");				/* no such opcode */
	expect(&b, "!1002");
	text(&b, 0x8b, "");
	expect(&b, "!1002");
	text(&b, 0x80, "<a/>");	/* goes on with nothing */
	expect(&b, "!1002");
	text(&b, 0x01, "<a");				/* begins within */
	text(&b, 0x81, "<b/>");
	expect(&b, "<a!1002");
	text(&b, 0x09, "");				/* ping in fragments */
	expect(&b, "!1002");
	frame(&b, 0x89, big, 126, "abcd");		/* a long ping */
	expect(&b, "!1002");
	buf_put(&b, "\x81\xfe\x00\x01" "abcdx", 9);	/* length not minimal */
	expect(&b, "!1002");
	buf_free(&b);
}

static void
limits_hold(void **state)
{
	struct buf b = BUF_INIT(1 << 20);

	(void)state;
	text(&b, 0x81, "12345678");
	expect_max(&b, 8, "12345678.");
	expect_max(&b, 7, "!1009");
	buf_reset(&b);
	text(&b, 0x01, "1234");
	text(&b, 0x80, "5678");
	expect_max(&b, 7, "1234!1009");
	buf_reset(&b);
	buf_put(&b, "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" "abcdx", 15);
	expect_max(&b, 1 << 20, "!1009");
	buf_reset(&b);
	text(&b, 0x01, "");
	for (int i = 0; i < WS_FRAGMENTS_MAX; i++)
		text(&b, 0x00, "");
	expect_max(&b, 1 << 20, "!1009");
	buf_free(&b);
}

static void
a_limit_may_become_less_within_a_message(void **state)
{
	struct seen s = { .log = BUF_INIT(100) };
	struct ws *w = ws_new(&ops, &s);
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;
	size_t used;
	int code = 0;

	(void)state;
	text(&b, 0x01, "12345678");
	assert_int_equal(ws_feed(w, b.p, b.n, &used, &code, &e), 0);
	ws_limit(w, 4);
	buf_reset(&b);
	text(&b, 0x80, "9");
	assert_int_equal(ws_feed(w, b.p, b.n, &used, &code, &e), -1);
	assert_int_equal(code, WS_TOO_BIG);
	ws_free(w);
	buf_free(&b);
	buf_free(&s.log);
}

static void
frames_have_the_shortest_header(void **state)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 65535, 65536 };
	struct buf out = BUF_INIT(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		size_t n = lengths[i], head;
		const uint8_t *p;

		buf_reset(&out);
		buf_lit(&out, "before");
		for (size_t k = 0; k < n; k++)
			buf_putc(&out, 'x');
		ws_frame(&out, 6, WS_TEXT);
		p = (const uint8_t *)out.p + 6;
		head = out.n - 6 - n;
		assert_memory_equal(out.p, "before", 6);
		assert_int_equal(p[0], 0x81);
		assert_int_equal(head, n < 126 ? 2 : n < 65536 ? 4 : 10);
		assert_int_equal(p[1], n < 126 ? n : n < 65536 ? 126 : 127);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(p[head + k], 'x');
	}
	buf_reset(&out);
	ws_put_close(&out, WS_GOING_AWAY);
	assert_int_equal(out.n, 4);
	assert_memory_equal(out.p, "\x88\x02\x03\xe9", 4);
	buf_free(&out);
}

/* The status ws_accept gives to these fields. */
static int
shake(const char *line, const char *fields, struct buf *out)
{
	static const struct http_limits limits = { 2000, 10 };
	struct http *h = http_new(&limits);
	struct buf text_of = BUF_INIT(2000);
	struct err e = ERR_INIT;
	size_t used;
	int rc;

	buf_reset(out);
	buf_printf(&text_of, "%s HTTP/1.1\r\nHost: x\r\n%s\r\n", line, fields);
	assert_int_equal(http_feed(h, text_of.p, text_of.n, &used, &e),
	    HTTP_WHOLE);
	rc = ws_accept(out, http_request(h), "xmpp", &e);
	http_free(h);
	buf_free(&text_of);
	return rc;
}

#define UP	"Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
#define KEY	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13	"Sec-WebSocket-Version: 13\r\n"
#define XMPP	"Sec-WebSocket-Protocol: chat, xmpp\r\n"

static void
the_handshake_is_answered(void **state)
{
	struct buf out = BUF_INIT(4096);

	(void)state;
	assert_int_equal(shake("GET /ws", UP KEY V13 XMPP, &out), 0);
	assert_string_equal(buf_cstr(&out),
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	    "Sec-WebSocket-Protocol: xmpp\r\n\r\n");
	assert_int_equal(shake("POST /ws", UP KEY V13 XMPP, &out), 400);
	assert_int_equal(shake("GET /ws", KEY V13 XMPP, &out), 426);
	assert_int_equal(shake("GET /ws", UP KEY XMPP, &out), 426);
	assert_int_equal(shake("GET /ws", UP KEY XMPP
	    "Sec-WebSocket-Version: 8\r\n", &out), 426);
	assert_int_equal(shake("GET /ws", UP KEY V13, &out), 400);
	assert_int_equal(shake("GET /ws", UP KEY V13
	    "Sec-WebSocket-Protocol: xmpp2\r\n", &out), 400);
	assert_int_equal(shake("GET /ws", UP V13 XMPP, &out), 400);
	assert_int_equal(shake("GET /ws", UP KEY KEY V13 XMPP, &out), 400);
	assert_int_equal(shake("GET /ws", UP V13 XMPP
	    "Sec-WebSocket-Key: dGhl\r\n", &out), 400);
	assert_int_equal(out.n, 0);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_in_pieces),
		cmocka_unit_test(the_peer_may_close),
		cmocka_unit_test(rules_are_kept),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_limit_may_become_less_within_a_message),
		cmocka_unit_test(frames_have_the_shortest_header),
		cmocka_unit_test(the_handshake_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
