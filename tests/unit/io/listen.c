#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/listen.h"

static void
an_address_is_a_host_and_a_port(void **state)
{
	static const struct {
		const char *text, *dflt, *host, *port;
	} good[] = {
		{ "127.0.0.1:5222", NULL, "127.0.0.1", "5222" },
		{ "[::1]:0", NULL, "::1", "0" },
		{ ":5222", NULL, "", "5222" },
		{ "localhost", "5222", "localhost", "5222" },
		{ "[fe80::1]", "5223", "fe80::1", "5223" },
		{ "a.example:65535", "1", "a.example", "65535" },
	};
	static const char *const bad[] = { "", "localhost", "[::1]", "::1",
		"::1:5222", "a:", "a:65536", "a:999999", "a:-1", "a:x",
		"[::1", "[::1]x:1", "a: 1" };
	char host[256], port[8];
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(good); i++) {
		assert_int_equal(address_split(good[i].text, good[i].dflt,
		    host, port, &e), 0);
		assert_string_equal(host, good[i].host);
		assert_string_equal(port, good[i].port);
	}
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		assert_int_equal(address_split(bad[i], NULL, host, port, &e),
		    -1);
		assert_int_equal(e.code, ERR_USAGE);
	}
}

struct hall {
	struct loop *loop;
	struct listener *listener;
	int got[4], count, starved, stop_at;
	struct peer peer;
};

static void
on_accept(void *arg, int fd, const struct peer *peer)
{
	struct hall *h = arg;

	if (fd < 0) {
		h->starved++;
		assert_null(peer);
	} else {
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
		h->got[h->count++] = fd;
		h->peer = *peer;
	}
	if (h->count + h->starved == h->stop_at)
		loop_stop(h->loop);
}

/* A socket on its way to the listener. */
static int
call(const struct listener *n)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_port = htons(listener_address(n, 0)->port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	return fd;
}

static int
set_up(void **state)
{
	struct hall *h = mem_zero(sizeof *h);
	struct err e = ERR_INIT;

	h->loop = loop_new();
	h->stop_at = 1;
	assert_int_equal(listener_open(&h->listener, "127.0.0.1:0", &e), 0);
	listener_start(h->listener, h->loop, on_accept, h);
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct hall *h = *state;

	listener_free(h->listener);
	loop_free(h->loop);
	for (int i = 0; i < h->count; i++)
		close(h->got[i]);
	free(h);
	return 0;
}

static void
who_calls_is_accepted(void **state)
{
	struct hall *h = *state;
	struct sockaddr_in in;
	socklen_t n = sizeof in;
	int fd = call(h->listener);

	loop_run(h->loop);
	assert_int_equal(h->count, 1);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	assert_int_equal(h->peer.port, ntohs(in.sin_port));
	assert_true(h->peer.loopback);
	assert_int_equal(strncmp(h->peer.text, "127.0.0.1:", 10), 0);
	assert_int_equal(h->peer.ip[10], 0xff);
	close(fd);
}

static void
one_address_has_one_listener(void **state)
{
	struct hall *h = *state;
	struct listener *other;
	struct err e = ERR_INIT;

	assert_int_equal(listener_open(&other,
	    listener_address(h->listener, 0)->text, &e), -1);
	assert_null(other);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "another program does already"));
	assert_int_equal(listener_open(&other, "no.such.host.invalid:1", &e),
	    -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void
a_name_is_one_port_on_all_its_addresses(void **state)
{
	struct listener *n;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(listener_open(&n, "localhost:0", &e), 0);
	assert_true(listener_count(n) >= 1);
	for (size_t i = 0; i < listener_count(n); i++) {
		assert_true(listener_address(n, i)->loopback);
		assert_int_equal(listener_address(n, i)->port,
		    listener_address(n, 0)->port);
	}
	listener_free(n);
	assert_int_equal(listener_open(&n, ":0", &e), 0);
	assert_true(listener_address(n, 0)->port != 0);
	assert_false(listener_address(n, 0)->loopback);
	close(call(n));			/* IPv4 comes through it */
	listener_free(n);
}

static void
a_socket_may_be_handed_in(void **state)
{
	struct hall *h = *state;
	struct listener *n;
	struct err e = ERR_INIT;
	struct sockaddr_in in = { .sin_family = AF_INET };
	int pair[2], fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(listener_adopt(&n, fd, &e), 0);
	listener_start(n, h->loop, on_accept, h);
	fd = call(n);
	loop_run(h->loop);
	assert_int_equal(h->count, 1);
	listener_free(n);
	close(fd);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(listener_adopt(&n, pair[0], &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	close(pair[0]);
	close(pair[1]);
}

static void
without_descriptors_peers_see_an_end(void **state)
{
	struct hall *h = *state;
	struct rlimit old, none;
	int first = call(h->listener), second = call(h->listener), third;
	char c;

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	third = dup(first);		/* all below this one are in use */
	close(third);
	none.rlim_cur = (rlim_t)third;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	loop_run(h->loop);		/* until it says that it starves */
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(h->starved, 1);
	assert_int_equal(h->count, 0);
	assert_true(read(first, &c, 1) <= 0);
	assert_true(read(second, &c, 1) <= 0);
	close(first);
	close(second);
	third = call(h->listener);	/* and then it goes on */
	h->stop_at = 2;
	loop_run(h->loop);
	assert_int_equal(h->count, 1);
	assert_int_equal(h->starved, 1);
	close(third);
}

#define T(fn)	cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_a_host_and_a_port),
		cmocka_unit_test(a_name_is_one_port_on_all_its_addresses),
		T(who_calls_is_accepted),
		T(one_address_has_one_listener),
		T(a_socket_may_be_handed_in),
		T(without_descriptors_peers_see_an_end),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
