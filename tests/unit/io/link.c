#include "link_world.h"

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
a_link_goes_to_another_loop(void **state)
{
	struct loop *other = loop_new();
	struct world w;
	char got[16];

	begin(&w, *state, ECHO, COLLECT);
	raw_peer(&w, &conf, NULL, "ask");
	buf_lit(link_out(w.a.link), "first ");
	assert_true(link_leave(w.a.link));
	loop_run(w.loop);			/* nothing left to do */
	assert_int_equal(w.a.calls, 0);
	link_join(w.a.link, other, &conf);
	assert_int_equal(shutdown(w.fds[1], SHUT_WR), 0);
	loop_run(other);
	assert_int_equal(w.a.closed, 1);
	assert_int_equal(w.a.why.code, ERR_OK);
	assert_int_equal(read(w.fds[1], got, sizeof got), 10);
	assert_memory_equal(got, "first ask!", 10);
	close(w.fds[1]);
	loop_free(other);
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

/* Also when the socket takes all of it at once. */
static void
who_was_held_back_is_told_to_go_on(void **state)
{
	static char many[LINK_OUT_HIGH + 1];
	int room = 4 * LINK_OUT_HIGH;
	struct world w;

	begin(&w, *state, COLLECT, COLLECT);
	(void)setsockopt(w.fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	w.a.link = link_new(w.loop, w.fds[0], &conf, &w.a, NULL, NULL);
	buf_put(link_out(w.a.link), many, sizeof many);
	assert_true(link_congested(w.a.link));
	timer_init(&w.b.timer, w.loop, (timer_fn *)loop_stop, w.loop);
	for (int i = 0; i < 1000 && link_pending(w.a.link) > 0; i++) {
		timer_set(&w.b.timer, 0);
		loop_run(w.loop);
		while (link_pending(w.a.link) > 0 &&
		    read(w.fds[1], many, sizeof many) > 0)
			;
	}
	assert_false(link_congested(w.a.link));
	assert_int_equal(w.a.drained, 1);
	timer_stop(&w.b.timer);
	link_abort(w.a.link, NULL);
	close(w.fds[1]);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_there_and_back),
		cmocka_unit_test(a_half_closed_peer_gets_its_answers),
		cmocka_unit_test(a_link_goes_to_another_loop),
		cmocka_unit_test(a_peer_that_vanishes_is_told_of),
		cmocka_unit_test(a_peer_that_never_reads_is_not_read_from),
		cmocka_unit_test(who_was_held_back_is_told_to_go_on),
		cmocka_unit_test(too_much_for_a_slow_peer_ends_the_link),
		cmocka_unit_test(a_close_does_not_wait_for_ever),
		cmocka_unit_test(a_paused_link_hands_nothing_over),
		cmocka_unit_test(an_abort_ends_it_at_once_and_once),
	};

	return cmocka_run_group_tests_name("link", tests, make_tools,
	    remove_tools);
}
