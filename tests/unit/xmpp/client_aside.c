#include "unit.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "xmpp/client_aside.h"

/* A job that is done when its pipe says so. */
struct job {
	int wait[2], dropped[2];
	int value;
};

static void
work(void *arg)
{
	struct job *j = arg;
	char c;

	if (j->wait[0] >= 0 && read(j->wait[0], &c, 1) != 1)
		return;
	j->value = 7;
}

static void
drop(void *arg)
{
	struct job *j = arg;

	assert_int_equal(write(j->dropped[1], "", 1), 1);
}

static void
what_is_done_is_the_callers(void **state)
{
	struct job j = { .wait = { -1, -1 } };

	(void)state;
	assert_true(client_aside(work, drop, &j, INT64_MAX, -1));
	assert_int_equal(j.value, 7);
	j.value = 0;
	assert_true(client_aside(work, drop, &j, clock_mono_us() + 60000000,
	    -1));
	assert_int_equal(j.value, 7);
}

/* Left behind, it is dropped when it is done. */
static void
left(int64_t deadline_us, int wake_fd)
{
	struct job j = { 0 };
	char c;

	assert_int_equal(pipe(j.wait), 0);
	assert_int_equal(pipe(j.dropped), 0);
	assert_false(client_aside(work, drop, &j, deadline_us, wake_fd));
	assert_int_equal(write(j.wait[1], "", 1), 1);
	assert_int_equal(read(j.dropped[0], &c, 1), 1);
	assert_int_equal(j.value, 7);
	for (int i = 0; i < 2; i++) {
		close(j.wait[i]);
		close(j.dropped[i]);
	}
}

static void
what_is_late_is_left_behind(void **state)
{
	(void)state;
	left(clock_mono_us(), -1);
}

static void
so_is_what_the_user_will_not_wait_for(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "", 1), 1);
	left(INT64_MAX, ends[0]);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_is_the_callers),
		cmocka_unit_test(what_is_late_is_left_behind),
		cmocka_unit_test(so_is_what_the_user_will_not_wait_for),
	};

	return cmocka_run_group_tests_name("client_aside", tests, NULL, NULL);
}
