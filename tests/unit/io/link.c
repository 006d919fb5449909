#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "io/link.h"

#define BIG	(5 * 1024 * 1024)

struct tools {
	char dir[64], cert[96], key[96];
	struct tls *server, *client;
};

enum how { ECHO, COLLECT, GREEDY, TLS_SERVER, TLS_CLIENT, STEPWISE, ABORTS };

/* One end, with what happened to it. */
struct end {
	struct loop *loop;
	struct link *link;
	struct end *other;
	struct tools *tools;
	enum how how;
	struct buf in;
	size_t calls, steps;
	int secured, closed, drained, ended, connected;
	bool in_call;
	struct err why;
	struct timer timer;
};

static size_t
collect(struct end *x, const char *p, size_t n)
{
	buf_put(&x->in, p, n);
	return n;
}

static void
fill(struct link *k, size_t n)
{
	struct buf *b = link_out(k);

	memset(buf_room(b, n), 'x', n);
	b->n += n;
}

/* "S": start TLS; what comes under it is echoed. */
static size_t
serve_tls(struct end *x, const char *p, size_t n)
{
	if (link_secure(x->link)) {
		buf_put(link_out(x->link), p, n);
		return collect(x, p, n);
	}
	assert_int_equal(*p, 'S');
	buf_lit(link_out(x->link), "P");
	link_starttls(x->link, x->tools->server, NULL);
	return 1;
}

static size_t
ask_tls(struct end *x, const char *p, size_t n)
{
	if (link_secure(x->link)) {
		collect(x, p, n);
		if (x->in.n == 5)
			link_close(x->link);
		return n;
	}
	assert_int_equal(*p, 'P');
	link_starttls(x->link, x->tools->client, "localhost");
	return 1;
}

/* One byte a call, and a pause after each. */
static size_t
stepwise(struct end *x, const char *p)
{
	collect(x, p, 1);
	link_pause(x->link);
	timer_set(&x->timer, 0);
	return 1;
}

static void
step(void *arg)
{
	struct end *x = arg;

	x->steps++;
	link_resume(x->link);
}

static size_t
on_bytes(void *arg, const char *p, size_t n)
{
	struct end *x = arg;
	struct err e = ERR_INIT;

	assert_int_equal(x->closed, 0);
	assert_true(n > 0 && n <= LINK_SLICE);
	x->calls++;
	switch (x->how) {
	case ECHO:
		buf_put(link_out(x->link), p, n);
		return collect(x, p, n);
	case COLLECT:
		return collect(x, p, n);
	case GREEDY:			/* much for each byte asked */
		for (size_t i = 0; i < n; i++)
			fill(x->link, 1000);
		return collect(x, p, n);
	case TLS_SERVER:
		return serve_tls(x, p, n);
	case TLS_CLIENT:
		return ask_tls(x, p, n);
	case STEPWISE:
		return stepwise(x, p);
	case ABORTS:
		x->in_call = true;
		err_set(&e, ERR_POLICY, "enough");
		link_abort(x->link, &e);
		link_abort(x->link, &e);
		link_close(x->link);
		buf_lit(link_out(x->link), "nowhere");
		x->in_call = false;
		return 0;
	}
	return n;
}

static void
on_connected(void *arg)
{
	struct end *x = arg;

	x->connected++;
}

static void
on_secured(void *arg)
{
	struct end *x = arg;

	x->secured++;
	assert_true(link_secure(x->link));
	if (x->how == TLS_CLIENT)
		buf_lit(link_out(x->link), "hello");
}

static void
on_drained(void *arg)
{
	struct end *x = arg;

	x->drained++;
	assert_false(link_congested(x->link));
}

static void
on_ended(void *arg)
{
	struct end *x = arg;

	x->ended++;
	if (x->how == ECHO)
		buf_lit(link_out(x->link), "!");
	link_close(x->link);
}

static void
on_closed(void *arg, const struct err *why)
{
	struct end *x = arg;

	assert_false(x->in_call);
	assert_int_equal(x->closed++, 0);
	x->why = *why;
	x->link = NULL;
	timer_stop(&x->timer);
}

static const struct link_ops ops = {
	.bytes = on_bytes, .connected = on_connected, .secured = on_secured,
	.drained = on_drained, .ended = on_ended, .closed = on_closed,
};
static const struct link_conf conf = { .ops = &ops };
static const struct link_conf asks = { .ops = &ops, .read_always = true };
static const struct link_conf small = { .ops = &ops, .linger_ms = 20,
	.out_max = 1024 * 1024 };

/* --- a world --------------------------------------------------------------- */

struct world {
	struct loop *loop;
	struct end a, b;
	int fds[2];			/* b's is for the test to use */
};

static void
end_init(struct end *x, struct world *w, struct tools *t, enum how how)
{
	x->loop = w->loop;
	x->tools = t;
	x->how = how;
	x->why = (struct err)ERR_INIT;
	buf_init(&x->in, 2 * BIG);
	timer_init(&x->timer, w->loop, step, x);
}

static void
begin(struct world *w, struct tools *t, enum how a, enum how b)
{
	*w = (struct world){ .loop = loop_new() };
	end_init(&w->a, w, t, a);
	end_init(&w->b, w, t, b);
	w->a.other = &w->b;
	w->b.other = &w->a;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0, w->fds), 0);
}

static void
finish(struct world *w)
{
	loop_free(w->loop);
	buf_free(&w->a.in);
	buf_free(&w->b.in);
}

/* Two links; a is the server's. */
static void
two_links(struct world *w, struct tls *a, struct tls *b, const char *name)
{
	w->a.link = link_new(w->loop, w->fds[0], &conf, &w->a, a, NULL);
	w->b.link = link_new(w->loop, w->fds[1], &asks, &w->b, b, name);
}

/* A link, and a raw peer in w->fds[1] that says this at first. */
static void
raw_peer(struct world *w, const struct link_conf *c, struct tls *a,
    const char *says)
{
	w->a.link = link_new(w->loop, w->fds[0], c, &w->a, a, NULL);
	assert_int_equal(write(w->fds[1], says, strlen(says)),
	    (ssize_t)strlen(says));
}

static void
assert_text(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, text);
}

/* --- in clear -------------------------------------------------------------- */

static void
bytes_go_there_and_back(void **state)
{
	struct world w;

	begin(&w, *state, ECHO, COLLECT);
	two_links(&w, NULL, NULL, NULL);
	buf_lit(link_out(w.b.link), "one ");
	buf_lit(link_out(w.b.link), "two");
	link_flush(w.b.link);
	assert_int_equal(link_counters(w.b.link)->writes, 1);
	link_close(w.b.link);
	loop_run(w.loop);
	assert_string_equal(buf_cstr(&w.a.in), "one two");
	assert_int_equal(w.a.calls, 1);
	assert_int_equal(w.a.ended, 1);
	assert_int_equal(w.a.closed, 1);
	assert_int_equal(w.b.closed, 1);
	assert_int_equal(w.a.why.code, ERR_OK);
	assert_int_equal(w.b.why.code, ERR_OK);
	finish(&w);
}

static void
a_half_closed_peer_gets_its_answers(void **state)
{
	struct world w;
	char got[16];

	begin(&w, *state, ECHO, COLLECT);
	raw_peer(&w, &conf, NULL, "ask");
	assert_int_equal(shutdown(w.fds[1], SHUT_WR), 0);
	loop_run(w.loop);
	assert_int_equal(w.a.why.code, ERR_OK);
	assert_int_equal(read(w.fds[1], got, sizeof got), 4);
	assert_memory_equal(got, "ask!", 4);
	assert_int_equal(read(w.fds[1], got, sizeof got), 0);
	close(w.fds[1]);
	finish(&w);
}

static void
a_peer_that_vanishes_is_told_of(void **state)
{
	struct world w;

	begin(&w, *state, GREEDY, COLLECT);
	raw_peer(&w, &conf, NULL, "abc");
	close(w.fds[1]);
	loop_run(w.loop);
	assert_int_equal(w.a.closed, 1);
	assert_int_equal(w.a.why.code, ERR_CONNECT);
	assert_text(w.a.why.text, "connection lost: ");
	finish(&w);
}

static void
a_peer_that_never_reads_is_not_read_from(void **state)
{
	static char many[LINK_SLICE * 8];
	struct world w;
	ssize_t n;

	memset(many, 'a', sizeof many);
	begin(&w, *state, GREEDY, COLLECT);
	w.a.link = link_new(w.loop, w.fds[0], &conf, &w.a, NULL, NULL);
	n = write(w.fds[1], many, sizeof many);
	assert_true(n > LINK_SLICE);
	timer_init(&w.b.timer, w.loop, (timer_fn *)loop_stop, w.loop);
	timer_set(&w.b.timer, 1);
	loop_run(w.loop);
	assert_int_equal(w.a.in.n, LINK_SLICE);	/* 4 MB of answer */
	assert_true(link_congested(w.a.link));
	assert_int_equal(w.a.drained, 0);
	assert_int_equal(w.a.closed, 0);
	while ((n = read(w.fds[1], many, sizeof many)) > 0)
		;
	shutdown(w.fds[1], SHUT_WR);
	w.a.how = COLLECT;
	/* Now it takes all there is, in turns with the loop. */
	for (int i = 0; i < 1000 && w.a.closed == 0; i++) {
		timer_set(&w.b.timer, 0);
		loop_run(w.loop);
		while ((n = read(w.fds[1], many, sizeof many)) > 0)
			;
	}
	assert_int_equal(w.a.drained, 1);
	assert_int_equal(w.a.in.n, sizeof many);
	assert_int_equal(w.a.closed, 1);
	assert_int_equal(w.a.why.code, ERR_OK);
	close(w.fds[1]);
	timer_stop(&w.b.timer);
	finish(&w);
}

static void
too_much_for_a_slow_peer_ends_the_link(void **state)
{
	struct world w;

	begin(&w, *state, COLLECT, COLLECT);
	raw_peer(&w, &small, NULL, "");
	for (int i = 0; i < 2000; i++)
		fill(w.a.link, 500);
	buf_room(link_out(w.a.link), 100 * 1000);
	assert_true(buf_full(link_out(w.a.link)));
	loop_run(w.loop);
	assert_int_equal(w.a.why.code, ERR_LIMIT);
	assert_text(w.a.why.text, "the peer is too slow");
	close(w.fds[1]);
	finish(&w);
}

static void
a_close_does_not_wait_for_ever(void **state)
{
	struct world w;
	char got[8];

	begin(&w, *state, COLLECT, COLLECT);
	raw_peer(&w, &small, NULL, "and more");
	buf_lit(link_out(w.a.link), "bye");
	link_close(w.a.link);
	buf_lit(link_out(w.a.link), "too late");
	assert_false(link_open(w.a.link));
	loop_run(w.loop);		/* the peer says nothing */
	assert_int_equal(w.a.closed, 1);
	assert_int_equal(w.a.why.code, ERR_OK);
	assert_int_equal(w.a.calls, 0);
	assert_int_equal(read(w.fds[1], got, sizeof got), 3);
	assert_memory_equal(got, "bye", 3);
	close(w.fds[1]);
	finish(&w);
}

static void
a_paused_link_hands_nothing_over(void **state)
{
	struct world w;

	begin(&w, *state, STEPWISE, COLLECT);
	raw_peer(&w, &conf, NULL, "step by step");
	shutdown(w.fds[1], SHUT_WR);
	loop_run(w.loop);
	assert_string_equal(buf_cstr(&w.a.in), "step by step");
	assert_int_equal(w.a.calls, 12);
	assert_int_equal(w.a.steps, 12);
	assert_int_equal(w.a.closed, 1);
	close(w.fds[1]);
	finish(&w);
}

static void
an_abort_ends_it_at_once_and_once(void **state)
{
	struct world w;
	char c;

	begin(&w, *state, ABORTS, COLLECT);
	raw_peer(&w, &conf, NULL, "a lot that nobody wants");
	loop_run(w.loop);
	assert_int_equal(w.a.calls, 1);
	assert_int_equal(w.a.closed, 1);
	assert_int_equal(w.a.why.code, ERR_POLICY);
	assert_string_equal(w.a.why.text, "enough");
	assert_true(read(w.fds[1], &c, 1) <= 0);
	close(w.fds[1]);
	finish(&w);
}

/* --- TLS ------------------------------------------------------------------- */

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

/* --- whom a client trusts -------------------------------------------------- */

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

/* --- connecting ------------------------------------------------------------ */

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

/* --- the certificate of all these ------------------------------------------ */

static int
make_tools(void **state)
{
	static const char *const names[] = { "localhost", "server.example" };
	struct tools *t = mem_zero(sizeof *t);
	struct buf cert = BUF_INIT(65536), key = BUF_INIT(65536);
	const struct tls_trust trust = { .ca_file = t->cert };
	struct err e = ERR_INIT;

	snprintf(t->dir, sizeof t->dir, "/tmp/msg-link-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->cert, sizeof t->cert, "%s/cert.pem", t->dir);
	snprintf(t->key, sizeof t->key, "%s/key.pem", t->dir);
	assert_int_equal(tls_self_signed(&cert, &key, names, 2, &e), 0);
	assert_int_equal(fs_create(t->cert, cert.p, cert.n, 0644, &e), 0);
	assert_int_equal(fs_create(t->key, key.p, key.n, 0600, &e), 0);
	assert_int_equal(tls_server(&t->server, t->cert, t->key, &e), 0);
	assert_int_equal(tls_client(&t->client, &trust, &e), 0);
	buf_free(&cert);
	buf_wipe(&key);
	*state = t;
	return 0;
}

static int
remove_tools(void **state)
{
	struct tools *t = *state;

	tls_unref(t->server);
	tls_unref(t->client);
	unlink(t->cert);
	unlink(t->key);
	rmdir(t->dir);
	free(t);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_there_and_back),
		cmocka_unit_test(a_half_closed_peer_gets_its_answers),
		cmocka_unit_test(a_peer_that_vanishes_is_told_of),
		cmocka_unit_test(a_peer_that_never_reads_is_not_read_from),
		cmocka_unit_test(too_much_for_a_slow_peer_ends_the_link),
		cmocka_unit_test(a_close_does_not_wait_for_ever),
		cmocka_unit_test(a_paused_link_hands_nothing_over),
		cmocka_unit_test(an_abort_ends_it_at_once_and_once),
		cmocka_unit_test(tls_from_the_first_byte),
		cmocka_unit_test(starttls_in_the_middle),
		cmocka_unit_test(bytes_in_clear_behind_starttls_are_refused),
		cmocka_unit_test(what_is_no_handshake_is_refused),
		cmocka_unit_test(one_byte_at_a_time),
		cmocka_unit_test(much_goes_both_ways),
		cmocka_unit_test(a_client_says_why_it_does_not_trust),
		cmocka_unit_test(a_client_trusts_a_name_or_a_pin),
		cmocka_unit_test(connecting_to_a_name),
	};

	return cmocka_run_group_tests_name("link", tests, make_tools,
	    remove_tools);
}
