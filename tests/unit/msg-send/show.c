#include "unit.h"

#include <string.h>

#include "cli/output.h"
#include "show.h"

static struct err e;

static void
shows(send_show_fn *show, const char *json, const char *want)
{
	struct output o = { .text = true, .buf = BUF_INIT(1 << 16) };
	struct arena a = ARENA_INIT;
	const struct json *j = json_parse(&a, json, strlen(json), NULL, &e);

	assert_non_null(j);
	assert_int_equal(show(&o, j), want != NULL);
	assert_string_equal(buf_cstr(&o.buf), want == NULL ? "" : want);
	buf_free(&o.buf);
	arena_free(&a);
}

static void
commits_say_who_when_why_and_what(void **state)
{
	(void)state;
	shows(show_log, "[{\"rev\":7,\"author\":\"a@b\",\"message\":\"why\","
	    "\"time\":\"2026-01-02T03:04:05.678901Z\",\"changes\":["
	    "{\"change\":\"save\",\"_path\":\"/x\"},{\"change\":\"move\","
	    "\"_path\":\"/z\",\"from\":\"/y\"}]}]",
	    "7  2026-01-02 03:04:05Z  a@b  why\n    save   /x\n"
	    "    move   /y to /z\n");
	shows(show_log, "[]", "");
	shows(show_log, "[1]", NULL);
	shows(show_log, "{\"rev\":7}", NULL);
}

static void
what_others_wrote_obeys_no_terminal(void **state)
{
	(void)state;
	shows(show_log, "[{\"rev\":7,\"author\":\"\\u001b[2J\",\"message\":"
	    "\"a\\nb\",\"time\":\"\\u001b\",\"changes\":[{\"change\":"
	    "\"\\u001b[1m\",\"_path\":\"/\\u009b\"}]}]",
	    "7  ?Z  \\x1b[2J  a\\nb\n    \\x1b[1m   /\\xc2\\x9b\n");
}

static void
tables_have_columns(void **state)
{
	(void)state;
	shows(show_branches, "[{\"_name\":\"caf\xc3\xa9s-at-night\","
	    "\"publish\":\"live\",\"_rev\":12,\"owner\":\"me\"},"
	    "{\"_name\":\"x\"}]",
	    "branch          publishes to  revision  owner\n"
	    "caf\xc3\xa9s-at-night  live          12        me\n"
	    "x                                       \n");
	shows(show_users, "[]", "user  admin  full name  roles\n");
	shows(show_users, "{\"name\":\"one\"}", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_say_who_when_why_and_what),
		cmocka_unit_test(what_others_wrote_obeys_no_terminal),
		cmocka_unit_test(tables_have_columns),
	};

	return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
