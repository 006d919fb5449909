#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
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

/* The same without the time, which is there and has its form. */
static const char *
read_timed(int fd)
{
	const char *p = read_end(fd);
	int64_t us;

	assert_int_equal(strncmp(p, "time=", 5), 0);
	assert_int_equal(clock_parse(p + 5, CLOCK_TEXT - 1, &us), 0);
	assert_int_equal(p[5 + CLOCK_TEXT - 1], ' ');
	return p + 5 + CLOCK_TEXT;
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
	struct log l = { fds[1], LOG_LEVEL_INFO, false };

	(void)state;
	errno = ENOENT;
	log_event(&l, LOG_LEVEL_WARN, "login refused", "user", "romeo",
	    "from", "127.0.0.1:5", "empty", "", "none", NULL, NULL);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(read_timed(fds[0]), "level=warn "
	    "event=\"login refused\" user=romeo from=127.0.0.1:5 "
	    "empty=\"\" none=-\n");
}

static void
what_is_below_the_level_is_not_said(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_WARN, false };

	(void)state;
	log_event(&l, LOG_LEVEL_INFO, "unsaid", NULL);
	log_event(&l, LOG_LEVEL_ERROR, "said", NULL);
	assert_string_equal(read_timed(fds[0]),
	    "level=error event=said\n");
}

static void
values_cannot_break_the_line(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_DEBUG, false };

	(void)state;
	log_event(&l, LOG_LEVEL_DEBUG, "x", "a", "b c=\"d\"\nerror: fake",
	    "esc", "\033[1m\xff", "back", "\\", NULL);
	assert_string_equal(read_timed(fds[0]), "level=debug event=x "
	    "a=\"b c=\\\"d\\\"\\nerror: fake\" esc=\\x1b[1m\\xff "
	    "back=\"\\\\\"\n");
}

static void
a_long_value_is_cut(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_DEBUG, false };
	static char big[9000];
	size_t n;

	(void)state;
	memset(big, '\001', sizeof big - 1);
	log_event(&l, LOG_LEVEL_DEBUG, "x", "a", big, NULL);
	n = strlen(read_end(fds[0]));
	assert_true(n > 4000 && n <= 8192);
	assert_string_equal(text + n - 4, "...\n");
}

static void
the_journal_is_told_priorities(void **state)
{
	struct log l = { fds[1], LOG_LEVEL_DEBUG, false };
	struct stat st;
	char name[64];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(log_is_journal(fds[1]));
	setenv("JOURNAL_STREAM", "1:1", 1);
	assert_false(log_is_journal(fds[1]));
	assert_int_equal(fstat(fds[1], &st), 0);
	snprintf(name, sizeof name, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", name, 1);
	assert_true(log_is_journal(fds[1]));
	l.journal = true;
	for (int i = 0; i < LOG_LEVELS_COUNT; i++)
		log_event(&l, (enum log_level)i, "x y", "a", "b", NULL);
	assert_string_equal(read_end(fds[0]), "<3>event=\"x y\" a=b\n"
	    "<4>event=\"x y\" a=b\n<6>event=\"x y\" a=b\n"
	    "<7>event=\"x y\" a=b\n");
	unsetenv("JOURNAL_STREAM");
}

static void
levels_have_words(void **state)
{
	(void)state;
	assert_int_equal(log_level("error"), LOG_LEVEL_ERROR);
	assert_int_equal(log_level("info"), LOG_LEVEL_INFO);
	assert_int_equal(log_level("debug"), LOG_LEVEL_DEBUG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_event_one_line),
		cmocka_unit_test(what_is_below_the_level_is_not_said),
		cmocka_unit_test(values_cannot_break_the_line),
		cmocka_unit_test(a_long_value_is_cut),
		cmocka_unit_test(the_journal_is_told_priorities),
		cmocka_unit_test(levels_have_words),
	};

	return cmocka_run_group_tests_name("log", tests, open_pipe,
	    close_pipe);
}
