#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop.h"

struct world {
	struct loop *loop;
	char said[64];
	int turns;
	int fds[2];
	struct loop_fd *watch;
	struct loop_task tasks[4];
	struct timer timer, other;
};

static void
say(struct world *w, char c)
{
	size_t n = strlen(w->said);

	assert_true(n + 1 < sizeof w->said);
	w->said[n] = c;
	w->said[n + 1] = '\0';
}

static int
set_up(void **state)
{
	struct world *w = mem_zero(sizeof *w);

	w->loop = loop_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, w->fds), 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	loop_free(w->loop);
	close(w->fds[0]);
	close(w->fds[1]);
	free(w);
	return 0;
}

static void
task_a(void *arg)
{
	struct world *w = arg;

	say(w, 'a');
	loop_reap(w->loop, &w->tasks[2]);
	loop_defer(w->loop, &w->tasks[1]);
	loop_defer(w->loop, &w->tasks[1]);
}

static void
task_b(void *arg)
{
	say(arg, 'b');
}

static void
reap_r(void *arg)
{
	say(arg, 'r');
}

static void
on_timer(void *arg)
{
	struct world *w = arg;

	say(w, 't');
	loop_defer(w->loop, &w->tasks[0]);
}

static void
a_turn_ends_with_tasks_then_reapers(void **state)
{
	struct world *w = *state;

	w->tasks[0] = (struct loop_task)LOOP_TASK(task_a, w);
	w->tasks[1] = (struct loop_task)LOOP_TASK(task_b, w);
	w->tasks[2] = (struct loop_task)LOOP_TASK(reap_r, w);
	timer_init(&w->timer, w->loop, on_timer, w);
	timer_set(&w->timer, 0);
	loop_run(w->loop);		/* ends by itself: nothing is left */
	assert_string_equal(w->said, "tabr");
}

static void
a_cancelled_task_does_not_run(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 4; i++)
		w->tasks[i] = (struct loop_task)LOOP_TASK(
		    i % 2 == 0 ? task_b : reap_r, w);
	loop_defer(w->loop, &w->tasks[0]);
	loop_defer(w->loop, &w->tasks[1]);
	loop_task_cancel(w->loop, &w->tasks[1]);	/* the last */
	loop_defer(w->loop, &w->tasks[3]);
	loop_again(w->loop, &w->tasks[2]);
	loop_task_cancel(w->loop, &w->tasks[2]);	/* the only one */
	loop_task_cancel(w->loop, &w->tasks[2]);
	loop_task_cancel(w->loop, &w->tasks[0]);	/* the first */
	loop_run(w->loop);
	assert_string_equal(w->said, "r");
}

static void
goes_on(void *arg)
{
	struct world *w = arg;

	say(w, 'n');
	if (++w->turns < 3)
		loop_again(w->loop, &w->tasks[0]);
}

static void
again_is_a_turn_that_does_not_wait(void **state)
{
	struct world *w = *state;

	w->tasks[0] = (struct loop_task)LOOP_TASK(goes_on, w);
	loop_again(w->loop, &w->tasks[0]);
	loop_run(w->loop);
	assert_string_equal(w->said, "nnn");
}

static void
on_readable(void *arg, int events)
{
	struct world *w = arg;
	char c;

	assert_true(events & LOOP_READ);
	if (read(w->fds[0], &c, 1) == 1) {
		say(w, c);
		loop_fd_modify(w->watch, 0);
		timer_set(&w->timer, 1);
	} else {
		loop_fd_stop(w->watch);
	}
}

static void
look_again(void *arg)
{
	struct world *w = arg;

	loop_fd_modify(w->watch, LOOP_READ);
	say(w, '.');
}

static void
a_descriptor_is_watched_when_wanted(void **state)
{
	struct world *w = *state;

	timer_init(&w->timer, w->loop, look_again, w);
	w->watch = loop_fd_start(w->loop, w->fds[0], LOOP_READ, on_readable,
	    w);
	assert_int_equal(write(w->fds[1], "xy", 2), 2);
	assert_int_equal(shutdown(w->fds[1], SHUT_WR), 0);
	loop_run(w->loop);
	assert_string_equal(w->said, "x.y.");
}

static void
on_writable(void *arg, int events)
{
	struct world *w = arg;

	assert_int_equal(events, LOOP_WRITE);
	say(w, 'w');
	loop_fd_stop(w->watch);
}

static void
a_descriptor_that_takes_bytes_says_so(void **state)
{
	struct world *w = *state;

	w->watch = loop_fd_start(w->loop, w->fds[0], LOOP_WRITE, on_writable,
	    w);
	loop_run(w->loop);
	assert_string_equal(w->said, "w");
}

static void
on_signal(void *arg, int signum)
{
	struct world *w = arg;

	say(w, signum == SIGUSR1 ? 's' : '?');
	timer_stop(&w->timer);
}

static void
never(void *arg)
{
	say(arg, '!');
}

static void
send_signal(void *arg)
{
	say(arg, 'k');
	raise(SIGUSR1);
}

static void
a_signal_is_an_event(void **state)
{
	struct world *w = *state;
	struct err e = ERR_INIT;

	timer_init(&w->timer, w->loop, never, w);
	timer_set(&w->timer, 3600000);
	timer_init(&w->other, w->loop, send_signal, w);
	timer_set(&w->other, 1);
	assert_int_equal(loop_signal(w->loop, SIGUSR1, on_signal, w, &e), 0);
	loop_run(w->loop);
	assert_string_equal(w->said, "ks");
	assert_int_equal(loop_signal(w->loop, SIGKILL, on_signal, w, &e), -1);
	assert_int_equal(e.code, ERR_SYSTEM);
}

static void
stops(void *arg)
{
	struct world *w = arg;

	say(w, 'x');
	loop_stop(w->loop);
	loop_defer(w->loop, &w->tasks[0]);
}

static void
stopping_ends_the_turn_first(void **state)
{
	struct world *w = *state;

	w->tasks[0] = (struct loop_task)LOOP_TASK(task_b, w);
	timer_init(&w->timer, w->loop, stops, w);
	timer_init(&w->other, w->loop, never, w);
	timer_set(&w->timer, 1);
	timer_set(&w->other, 3600000);
	loop_run(w->loop);
	assert_string_equal(w->said, "xb");
	assert_true(timer_is_set(&w->other));
	timer_stop(&w->other);
}

static void
the_time_stands_still_within_a_turn(void **state)
{
	struct world *w = *state;
	int64_t now = loop_now_us(w->loop);

	assert_true(now > 0);
	assert_true(loop_now_us(w->loop) == now);
}

#define T(fn)	cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_turn_ends_with_tasks_then_reapers),
		T(a_cancelled_task_does_not_run),
		T(again_is_a_turn_that_does_not_wait),
		T(a_descriptor_is_watched_when_wanted),
		T(a_descriptor_that_takes_bytes_says_so),
		T(a_signal_is_an_event),
		T(stopping_ends_the_turn_first),
		T(the_time_stands_still_within_a_turn),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
