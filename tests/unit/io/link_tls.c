#include "link_world.h"

static void
tls_from_the_first_byte(void **state)
{
	struct tools *t = *state;
	struct world w;
	char cipher[64];
	struct tls_cert cert;
	struct buf x = BUF_INIT(100), y = BUF_INIT(100);
	static const char *const types[] = { "tls-exporter",
		"tls-server-end-point" };

	begin(&w, t, ECHO, COLLECT);
	two_links(&w, t->server, t->client, "localhost");
	buf_lit(link_out(w.b.link), "before the handshake");
	timer_init(&w.b.timer, w.loop, (timer_fn *)loop_stop, w.loop);
	while (w.b.in.n == 0 && w.b.closed == 0) {
		timer_set(&w.b.timer, 0);
		loop_run(w.loop);
	}
	assert_string_equal(buf_cstr(&w.b.in), "before the handshake");
	assert_int_equal(w.a.secured, 1);
	assert_int_equal(w.b.secured, 1);
	link_cipher(w.a.link, cipher, sizeof cipher);
	assert_string_equal(cipher, "TLSv1.3 TLS_AES_128_GCM_SHA256");
	for (int i = 0; i < 2; i++) {
		buf_reset(&x);
		buf_reset(&y);
		assert_int_equal(link_binding(w.a.link, types[i], &x), 0);
		assert_int_equal(link_binding(w.b.link, types[i], &y), 0);
		assert_int_equal(x.n, 32);
		assert_memory_equal(x.p, y.p, 32);
	}
	assert_int_equal(link_binding(w.a.link, "tls-unique", &x), -1);
	assert_int_equal(link_peer_cert(w.a.link, &cert), -1);
	assert_int_equal(link_peer_cert(w.b.link, &cert), 0);
	assert_string_equal(cert.pin, tls_own(t->server)->pin);
	timer_stop(&w.b.timer);
	link_close(w.b.link);
	loop_run(w.loop);
	assert_int_equal(w.a.ended, 1);
	assert_int_equal(w.a.why.code, ERR_OK);
	assert_int_equal(w.b.why.code, ERR_OK);
	buf_free(&x);
	buf_free(&y);
	finish(&w);
}

static void
starttls_in_the_middle(void **state)
{
	struct world w;

	begin(&w, *state, TLS_SERVER, TLS_CLIENT);
	two_links(&w, NULL, NULL, NULL);
	buf_lit(link_out(w.b.link), "S");
	loop_run(w.loop);
	assert_string_equal(buf_cstr(&w.a.in), "hello");
	assert_string_equal(buf_cstr(&w.b.in), "hello");
	assert_int_equal(w.a.secured, 1);
	assert_int_equal(w.a.why.code, ERR_OK);
	finish(&w);
}

/* One connection, until the client could resume it. */
static void
stay(struct tools *t)
{
	struct world w;
	size_t n;

	begin(&w, t, ECHO, COLLECT);
	two_links(&w, t->server, t->client, NULL);
	timer_init(&w.b.timer, w.loop, (timer_fn *)loop_stop, w.loop);
	do {
		buf_lit(link_out(w.b.link), "x");
		n = w.b.in.n;
		while (w.b.in.n == n && w.b.closed == 0) {
			timer_set(&w.b.timer, 0);
			loop_run(w.loop);
		}
	} while (!tls_resumable(t->client) && w.b.closed == 0);
	timer_stop(&w.b.timer);
	link_close(w.b.link);
	loop_run(w.loop);
	assert_int_equal(w.b.why.code, ERR_OK);
	finish(&w);
}

static void
a_client_that_stayed_can_resume(void **state)
{
	struct tls_trust trust = { .none = true, .resume = true };
	struct tools t = *(struct tools *)*state;
	struct err e = ERR_INIT;

	assert_int_equal(tls_client(&t.client, &trust, &e), 0);
	assert_false(tls_resumable(t.client));
	stay(&t);
	assert_int_equal(tls_resumed(t.client), 0);
	stay(&t);
	stay(&t);
	assert_int_equal(tls_resumed(t.client), 2);
	tls_unref(t.client);
}

static void
bytes_in_clear_behind_starttls_are_refused(void **state)
{
	struct world w;
	char c;

	begin(&w, *state, TLS_SERVER, COLLECT);
	raw_peer(&w, &conf, NULL, "Smuggled");
	loop_run(w.loop);
	assert_int_equal(w.a.calls, 1);
	assert_int_equal(w.a.in.n, 0);
	assert_int_equal(w.a.why.code, ERR_POLICY);
	assert_text(w.a.why.text, "behind STARTTLS");
	assert_true(read(w.fds[1], &c, 1) <= 0);	/* no proceed */
	close(w.fds[1]);
	finish(&w);
}

static void
a_line_ended_behind_starttls_is_no_injection(void **state)
{
	struct world w;
	char c;

	begin(&w, *state, TLS_SERVER, COLLECT);
	raw_peer(&w, &conf, NULL, "S\r\n");
	shutdown(w.fds[1], SHUT_WR);
	loop_run(w.loop);
	assert_true(read(w.fds[1], &c, 1) == 1);	/* proceed */
	assert_int_not_equal(w.a.why.code, ERR_POLICY);
	close(w.fds[1]);
	finish(&w);
}

static void
what_is_no_handshake_is_refused(void **state)
{
	static const char *const garbage[] = { "GET / HTTP/1.1\r\n\r\n",
		"<stream:stream>", "\x16\x03\x01\x00\x05hello",
		"\x16\x03\x01\x40\x00" };
	struct tools *t = *state;

	for (size_t i = 0; i < MEM_COUNT(garbage); i++) {
		struct world w;

		begin(&w, t, COLLECT, COLLECT);
		raw_peer(&w, &conf, t->server, garbage[i]);
		shutdown(w.fds[1], SHUT_WR);
		loop_run(w.loop);
		assert_int_equal(w.a.closed, 1);
		assert_int_equal(w.a.secured, 0);
		assert_int_equal(w.a.calls, 0);
		assert_int_equal(w.a.why.code, ERR_CONNECT);
		assert_text(w.a.why.text, "TLS handshake");
		close(w.fds[1]);
		finish(&w);
	}
}

/* All that goes between the two ends goes one byte at a time. */
struct relay {
	struct loop_fd *watch;
	int from, to;
};

static void
on_relay(void *arg, int events)
{
	struct relay *r = arg;
	char c;
	ssize_t n = read(r->from, &c, 1);

	(void)events;
	if (n == 1) {
		n = write(r->to, &c, 1);
	} else if (n == 0 || errno != EAGAIN) {
		shutdown(r->to, SHUT_WR);
		loop_fd_stop(r->watch);
		r->watch = NULL;
	}
}

static void
one_byte_at_a_time(void **state)
{
	struct world w;
	int more[2];
	struct relay r[2];

	begin(&w, *state, TLS_SERVER, TLS_CLIENT);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0, more), 0);
	w.a.link = link_new(w.loop, w.fds[0], &conf, &w.a, NULL, NULL);
	w.b.link = link_new(w.loop, more[0], &conf, &w.b, NULL, NULL);
	r[0] = (struct relay){ .from = w.fds[1], .to = more[1] };
	r[1] = (struct relay){ .from = more[1], .to = w.fds[1] };
	/* libuv watches a descriptor once only */
	r[1].from = dup(r[1].from);
	r[0].from = dup(r[0].from);
	for (int i = 0; i < 2; i++)
		r[i].watch = loop_fd_start(w.loop, r[i].from, LOOP_READ,
		    on_relay, &r[i]);
	buf_lit(link_out(w.b.link), "S");
	loop_run(w.loop);
	assert_string_equal(buf_cstr(&w.a.in), "hello");
	assert_string_equal(buf_cstr(&w.b.in), "hello");
	assert_int_equal(w.a.why.code, ERR_OK);
	assert_int_equal(w.b.why.code, ERR_OK);
	for (int i = 0; i < 2; i++) {
		close(r[i].from);
		close(r[i].to);
	}
	finish(&w);
}

static void
much_goes_both_ways(void **state)
{
	struct tools *t = *state;
	struct world w;
	char *big = mem_alloc(BIG);

	for (size_t i = 0; i < BIG; i++)
		big[i] = (char)(i * 7 + i / 1000);
	for (int tls = 0; tls < 2; tls++) {
		begin(&w, t, ECHO, COLLECT);
		two_links(&w, tls ? t->server : NULL, tls ? t->client : NULL,
		    "localhost");
		buf_put(link_out(w.b.link), big, BIG);
		timer_init(&w.b.timer, w.loop, (timer_fn *)loop_stop, w.loop);
		while (w.b.in.n < BIG && w.b.closed + w.a.closed == 0) {
			timer_set(&w.b.timer, 1);
			loop_run(w.loop);
		}
		assert_int_equal(w.b.in.n, BIG);
		assert_memory_equal(w.b.in.p, big, BIG);
		assert_int_equal(w.b.drained, 1);
		assert_int_equal(link_counters(w.a.link)->bytes_in, BIG);
		assert_int_equal(link_counters(w.a.link)->bytes_out, BIG);
		timer_stop(&w.b.timer);
		link_close(w.b.link);
		loop_run(w.loop);
		finish(&w);
	}
	free(big);
}

/* --- whom a client trusts ------------------------------------------------ */

static void
refused(struct tools *t, const struct tls_trust *trust, const char *name,
    const char *words)
{
	struct world w;
	struct tls *client;
	struct err e = ERR_INIT;

	assert_int_equal(tls_client(&client, trust, &e), 0);
	begin(&w, t, COLLECT, COLLECT);
	two_links(&w, t->server, client, name);
	tls_unref(client);
	loop_run(w.loop);
	assert_int_equal(w.b.secured, words == NULL);
	if (words != NULL) {
		assert_int_equal(w.b.why.code, ERR_CONNECT);
		assert_text(w.b.why.text, words);
		assert_int_equal(w.a.calls, 0);
	}
	finish(&w);
}

static void
a_client_says_why_it_does_not_trust(void **state)
{
	struct tools *t = *state;
	const struct tls_trust ca = { .ca_file = t->cert }, nobody = { 0 };
	struct tls_trust pin = { .pin = tls_own(t->server)->pin };
	char other[TLS_PIN];

	refused(t, &ca, "other.example",
	    "issued for localhost, server.example, 127.0.0.1, ::1; "
	    "not for other.example");
	refused(t, &ca, "127.0.0.2", "not for 127.0.0.2");
	refused(t, &nobody, "localhost", "signed by itself");
	memset(other, 'a', sizeof other - 1);
	other[sizeof other - 1] = '\0';
	pin.pin = other;
	refused(t, &pin, "localhost", tls_own(t->server)->pin);
}

static void
ends_well(struct tools *t, const struct tls_trust *trust, const char *name)
{
	struct world w;
	struct tls *client;
	struct err e = ERR_INIT;

	assert_int_equal(tls_client(&client, trust, &e), 0);
	begin(&w, t, TLS_SERVER, TLS_CLIENT);
	two_links(&w, t->server, client, name);
	tls_unref(client);
	loop_run(w.loop);
	assert_string_equal(buf_cstr(&w.b.in), "hello");
	finish(&w);
}

static void
a_client_trusts_a_name_or_a_pin(void **state)
{
	struct tools *t = *state;
	const struct tls_trust ca = { .ca_file = t->cert };
	const struct tls_trust pin = { .pin = tls_own(t->server)->pin };

	ends_well(t, &ca, "localhost");
	ends_well(t, &ca, "server.example");
	ends_well(t, &ca, "::1");
	ends_well(t, &pin, "whatever.example");
	ends_well(t, &pin, NULL);
}

/* --- connecting ---------------------------------------------------------- */

struct host {
	struct world w;
	struct listener *listener;
};

static void
on_accept(void *arg, int fd, const struct peer *peer)
{
	struct host *h = arg;

	assert_true(fd >= 0);
	assert_true(peer->loopback);
	h->w.a.link = link_new(h->w.loop, fd, &conf, &h->w.a,
	    h->w.a.tools->server, NULL);
	assert_string_equal(link_peer(h->w.a.link)->text, peer->text);
	listener_stop(h->listener);
}

static void
connecting_to_a_name(void **state)
{
	struct tools *t = *state;
	struct host h;
	struct err e = ERR_INIT;
	char address[32];

	begin(&h.w, t, TLS_SERVER, TLS_CLIENT);
	assert_int_equal(listener_open(&h.listener, "127.0.0.1:0", &e), 0);
	listener_start(h.listener, h.w.loop, on_accept, &h);
	snprintf(address, sizeof address, "localhost:%u",
	    listener_address(h.listener, 0)->port);
	assert_int_equal(link_connect(&h.w.b.link, h.w.loop, address, &conf,
	    &h.w.b, t->client, "localhost", &e), 0);
	loop_run(h.w.loop);
	assert_int_equal(h.w.b.connected, 1);
	assert_string_equal(buf_cstr(&h.w.b.in), "hello");
	listener_free(h.listener);

	/* Nobody listens there now. */
	h.w.b.closed = 0;
	assert_int_equal(link_connect(&h.w.b.link, h.w.loop, address, &conf,
	    &h.w.b, NULL, NULL, &e), 0);
	assert_int_equal(h.w.b.closed, 0);
	loop_run(h.w.loop);
	assert_int_equal(h.w.b.why.code, ERR_CONNECT);
	assert_text(h.w.b.why.text, address);
	close(h.w.fds[0]);
	close(h.w.fds[1]);
	finish(&h.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_from_the_first_byte),
		cmocka_unit_test(starttls_in_the_middle),
		cmocka_unit_test(a_client_that_stayed_can_resume),
		cmocka_unit_test(bytes_in_clear_behind_starttls_are_refused),
		cmocka_unit_test(a_line_ended_behind_starttls_is_no_injection),
		cmocka_unit_test(what_is_no_handshake_is_refused),
		cmocka_unit_test(one_byte_at_a_time),
		cmocka_unit_test(much_goes_both_ways),
		cmocka_unit_test(a_client_says_why_it_does_not_trust),
		cmocka_unit_test(a_client_trusts_a_name_or_a_pin),
		cmocka_unit_test(connecting_to_a_name),
	};

	return cmocka_run_group_tests_name("link_tls", tests, make_tools,
	    remove_tools);
}
