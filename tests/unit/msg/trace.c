#include "unit.h"

#include <string.h>

#include "base/base64.h"
#include "msg/trace.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

static void
expect_stanza(const char *xml, const char *line)
{
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(10000);
	struct err e = ERR_INIT;
	struct stanza *st = stanza_parse(&a, xml, strlen(xml), NS_CLIENT,
	    &stream_limits_default, &e);

	assert_non_null(st);
	trace_stanza(&out, TRACE_READ, st);
	assert_string_equal(buf_cstr(&out), line);
	buf_free(&out);
	arena_free(&a);
}

static void
expect_bytes(const char *xml, const char *line)
{
	struct buf out = BUF_INIT(10000);

	trace_bytes(&out, TRACE_WROTE, xml, strlen(xml));
	assert_string_equal(buf_cstr(&out), line);
	buf_free(&out);
}

static void
stanzas_are_one_line(void **state)
{
	(void)state;
	expect_stanza("<iq type='get' id='1'><item xmlns='urn:M'>Lw==</item>"
	    "</iq>", "READ: '<iq type=\"get\" id=\"1\"><item xmlns=\"urn:M\">"
	    "Lw==</item></iq>'\n");
	expect_stanza("<message><body>it's\n\xc2\x9b\xc3\xa4</body></message>",
	    "READ: '<message><body>it\\'s\\n\\xc2\\x9b\xc3\xa4</body>"
	    "</message>'\n");
	expect_bytes("<iq id='1'/>", "WROTE: '<iq id=\\'1\\'/>'\n");
	expect_bytes("<stream:stream to='a'>",
	    "WROTE: '<stream:stream to=\\'a\\'>'\n");
}

static void
login_is_masked(void **state)
{
	(void)state;
	expect_stanza("<auth xmlns='" NS_SASL "' mechanism='PLAIN'>AHUAcA=="
	    "</auth>", "READ: '<auth xmlns=\"" NS_SASL "\" mechanism=\"PLAIN\">"
	    "***</auth>'\n");
	expect_stanza("<response xmlns='" NS_SASL "'>AHUA<x/>cA==</response>",
	    "READ: '<response xmlns=\"" NS_SASL "\">***</response>'\n");
	expect_stanza("<success xmlns='" NS_SASL "'/>",
	    "READ: '<success xmlns=\"" NS_SASL "\"/>'\n");
	expect_stanza("<authenticate xmlns='" NS_SASL2 "' mechanism='PLAIN'>"
	    "<initial-response>AHUAcA==</initial-response><user-agent id='x'>"
	    "<software>s</software></user-agent></authenticate>",
	    "READ: '<authenticate xmlns=\"" NS_SASL2 "\" mechanism=\"PLAIN\">"
	    "<initial-response>***</initial-response><user-agent id=\"x\">"
	    "<software>s</software></user-agent></authenticate>'\n");
	expect_stanza("<x:challenge xmlns:x='" NS_SASL "'>Zm9v</x:challenge>",
	    "READ: '<x:challenge xmlns:x=\"" NS_SASL "\">***</x:challenge>'\n");
	expect_stanza("<success xmlns='" NS_SASL2 "'><token xmlns='" NS_FAST
	    "' token='t0p' expiry='1'/></success>", "READ: '<success xmlns=\""
	    NS_SASL2 "\"><token xmlns=\"" NS_FAST "\" token=\"***\" "
	    "expiry=\"1\"/></success>'\n");
	expect_bytes("<challenge xmlns='" NS_SASL "'>Zm9v</challenge><a/>",
	    "WROTE: '<challenge xmlns=\"" NS_SASL "\">***</challenge><a/>'\n");
	expect_bytes("<challenge xmlns='" NS_SASL "'>Zm9v</chal",
	    "WROTE: '***'\n");
	expect_bytes("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-s&#97;sl'"
	    ">Zm9v</challenge>", "WROTE: '<challenge xmlns=\"" NS_SASL "\">***"
	    "</challenge>'\n");
}

static int
on_open(void *arg, const struct stream_header *h)
{
	trace_header(arg, TRACE_READ, h);
	return 0;
}

static void
headers_are_open_tags(void **state)
{
	static const struct stream_ops ops = { .open = on_open };
	static const char in[] = "<stream:stream xmlns='jabber:client' "
	    "xmlns:stream='" NS_STREAM "' to='a'>";
	struct stream_pool *pool = stream_pool_new();
	struct buf out = BUF_INIT(1000);
	struct stream *s = stream_new(&ops, &out, pool);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(stream_feed(s, in, sizeof in - 1, NULL, &e), 0);
	assert_string_equal(buf_cstr(&out), "READ: '<stream:stream "
	    "xmlns:stream=\"" NS_STREAM "\" to=\"a\" "
	    "xmlns=\"jabber:client\">'\n");
	stream_free(s);
	stream_pool_free(pool);
	buf_free(&out);
	expect_bytes("<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
	    " xmlns:stream='" NS_STREAM "'><challenge xmlns='" NS_SASL
	    "'>Zm9v</challenge></stream:stream>",
	    "WROTE: '<stream:stream xmlns:stream=\"" NS_STREAM "\" xmlns=\""
	    "jabber:client\"><challenge xmlns=\"" NS_SASL "\">***"
	    "</challenge></stream:stream>'\n");
}

static void
passwords_are_masked(void **state)
{
	(void)state;
	expect_stanza("<query xmlns='jabber:iq:auth'><username>u</username>"
	    "<password>p</password></query>", "READ: '<query xmlns=\"jabber:iq"
	    ":auth\"><username>u</username><password>***</password>"
	    "</query>'\n");
	expect_stanza("<x xmlns='jabber:x:data'><field var='a' type='"
	    "text-private'><value>p</value></field><field var='new-password'>"
	    "<value>p</value></field><field var='b'><value>v</value></field>"
	    "</x>", "READ: '<x xmlns=\"jabber:x:data\"><field var=\"a\" type="
	    "\"text-private\"><value>***</value></field><field var=\""
	    "new-password\"><value>***</value></field><field var=\"b\">"
	    "<value>v</value></field></x>'\n");
	/* An argument in JSON, a line of it a value. */
	expect_stanza("<x xmlns='jabber:x:data'><field var='argument'><value>"
	    "{'password':</value><value>'p'}</value></field></x>",
	    "READ: '<x xmlns=\"jabber:x:data\"><field var=\"argument\">"
	    "<value>***</value><value>***</value></field></x>'\n");
}

/* The payload of a set-user: in says JSON, out what it reads afterwards. */
static void
expect_user(const char *attrs, const char *in, const char *out)
{
	struct arena a = ARENA_INIT;
	struct buf xml = BUF_INIT(10000), back = BUF_INIT(10000);
	struct err e = ERR_INIT;
	const struct stanza *st;
	struct str text;

	buf_printf(&xml, "<iq type='set'><user xmlns='urn:M'%s>", attrs);
	base64_put(&xml, in, strlen(in));
	buf_puts(&xml, "</user></iq>");
	st = stanza_parse(&a, xml.p, xml.n, NS_CLIENT, &stream_limits_default,
	    &e);
	st = trace_mask(&a, st);
	text = stanza_text(stanza_first(st));
	if (strcmp(out, TRACE_MASK) == 0) {
		assert_string_equal(text.p, out);
	} else {
		assert_int_equal(base64_get(&back, text.p, text.n, &e), 0);
		assert_string_equal(buf_cstr(&back), out);
	}
	buf_free(&xml);
	buf_free(&back);
	arena_free(&a);
}

static void
passwords_in_payloads_are_masked(void **state)
{
	(void)state;
	expect_user("",
	    "[{\"data\": {\"name\":\"a\", \"password\" : \"x\\\"y\"}}]",
	    "[{\"data\": {\"name\":\"a\", \"password\" : \"***\"}}]");
	expect_user("", "{\"p\\u0061ssword\":[1,{\"a\":2}],\"b\":\"\\u00e4\"}",
	    "{\"p\\u0061ssword\":\"***\",\"b\":\"\\u00e4\"}");
	expect_user("", "{\"Password\":1}", "{\"Password\":\"***\"}");
	expect_user("", "{\"password\":\"\",\"x\":null}",
	    "{\"password\":\"\",\"x\":null}");
	expect_user("", "romeo", "romeo");
	expect_user("", "{\"password\":\"x\"", "***");	/* it is no JSON */
	expect_user("", "{\"password\":\"x\",\"password\":\"y\"}", "***");
	expect_user(" as='avro'", "anything", TRACE_MASK);
	expect_stanza("<user xmlns='urn:M'>not base64!</user>",
	    "READ: '<user xmlns=\"urn:M\">***</user>'\n");
}

static void
commands_and_answers(void **state)
{
	struct buf out = BUF_INIT(10000);

	(void)state;
	trace_request(&out, "get", STR("1"), "get-item", STR("/a[@b='c']"));
	trace_request(&out, "get", STR("a)b"), "get-branch", STR_NONE);
	trace_request(&out, "set", STR("2"), "set-user",
	    STR("[{\"password\":\"x\"}]"));
	trace_result(&out, "get", STR("1"), STR("[]"));
	trace_result(&out, "set", STR("2"), STR("[{\"password\":\"x\"}]"));
	trace_error(&out, "get", STR("3"), "item-not-found",
	    STR("no item at '/x'"));
	assert_string_equal(buf_cstr(&out),
	    "REQUEST (get/1) 'get-item \\'/a[@b=\\\\\\'c\\\\\\']\\''\n"
	    "REQUEST (get/a\\)b) 'get-branch'\n"
	    "REQUEST (set/2) 'set-user \\'[{\"password\":\"***\"}]\\''\n"
	    "RESULT (get/1) '[]'\n"
	    "RESULT (set/2) '[{\"password\":\"***\"}]'\n"
	    "ERROR (get/3) item-not-found 'no item at \\'/x\\''\n");
	buf_free(&out);
}

/* --- reading ------------------------------------------------------------- */

static void
expect_line(const char *line, enum trace_kind kind, const char *type,
    const char *id, const char *condition, const char *text)
{
	struct arena a = ARENA_INIT;
	struct trace_line t;

	assert_true(trace_parse(&t, &a, line, strlen(line)));
	assert_int_equal(t.kind, kind);
	assert_true(str_is(t.type, type));
	assert_true(str_is(t.id, id));
	assert_true(str_is(t.condition, condition));
	assert_true(str_is(t.text, text));
	arena_free(&a);
}

static void
lines_are_read_back(void **state)
{
	(void)state;
	expect_line("READ: '<a b=\\'c\\'>\\n\\\\</a>'", TRACE_READ, "", "", "",
	    "<a b='c'>\n\\</a>");
	expect_line("WROTE: ''\r", TRACE_WROTE, "", "", "", "");
	expect_line("2024-01-01T00:00:00Z READ: '<a/>'", TRACE_READ, "", "",
	    "", "<a/>");
	expect_line("time=1 conn=2 REQUEST (get/a\\)b) 'get-item \\'/\\''",
	    TRACE_REQUEST, "get", "a)b", "", "get-item '/'");
	expect_line("RESULT (set/) '[]'", TRACE_RESULT, "set", "", "", "[]");
	expect_line("ERROR (get/1) gone 'it is'", TRACE_ERROR, "get", "1",
	    "gone", "it is");
}

static void
other_lines_are_none(void **state)
{
	static const char *const others[] = {
		"", "READ", "READ:", "READ: ", "READ: '", "READ: 'x",
		"READ: 'x' y", "XREAD: 'x'", "read: 'x'", "READ: 'x\\q'",
		"READ: 'x\\'", "REQUEST 'x'", "REQUEST (get) 'x'",
		"REQUEST (get/1)'x'", "REQUEST (get/1 'x'", "REQUEST (get/1",
		"REQUEST (get/1\\", "ERROR (get/1) 'x'", "ERROR (get/1) gone",
		"say 'READ: \\'x\\''", "ready on 127.0.0.1:5222",
	};
	struct trace_line t;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct arena a = ARENA_INIT;

		assert_false(trace_parse(&t, &a, others[i],
		    strlen(others[i])));
		arena_free(&a);
	}
}

static void
a_line_of_many_beginnings_takes_no_time(void **state)
{
	struct buf b = BUF_INIT(1 << 23);
	struct arena a = ARENA_INIT;
	struct trace_line t;

	(void)state;
	while (b.n < 4 << 20)
		buf_puts(&b, "REQUEST (get/ REQUEST (");
	assert_false(trace_parse(&t, &a, b.p, b.n));
	assert_true(a.used < 1 << 20);
	buf_free(&b);
	arena_free(&a);
}

static void
what_is_written_is_read(void **state)
{
	static const char text[] = "it's \\ a \"test\"\r\n\t\x01 (x) \xc3\xa4";
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT(1000);
	struct trace_line t;

	(void)state;
	trace_error(&out, "set", (struct str){ text, sizeof text - 1 },
	    "conflict", (struct str){ text, sizeof text - 1 });
	assert_ptr_equal(memchr(out.p, '\n', out.n), out.p + out.n - 1);
	assert_true(trace_parse(&t, &a, out.p, out.n - 1));
	assert_true(str_is(t.id, text));
	assert_true(str_is(t.text, text));
	buf_free(&out);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stanzas_are_one_line),
		cmocka_unit_test(login_is_masked),
		cmocka_unit_test(headers_are_open_tags),
		cmocka_unit_test(passwords_are_masked),
		cmocka_unit_test(passwords_in_payloads_are_masked),
		cmocka_unit_test(commands_and_answers),
		cmocka_unit_test(lines_are_read_back),
		cmocka_unit_test(other_lines_are_none),
		cmocka_unit_test(a_line_of_many_beginnings_takes_no_time),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
