#include "unit.h"

#include <string.h>

#include "cli/output.h"

static void
prints(bool text, bool color, const char *json, const char *want)
{
	struct output out = { .text = text, .color = color,
	    .buf = BUF_INIT(1 << 16) };

	output_json(&out, json, strlen(json));
	assert_string_equal(buf_cstr(&out.buf), want);
	buf_free(&out.buf);
}

static void
a_pipe_gets_the_very_bytes(void **state)
{
	(void)state;
	prints(false, false, "[ 1.50,{\"b\": 1e400} ]",
	    "[ 1.50,{\"b\": 1e400} ]\n");
	prints(false, false, "{\"a\":\n[1,\n2]}", "{\"a\":[1,2]}\n");
}

static void
people_get_it_indented_where_it_is_long(void **state)
{
	(void)state;
	prints(true, false, "[{\"a\":1,\"b\":[true,null]}]",
	    "[{\"a\": 1, \"b\": [true, null]}]\n");
	prints(true, false, "{\"a\":\"0123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789\",\"b\":[]}",
	    "{\n  \"a\": \"0123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789\",\n  \"b\": []\n}\n");
}

static void
colours_are_by_meaning(void **state)
{
	(void)state;
	prints(true, true, "1", "\033[36m1\033[0m\n");
}

static void
nothing_reaches_the_terminal_as_a_command(void **state)
{
	(void)state;
	prints(true, false, "\"a\342\200\256b\330\234\342\201\251\303\251\"",
	    "\"a\\u202eb\\u061c\\u2069\303\251\"\n");
	prints(true, false, "\"\302\233m\177\"", "\"\\u009bm\\u007f\"\n");
	prints(true, false, "no json \033[m", "no json \\x1b[m\n");
}

static void
nor_where_json_is_asked_for(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "[ \"\302\233m\" ]", "[\"\\u009bm\"]\n" },
		{ "no json \033[m", "no json \\x1b[m\n" },
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct output out = { .terminal = true,
		    .buf = BUF_INIT(1 << 16) };

		output_json(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(buf_cstr(&out.buf), cases[i].want);
		buf_free(&out.buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_gets_the_very_bytes),
		cmocka_unit_test(people_get_it_indented_where_it_is_long),
		cmocka_unit_test(colours_are_by_meaning),
		cmocka_unit_test(nothing_reaches_the_terminal_as_a_command),
		cmocka_unit_test(nor_where_json_is_asked_for),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
