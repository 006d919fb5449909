#include "unit.h"

#include <string.h>

#include "msg/command_line.h"

static struct msg_ask ask;
static struct err e;

static int
parse(const char *line)
{
	ask = (struct msg_ask){ 0 };
	err_clear(&e);
	return command_line_parse(&ask, line, strlen(line), &e);
}

static void
is(struct str got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

static void
the_rest_is_the_argument_as_it_stands(void **state)
{
	(void)state;
	assert_int_equal(parse("  get-item  /news/*[@title = 'a  b']\t\r"), 0);
	assert_string_equal(ask.command->word, "get-item");
	is(ask.argument, "/news/*[@title = 'a  b']");
	assert_int_equal(parse("get-user"), 0);
	assert_int_equal(ask.argument.n, 0);
	assert_int_equal(parse("get-item '/'"), 0);
	is(ask.argument, "'/'");
}

static void
attributes_stand_before_the_argument(void **state)
{
	(void)state;
	assert_int_equal(parse("set-item --branch=live --message='a new \"x\"'"
	    " --txid=\"1 2\" []"), 0);
	is(ask.attrs[MSG_ATTR_branch], "live");
	is(ask.attrs[MSG_ATTR_message], "a new \"x\"");
	is(ask.attrs[MSG_ATTR_txid], "1 2");
	is(ask.argument, "[]");
	assert_null(ask.attrs[MSG_ATTR_rev].p);
	assert_int_equal(parse("get-item --rev= /"), 0);
	is(ask.attrs[MSG_ATTR_rev], "");
	is(ask.argument, "/");
}

static void
what_is_wrong_is_named(void **state)
{
	static const char *const bad[][2] = {
		{ "", "unknown command ''" },
		{ "get-itm /", "did you mean 'get-item'?" },
		{ "frobnicate", "unknown command 'frobnicate'" },
		{ "get-item", "needs an argument: QUERY" },
		{ "get-item --rev=3", "needs an argument" },
		{ "get-item --colour=3 /", "unknown attribute '--colour'" },
		{ "get-item --rev /", "'--rev' needs a value" },
		{ "get-item --rev='3 /", "has no end" },
		{ "get-item --rev='", "has no end" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(parse(bad[i][0]), -1);
		assert_int_equal(e.code, ERR_INPUT);
		if (strstr(e.text, bad[i][1]) == NULL)
			fail_msg("'%s': %s", bad[i][0], e.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_is_the_argument_as_it_stands),
		cmocka_unit_test(attributes_stand_before_the_argument),
		cmocka_unit_test(what_is_wrong_is_named),
	};

	return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
