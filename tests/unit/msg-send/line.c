#include "unit.h"

#include <string.h>

#include "line.h"

static void
json_is_open_until_its_brackets_are_closed(void **state)
{
	static const char *const open[] = { "set [", "set [{\"a\":1}",
	    "set-item --message='x' [{\"a\":\"]", "set [{\"a\":\"\\\"]\"",
	    "set {\n\"a\": [1,\n2]" };
	static const char *const whole[] = { "", "get /", "set []",
	    "set [{\"a\":\"[\"}]", "get /news/*[0", "get //Page[@title='[']",
	    "set [{\"a\":\"\\\"[\"}]", "save /a title={", "set [[1],[2]] [" };

	(void)state;
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		if (!line_is_open(open[i]))
			fail_msg("'%s' is whole", open[i]);
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (line_is_open(whole[i]))
			fail_msg("'%s' is open", whole[i]);
}

static void
passwords_are_for_no_file(void **state)
{
	(void)state;
	assert_true(line_is_secret("set-user [{\"password\":\"x\"}]"));
	assert_true(line_is_secret("user passwd romeo"));
	assert_false(line_is_secret("get /pass"));
}

static void
splits(const char *line, const char *before, const char *program)
{
	const char *got;
	size_t n = line_pipe(line, &got);

	if (n != strlen(before) || memcmp(line, before, n) != 0)
		fail_msg("'%s': '%.*s'", line, (int)n, line);
	if (program == NULL)
		assert_null(got);
	else
		assert_string_equal(got, program);
}

static void
a_bar_before_a_program_is_a_pipe(void **state)
{
	(void)state;
	splits("get / | sort -u", "get / ", "sort -u");
	splits("get /|sort|sort -r", "get /", "sort|sort -r");
	splits("get /a | /b | sort", "get /a | /b ", "sort");
	splits("get /a | /b", "get /a | /b", NULL);
	splits("get (/a | sort)", "get (/a | sort)", NULL);
	splits("save /a title='x | sort'", "save /a title='x | sort'", NULL);
	splits("set [{\"a\":\"\\\" | sort\"}]", "set [{\"a\":\"\\\" | sort\"}]",
	    NULL);
	splits("get / | no-such-program-here", "get / | no-such-program-here",
	    NULL);
	splits("get / |", "get / |", NULL);
	splits("get / | /bin/sh", "get / | /bin/sh", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_open_until_its_brackets_are_closed),
		cmocka_unit_test(passwords_are_for_no_file),
		cmocka_unit_test(a_bar_before_a_program_is_a_pipe),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
