#include "unit.h"

#include <string.h>

#include "msg/trace_want.h"

static struct arena arena;
static struct trace_want want;
static struct trace_seen seen;
static struct err e;

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	err_clear(&e);
	seen = (struct trace_seen){
		.command = &msg_commands[MSG_get_item], .id = STR("7"),
		.jid = STR("juliet@capulet.lit/balcony"),
		.argument = STR("/news/*"), .answer = STR("[{\"_kind\":"
		    "\"Page\",\"_path\":\"/news/x\",\"title\":\"\\\"_path\\\":"
		    "\\\"/no\\\"\"}]"), .took_us = 1500 };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static bool
wanted(const char *filter)
{
	assert_int_equal(trace_want_read(&want, &arena, filter,
	    strlen(filter), &e), 0);
	return trace_wanted(&want, &seen);
}

static void
refused(const char *filter, const char *why)
{
	assert_int_equal(trace_want_read(&want, &arena, filter,
	    strlen(filter), &e), -1);
	if (strstr(e.text, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, e.text);
}

static void
told(bool payload, const char *json)
{
	struct buf out = BUF_INIT(1 << 20);

	trace_seen_json(&out, &seen, payload);
	assert_string_equal(buf_cstr(&out), json);
	buf_free(&out);
}

static void
a_filter_is_read_as_it_was_written(void **state)
{
	static const char all[] = "{\"command\":[\"get-item\",\"get-log\"],"
	    "\"error\":\"any\",\"kind\":\"Page\",\"path\":\"/news\","
	    "\"payload\":true,\"sample\":100,\"slower_us\":50000,"
	    "\"user\":\"juliet\"}";
	struct buf out = BUF_INIT(1000);

	(void)state;
	assert_int_equal(trace_want_read(&want, &arena, all, strlen(all), &e),
	    0);
	trace_want_write(&out, &want);
	assert_string_equal(buf_cstr(&out), all);
	buf_reset(&out);
	memset(&want, 0, sizeof want);
	trace_want_write(&out, &want);
	assert_string_equal(buf_cstr(&out), "{}");
	buf_free(&out);
}

static void
what_is_no_filter_is_told(void **state)
{
	(void)state;
	refused("", "no JSON value");
	refused("[]", "is an object");
	refused("{\"paht\":\"/\"}", "has no 'paht'; it has command, error");
	refused("{\"path\":1}", "'path' of a trace is a string");
	refused("{\"path\":\"\"}", "'path'");
	refused("{\"command\":\"get-item\"}", "a list of commands");
	refused("{\"command\":[1]}", "a list of commands");
	refused("{\"command\":[\"get-itme\"]}", "did you mean 'get-item'");
	refused("{\"slower_us\":-1}", "0 or more");
	refused("{\"payload\":1}", "true or false");
}

static void
a_path_is_that_of_query_or_items(void **state)
{
	(void)state;
	assert_true(wanted("{}"));
	assert_true(wanted("{\"path\":\"/\"}"));
	assert_true(wanted("{\"path\":\"/news\"}"));
	assert_true(wanted("{\"path\":\"/news/\"}"));
	assert_true(wanted("{\"path\":\"/news/x\"}"));	/* in the answer */
	assert_false(wanted("{\"path\":\"/new\"}"));
	assert_false(wanted("{\"path\":\"/news/x/y\"}"));
	assert_false(wanted("{\"path\":\"/no\"}"));	/* inside a string */
	seen.argument = STR("/news[1]");
	assert_true(wanted("{\"path\":\"/news\"}"));
	seen.command = &msg_commands[MSG_set_item];
	seen.argument = STR("[{\"data\": {\"_path\" : \"/a/b\"}}]");
	seen.answer = STR_NONE;
	assert_true(wanted("{\"path\":\"/a\"}"));
	assert_false(wanted("{\"path\":\"/b\"}"));
	seen.avro = true;
	assert_false(wanted("{\"path\":\"/a\"}"));
}

static void
broken_json_has_no_paths(void **state)
{
	static const char *const texts[] = { "\"_path\"", "\"_path\":",
	    "\"_path\":\"", "\"_path\":\"/a", "\"_path\":\"/a\\", "\"_path" };

	(void)state;
	seen.answer = STR_NONE;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		seen.argument = str_of(texts[i]);
		assert_false(wanted("{\"path\":\"/a\"}"));
	}
}

static void
every_member_narrows(void **state)
{
	(void)state;
	assert_true(wanted("{\"command\":[\"get-log\",\"get-item\"]}"));
	assert_false(wanted("{\"command\":[\"get-log\"]}"));
	assert_true(wanted("{\"kind\":\"Page\"}"));
	assert_false(wanted("{\"kind\":\"Pag\"}"));
	assert_true(wanted("{\"user\":\"juliet\"}"));
	assert_true(wanted("{\"user\":\"juliet@capulet.lit\"}"));
	assert_false(wanted("{\"user\":\"julie\"}"));
	assert_true(wanted("{\"slower_us\":1500}"));
	assert_false(wanted("{\"slower_us\":1501}"));
	assert_false(wanted("{\"error\":\"any\"}"));
	assert_false(wanted("{\"user\":\"juliet\",\"kind\":\"X\"}"));
	err_set(&e, ERR_NOT_FOUND, "nothing there");
	seen.error = &e;
	assert_true(wanted("{\"error\":\"any\"}"));
	assert_true(wanted("{\"error\":\"not-found\"}"));
	assert_true(wanted("{\"error\":\"item-not-found\"}"));
	assert_false(wanted("{\"error\":\"conflict\"}"));
}

static void
a_get_is_told_with_its_query(void **state)
{
	(void)state;
	told(false, "{\"time\":\"1970-01-01T00:00:00.000000Z\",\"command\":"
	    "\"get-item\",\"id\":\"7\",\"jid\":\"juliet@capulet.lit/balcony\","
	    "\"took_us\":1500,\"bytes_in\":7,\"bytes_out\":64,\"query\":"
	    "\"/news/*\"}");
}

static void
a_refused_set_is_told_with_paths_and_error(void **state)
{
	struct err why = ERR_INIT;

	(void)state;
	err_set(&why, ERR_CONFLICT, "'x' is there");
	seen.command = &msg_commands[MSG_set_user];
	seen.argument = STR("[{\"_path\":\n\"/\\u00fc\",\"password\":\"s3\"}]");
	seen.answer = STR_NONE;
	seen.branch = STR("live");
	seen.error = &why;
	told(true, "{\"time\":\"1970-01-01T00:00:00.000000Z\",\"command\":"
	    "\"set-user\",\"id\":\"7\",\"jid\":\"juliet@capulet.lit/balcony\","
	    "\"took_us\":1500,\"bytes_in\":38,\"bytes_out\":0,\"branch\":"
	    "\"live\",\"paths\":[\"/\xc3\xbc\"],\"error\":{\"code\":"
	    "\"conflict\",\"condition\":\"conflict\",\"text\":\"'x' is there\""
	    "},\"argument\":[{\"_path\":\"/\xc3\xbc\",\"password\":\"***\"}]}");
}

static void
a_long_payload_is_cut_and_a_string(void **state)
{
	static char text[TRACE_PAYLOAD_MAX + 100];
	struct buf out = BUF_INIT(1 << 20);

	(void)state;
	memset(text, 'x', sizeof text);
	text[0] = text[sizeof text - 1] = '"';
	memcpy(text + TRACE_PAYLOAD_MAX - 1, "\xc3\xbc", 2);
	seen.answer = (struct str){ text, sizeof text };
	trace_seen_json(&out, &seen, true);
	assert_false(buf_full(&out));
	assert_in_range(out.n, TRACE_PAYLOAD_MAX, TRACE_PAYLOAD_MAX + 1000);
	assert_memory_equal(out.p + out.n - 4, "xx\"}", 4);
	buf_free(&out);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_filter_is_read_as_it_was_written),
		TEST(what_is_no_filter_is_told),
		TEST(a_path_is_that_of_query_or_items),
		TEST(broken_json_has_no_paths),
		TEST(every_member_narrows),
		TEST(a_get_is_told_with_its_query),
		TEST(a_refused_set_is_told_with_paths_and_error),
		TEST(a_long_payload_is_cut_and_a_string),
	};

	return cmocka_run_group_tests_name("trace_want", tests, NULL, NULL);
}
