#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit.h"

static void
every_error_has_a_status_with_words(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_COUNT; i++)
		assert_non_null(exit_text(err_exit((enum err_code)i)));
	assert_string_equal(exit_text(0), "done");
	assert_null(exit_text(-1));
	assert_null(exit_text(EXIT_COUNT));
}

static void
a_lost_answer_is_a_failure(void **state)
{
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int full = open("/dev/full", O_WRONLY);
	int null = open("/dev/null", O_WRONLY);
	struct err e = ERR_INIT;
	int flushed, finished;

	(void)state;
	fflush(stdout);
	dup2(full, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	fputs("answer", stdout);
	flushed = exit_flush(&e);
	finished = exit_finish("msg-test", 0);
	clearerr(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(full);
	close(null);
	close(out);
	close(err);
	assert_int_equal(flushed, -1);
	assert_int_equal(e.code, ERR_SYSTEM);
	assert_non_null(strstr(e.text, "No space left"));
	assert_int_equal(finished, EXIT_SYSTEM);
	assert_int_equal(exit_finish("msg-test", 5), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_status_with_words),
		cmocka_unit_test(a_lost_answer_is_a_failure),
	};

	return cmocka_run_group_tests_name("exit", tests, NULL, NULL);
}
