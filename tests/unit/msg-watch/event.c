#include "unit.h"

#include <string.h>

#include "base/base64.h"
#include "event.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

static struct arena arena;
static struct event ev;
static struct err e;

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	err_clear(&e);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	event_free(&ev);
	arena_free(&arena);
	return 0;
}

static int
reads(const char *xml)
{
	struct stanza *st = stanza_parse(&arena, xml, strlen(xml), NS_CLIENT,
	    &stream_limits_default, &e);

	assert_non_null(st);
	return event_read(&ev, st, &e);
}

static int
reads_changes(const char *json)
{
	struct buf xml = BUF_INIT(1 << 16);
	int rc;

	buf_lit(&xml, "<message type='headline'><event xmlns='urn:M' watch='1'"
	    " rev='12' branch='staging' author='a@b' time='2026-01-31T12:34:"
	    "56.000000Z' message='the &quot;first&quot;'>");
	base64_put(&xml, json, strlen(json));
	buf_lit(&xml, "</event></message>");
	rc = reads(buf_cstr(&xml));
	buf_free(&xml);
	return rc;
}

static void
prints(bool text, const char *want)
{
	struct output out = { .text = text, .buf = BUF_INIT(1 << 16) };

	event_print(&out, &ev);
	assert_string_equal(buf_cstr(&out.buf), want);
	buf_free(&out.buf);
}

static void
a_pipe_gets_one_line_of_json(void **state)
{
	(void)state;
	assert_int_equal(reads_changes("[{\"_path\":\"/x\"}]"), 0);
	assert_int_equal(ev.kind, EVENT_CHANGES);
	assert_int_equal(ev.rev, 12);
	prints(false, "{\"rev\":12,\"branch\":\"staging\",\"author\":\"a@b\","
	    "\"time\":\"2026-01-31T12:34:56.000000Z\",\"message\":\"the "
	    "\\\"first\\\"\",\"changes\":[{\"_path\":\"/x\"}]}\n");
}

static void
people_get_a_line_for_each_change(void **state)
{
	(void)state;
	assert_int_equal(reads_changes("[{\"_path\":\"/x\",\"change\":"
	    "\"create\",\"item\":{\"_kind\":\"Page\",\"title\":\"X\\u001b[m\"}"
	    "},{\"_path\":\"/z\",\"change\":\"move\",\"from\":\"/y\"},"
	    "{\"_path\":\"/old\",\"change\":\"remove\"}]"), 0);
	prints(true, "2026-01-31T12:34:56.000000Z rev 12 on staging by a@b: "
	    "the \"first\"\n"
	    "  + /x  create Page 'X\\x1b[m'\n"
	    "  > /z  move from /y\n"
	    "  - /old  remove\n");
}

static void
a_gap_says_where_to_go_on(void **state)
{
	(void)state;
	assert_int_equal(reads("<message><gap xmlns='urn:M' watch='1' rev='7' "
	    "why='too slow'/></message>"), 0);
	assert_int_equal(ev.kind, EVENT_GAP);
	prints(false, "{\"gap\":7,\"oldest\":7,\"why\":\"too slow\"}\n");
	prints(true, "events were lost: too slow; go on with --from 7\n");
	assert_int_equal(reads("<message><gap xmlns='urn:M' watch='1' rev='7' "
	    "oldest='9' why='gone'/></message>"), 0);
	prints(true, "events were lost: gone; go on with --from 9\n");
}

static void
a_diff_is_fields_before_and_after(void **state)
{
	(void)state;
	assert_int_equal(reads_changes("[{\"_path\":\"/x\",\"before\":{"
	    "\"_rev\":1,\"a\":1,\"b\":\"\xc2\x9b\",\"gone\":[]},\"change\":"
	    "\"save\",\"item\":{\"_rev\":2,\"a\":1,\"b\":\"c\",\"new\":{}}},"
	    "{\"_path\":\"/y\",\"change\":\"create\",\"item\":{\"t\":1}}]"), 0);
	ev.diff = true;
	prints(true, "2026-01-31T12:34:56.000000Z rev 12 on staging by a@b: "
	    "the \"first\"\n"
	    "  ~ /x  save\n"
	    "    - b: \"\\u009b\"\n"
	    "    + b: \"c\"\n"
	    "    - gone: []\n"
	    "    + new: {}\n"
	    "  + /y  create\n"
	    "    + t: 1\n");
}

static void
controls_reach_no_terminal_as_json(void **state)
{
	(void)state;
	assert_int_equal(reads_changes("[\"\xc2\x9b\x7f\"]"), 0);
	prints(false, "{\"rev\":12,\"branch\":\"staging\",\"author\":\"a@b\","
	    "\"time\":\"2026-01-31T12:34:56.000000Z\",\"message\":\"the "
	    "\\\"first\\\"\",\"changes\":[\"\\u009b\\u007f\"]}\n");
}

static void
other_messages_are_nothing(void **state)
{
	(void)state;
	assert_int_equal(reads("<message><body>hi</body></message>"), 0);
	assert_int_equal(ev.kind, EVENT_NONE);
	assert_int_equal(reads("<presence/>"), 0);
	assert_int_equal(ev.kind, EVENT_NONE);
}

static void
a_broken_event_is_told(void **state)
{
	(void)state;
	assert_int_equal(reads("<message><event xmlns='urn:M' rev='x'>*"
	    "</event></message>"), -1);
	assert_int_equal(e.code, ERR_NO_ANSWER);
	event_free(&ev);
	assert_int_equal(reads_changes("[]}\n{\"rev\":13}"), -1);
	assert_int_equal(e.code, ERR_NO_ANSWER);
}

static void
an_event_is_one_line(void **state)
{
	(void)state;
	assert_int_equal(reads_changes("[\n1,\r\n2 ]"), 0);
	prints(false, "{\"rev\":12,\"branch\":\"staging\",\"author\":\"a@b\","
	    "\"time\":\"2026-01-31T12:34:56.000000Z\",\"message\":\"the "
	    "\\\"first\\\"\",\"changes\":[1,2]}\n");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_pipe_gets_one_line_of_json),
		TEST(people_get_a_line_for_each_change),
		TEST(a_gap_says_where_to_go_on),
		TEST(a_diff_is_fields_before_and_after),
		TEST(controls_reach_no_terminal_as_json),
		TEST(other_messages_are_nothing),
		TEST(a_broken_event_is_told),
		TEST(an_event_is_one_line),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
