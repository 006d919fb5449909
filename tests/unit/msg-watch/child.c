#include "unit.h"

#include <signal.h>
#include <string.h>

#include "child.h"

static struct err e;

static struct event
event(const char *message)
{
	return (struct event){ .kind = EVENT_CHANGES, .rev = 12,
		.branch = STR("live"), .author = STR("a@b"),
		.message = str_of(message) };
}

static void
it_gets_the_event_twice(void **state)
{
	struct event ev = event("it's \"so\"");

	(void)state;
	assert_int_equal(child_run("test \"$MSG_REV $MSG_BRANCH $MSG_AUTHOR "
	    "$MSG_TIME $MSG_MESSAGE\" = '12 live a@b  it'\\''s \"so\"' && "
	    "grep -q '^{\"rev\":12,\"branch\":\"live\",.*\"changes\":\\[\\]}$'",
	    &ev, &e), 0);
}

static void
what_is_too_long_for_the_environment_is_cut(void **state)
{
	static char text[300001];
	struct event ev;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	memcpy(text + 65535, "\xc3\xbc", 2);
	ev = event(text);
	assert_int_equal(child_run("test ${#MSG_MESSAGE} -eq 65535 && "
	    "test $(wc -c) -gt 300000", &ev, &e), 0);
}

static void
it_need_not_read(void **state)
{
	static char text[300001];
	struct event ev;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	ev = event(text);
	assert_int_equal(child_run("true", &ev, &e), 0);
}

static void
what_it_leaves_behind_holds_nothing(void **state)
{
	struct event ev = event("");

	(void)state;
	assert_int_equal(child_run("n=0; for f in /proc/$$/fd/*; do "
	    "test $f -ef /proc/$$/fd/0 && n=$((n + 1)); done; test $n -eq 1",
	    &ev, &e), 0);
}

static void
its_failure_is_told(void **state)
{
	struct event ev = event("");

	(void)state;
	assert_int_equal(child_run("exit 3", &ev, &e), -1);
	assert_string_equal(e.text, "'exit 3' ended with status 3");
	assert_int_equal(child_run("kill -TERM $$", &ev, &e), -1);
	assert_string_equal(e.text, "'kill -TERM $$' was ended by signal 15");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_gets_the_event_twice),
		cmocka_unit_test(what_is_too_long_for_the_environment_is_cut),
		cmocka_unit_test(it_need_not_read),
		cmocka_unit_test(what_it_leaves_behind_holds_nothing),
		cmocka_unit_test(its_failure_is_told),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
