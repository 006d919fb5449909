#include "unit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static char text[20000];

/* What arrived in the pipe. */
static const char *
read_end(int fd)
{
	ssize_t n = read(fd, text, sizeof text - 1);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static int fds[2];

static int
open_pipe(void **state)
{
	(void)state;
	return pipe(fds);
}

static int
close_pipe(void **state)
{
	(void)state;
	return close(fds[0]) + close(fds[1]);
}

static void
one_event_one_line(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_INFO };

	(void)state;
	errno = ENOENT;
	log_event(&l, LOG_LEVEL_WARN, "login refused", "user", "romeo",
	    "from", "127.0.0.1:5", "empty", "", "none", NULL, NULL);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(read_end(fds[0]), "warn: login refused "
	    "user=romeo from=127.0.0.1:5 empty=\"\" none=-\n");
}

static void
what_is_below_the_level_is_not_said(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_WARN };

	(void)state;
	log_event(&l, LOG_LEVEL_INFO, "unsaid", NULL);
	log_event(&l, LOG_LEVEL_ERROR, "said", NULL);
	assert_string_equal(read_end(fds[0]), "error: said\n");
}

static void
values_cannot_break_the_line(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_DEBUG };

	(void)state;
	log_event(&l, LOG_LEVEL_DEBUG, "x", "a", "b c=\"d\"\nerror: fake",
	    "esc", "\033[1m\xff", "back", "\\", NULL);
	assert_string_equal(read_end(fds[0]), "debug: x "
	    "a=\"b c=\\\"d\\\"\\nerror: fake\" esc=\\x1b[1m\\xff "
	    "back=\"\\\\\"\n");
}

static void
a_long_value_is_cut(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_DEBUG };
	static char big[9000];
	size_t n;

	(void)state;
	memset(big, '\001', sizeof big - 1);
	log_event(&l, LOG_LEVEL_DEBUG, "x", "a", big, NULL);
	n = strlen(read_end(fds[0]));
	assert_true(n > 4000 && n <= 8192);
	assert_string_equal(text + n - 4, "...\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_event_one_line),
		cmocka_unit_test(what_is_below_the_level_is_not_said),
		cmocka_unit_test(values_cannot_break_the_line),
		cmocka_unit_test(a_long_value_is_cut),
	};

	return cmocka_run_group_tests_name("log", tests, open_pipe,
	    close_pipe);
}
