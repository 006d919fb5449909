/* Bytes of a client's connection without TLS; with it, every test of the
 * clients has them. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xmpp/client_wire.h"

#define BIG	(4 << 20)	/* bytes: more than a socket holds */

struct pair {
	struct client_wire w;
	struct buf out;
	int peer;
};

static void
pair_open(struct pair *p)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	*p = (struct pair){ .peer = fd[1], .out = BUF_INIT(2 * BIG) };
	client_wire_begin(&p->w, fd[0], 2 * BIG);
}

static void
pair_close(struct pair *p)
{
	close(p->w.fd);
	close(p->peer);
	client_wire_free(&p->w);
	buf_free(&p->out);
}

static void
put_numbers(struct buf *b, uint32_t from, uint32_t to)
{
	for (; from < to; from++)
		buf_put(b, &from, sizeof from);
}

/* All of them come, once and in order, however little is taken at a time. */
static void
test_more_than_fits(void **state)
{
	struct pair p;
	struct buf got = BUF_INIT(2 * BIG);
	uint32_t v;

	(void)state;
	pair_open(&p);
	put_numbers(&p.out, 0, BIG / 4);
	assert_int_equal(client_wire_write(&p.w, &p.out), 0);
	assert_true(client_wire_unsent(&p.w));
	assert_int_equal(p.out.n, 0);
	put_numbers(&p.out, BIG / 4, BIG / 4 + 1000);
	while (got.n < BIG + 4000) {
		char *room = buf_room(&got, 50000);
		ssize_t n = read(p.peer, room, 50000);

		assert_true(n > 0);
		got.n += (size_t)n;
		assert_int_equal(client_wire_write(&p.w, &p.out), 0);
	}
	assert_false(client_wire_unsent(&p.w));
	assert_int_equal(p.out.n, 0);
	assert_int_equal(got.n, BIG + 4000);
	for (uint32_t i = 0; i < BIG / 4 + 1000; i++) {
		memcpy(&v, got.p + 4 * i, sizeof v);
		assert_int_equal(v, i);
	}
	buf_free(&got);
	pair_close(&p);
}

static void
test_read(void **state)
{
	static char in[CLIENT_WIRE_READ];
	struct pair p;
	size_t n;

	(void)state;
	pair_open(&p);
	assert_int_equal(client_wire_read(&p.w, in, &n), 0);
	assert_int_equal(write(p.peer, "<a/>", 4), 4);
	assert_int_equal(client_wire_read(&p.w, in, &n), 1);
	assert_int_equal(n, 4);
	assert_memory_equal(in, "<a/>", 4);
	assert_int_equal(client_wire_read(&p.w, in, &n), 0);
	shutdown(p.peer, SHUT_WR);
	assert_int_equal(client_wire_read(&p.w, in, &n), -1);
	pair_close(&p);
}

static void
test_nobody_reads(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p);
	shutdown(p.peer, SHUT_RDWR);
	buf_lit(&p.out, "<a/>");
	assert_int_equal(client_wire_write(&p.w, &p.out), -1);
	pair_close(&p);
}

/* A new connection has nothing of the one before. */
static void
test_again(void **state)
{
	struct pair p;
	char in[8];
	int fd[2];

	(void)state;
	pair_open(&p);
	put_numbers(&p.out, 0, BIG / 4);
	assert_int_equal(client_wire_write(&p.w, &p.out), 0);
	assert_true(client_wire_unsent(&p.w));
	close(p.w.fd);
	close(p.peer);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	p.peer = fd[1];
	client_wire_begin(&p.w, fd[0], 2 * BIG);
	assert_false(client_wire_unsent(&p.w));
	buf_lit(&p.out, "new");
	assert_int_equal(client_wire_write(&p.w, &p.out), 0);
	assert_int_equal(read(p.peer, in, sizeof in), 3);
	assert_memory_equal(in, "new", 3);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_than_fits),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_nobody_reads),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
