#include "unit.h"

#include <string.h>

#include "msg/ask.h"
#include "msg/request.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

static struct arena arena;
static struct buf xml, payload;
static struct err e;

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	buf_init(&xml, 1 << 20);
	buf_init(&payload, 1 << 20);
	err_clear(&e);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(&arena);
	buf_free(&xml);
	buf_free(&payload);
	return 0;
}

static struct stanza *
parsed(void)
{
	struct stanza *st = stanza_parse(&arena, xml.p, xml.n, NS_CLIENT,
	    &stream_limits_default, &e);

	assert_non_null(st);
	return st;
}

static void
the_server_reads_what_a_client_asks(void **state)
{
	struct msg_ask ask = { .to = "example.org" };
	struct request r;

	(void)state;
	ask.command = msg_command_by_word(STR("set-item"));
	ask.argument = STR("[{\"x\":\"<&>\"}]");
	ask.attrs[MSG_ATTR_branch] = STR("li've\"");
	ask.attrs[MSG_ATTR_message] = STR("a & b\n< c");
	ask.attrs[MSG_ATTR_base] = STR("17");
	msg_ask_write(&xml, &ask, 42);
	assert_int_equal(request_read(&r, parsed(), &payload, &e), 0);
	assert_ptr_equal(r.command, ask.command);
	assert_true(str_is(r.id, "42"));
	assert_true(str_is(r.to, "example.org"));
	assert_true(str_is(r.branch, "li've\""));
	assert_true(str_is(r.message, "a & b\n< c"));
	assert_int_equal(r.base, 17);
	assert_true(str_eq(r.argument, ask.argument));
}

static void
what_xml_cannot_carry_is_refused(void **state)
{
	static const struct { const char *text; bool fits; } cases[] = {
		{ "a & b\n\t\r", true }, { "\xe2\x82\xac", true },
		{ "\x01", false }, { "a\x1b[31m", false }, { "\xc3", false },
		{ "\xef\xbf\xbe", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct msg_ask ask = { .argument = STR("/") };

		ask.attrs[MSG_ATTR_message] = str_of(cases[i].text);
		err_clear(&e);
		assert_int_equal(msg_ask_check(&ask, &e),
		    cases[i].fits ? 0 : -1);
		assert_int_equal(e.code, cases[i].fits ? ERR_OK : ERR_INPUT);
		ask = (struct msg_ask){ .to = cases[i].text };
		assert_int_equal(msg_ask_check(&ask, &e),
		    cases[i].fits ? 0 : -1);
	}
	err_clear(&e);
	assert_int_equal(msg_ask_check(&(struct msg_ask){ .argument =
	    STR("ab\xff") }, &e), -1);
	assert_string_equal(e.text, "byte 3 of the argument is no UTF-8");
}

/* The answer that the server's side gives to request 7. */
static struct request
request_7(void)
{
	return (struct request){ .id = STR("7"),
	    .command = msg_command_by_word(STR("get-item")) };
}

static void
a_client_reads_what_the_server_answers(void **state)
{
	struct request r = request_7();
	struct answer a = { 0 };
	struct msg_reply reply;
	struct stanza *st;
	uint64_t id = 0;

	(void)state;
	answer_result(&xml, &r, &a, "[1,2]", 5);
	st = parsed();
	assert_true(msg_reply_id(st, &id));
	assert_int_equal(id, 7);
	assert_int_equal(msg_reply_read(&reply, st, &payload, &e), 0);
	assert_false(reply.refused);
	assert_string_equal(buf_cstr(&payload), "[1,2]");
}

static void
a_refusal_is_told_with_its_place(void **state)
{
	struct err why = ERR_INIT;
	struct msg_reply reply;
	struct buf line = BUF_INIT(1000);

	(void)state;
	err_set(&why, ERR_VALUE, "expected integer, got \033[31m");
	err_path(&why, "/data/count");
	err_at(&why, "line 3");
	why.action = 2;
	answer_error(&xml, STR("7"), STR_NONE, &why, true, STR_NONE);
	assert_int_equal(msg_reply_read(&reply, parsed(), &payload, &e), 0);
	assert_true(reply.refused);
	msg_refusal_put(&line, &reply.why, NULL);
	assert_string_equal(buf_cstr(&line), "not-acceptable (value): "
	    "action 2, line 3, /data/count: expected integer, got ?[31m");
	buf_free(&line);
}

static void
any_server_may_refuse(void **state)
{
	struct msg_reply reply;
	struct buf line = BUF_INIT(1000);

	(void)state;
	buf_puts(&xml, "<iq type='error' id='7'><error type='cancel'>"
	    "<service-unavailable xmlns='" NS_STANZAS "'/></error></iq>");
	assert_int_equal(msg_reply_read(&reply, parsed(), &payload, &e), 0);
	msg_refusal_put(&line, &reply.why, NULL);
	assert_string_equal(buf_cstr(&line), "service-unavailable");
	buf_reset(&line);
	msg_refusal_put(&line, &reply.why, "it's@b");
	assert_string_equal(buf_cstr(&line), "service-unavailable; the server "
	    "knows no Message service at 'it\\'s@b', see --to");
	buf_free(&line);
}

static void
what_is_no_base64_is_no_answer(void **state)
{
	struct msg_reply reply;

	(void)state;
	buf_puts(&xml, "<iq type='result' id='7'><item xmlns='" NS_M "'>*"
	    "</item></iq>");
	assert_int_equal(msg_reply_read(&reply, parsed(), &payload, &e), -1);
	assert_int_equal(e.code, ERR_NO_ANSWER);
}

static void
only_answers_have_a_number(void **state)
{
	static const char *const others[] = {
		"<iq type='get' id='7'/>", "<iq type='result'/>",
		"<iq type='result' id='x7'/>", "<message id='7'/>",
	};
	uint64_t id;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		buf_reset(&xml);
		buf_puts(&xml, others[i]);
		assert_false(msg_reply_id(parsed(), &id));
	}
}

static void
nobody_else_answers(void **state)
{
	static const struct { const char *from, *to; bool is; } cases[] = {
		{ NULL, NULL, true }, { NULL, "b@other.example", true },
		{ "example.org", NULL, true }, { "Example.ORG", NULL, true },
		{ "a@example.org", NULL, true },
		{ "a@example.org/r", NULL, true },
		{ "b@example.org/r", NULL, false },
		{ "b@example.org", "c@example.org", false },
		{ "other.example", NULL, false },
		{ "other.example", "other.example", true },
		{ "b@other.example/x", "b@other.example", true },
		{ "b@other.example/x", "other.example", false },
		{ "example.org.other", NULL, false }, { "", NULL, false },
		{ "@", "@", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_reset(&xml);
		buf_printf(&xml, cases[i].from == NULL ? "<message/>" :
		    "<message from='%s'/>", cases[i].from);
		assert_int_equal(msg_is_from(parsed(), cases[i].to,
		    "a@example.org/r"), cases[i].is);
	}
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_server_reads_what_a_client_asks),
		TEST(what_xml_cannot_carry_is_refused),
		TEST(a_client_reads_what_the_server_answers),
		TEST(a_refusal_is_told_with_its_place),
		TEST(any_server_may_refuse),
		TEST(what_is_no_base64_is_no_answer),
		TEST(only_answers_have_a_number),
		TEST(nobody_else_answers),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
