#include "unit.h"

#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stream.h"
#include "xmpp/xml.h"

static struct stanza *
parse(struct arena *a, const char *xml)
{
	struct err e = ERR_INIT;
	struct stanza *st = stanza_parse(a, xml, strlen(xml), NS_CLIENT,
	    &stream_limits_default, &e);

	assert_non_null(st);
	return st;
}

static void
expect_xml(const struct stanza *st, const char *ns, const char *xml)
{
	struct buf b = BUF_INIT(10000);

	stanza_write(&b, st, ns);
	assert_string_equal(buf_cstr(&b), xml);
	buf_free(&b);
}

static void
what_is_in_it(void **state)
{
	struct arena a = ARENA_INIT;
	struct stanza *st = parse(&a, "<iq id='7' xml:lang='de'>text"
	    "<a xmlns='urn:a'/>more<b xmlns='urn:b'>x<i/>y</b>"
	    "<a xmlns='urn:b' n='&#233;'/></iq>");

	(void)state;
	assert_true(stanza_is(st, "iq", NS_CLIENT));
	assert_true(stanza_is(st, NULL, NS_CLIENT));
	assert_false(stanza_is(st, "iq", "urn:a"));
	assert_false(stanza_is(NULL, "iq", NS_CLIENT));
	assert_string_equal(stanza_attr(st, "id"), "7");
	assert_true(str_is(stanza_attr_str(st, "id"), "7"));
	assert_null(stanza_attr(st, "lang"));
	assert_string_equal(stanza_attr_ns(st, "lang", NS_XML), "de");
	assert_true(stanza_is(stanza_first(st), "a", "urn:a"));
	assert_true(stanza_is(stanza_next(stanza_first(st)), "b", "urn:b"));
	assert_string_equal(stanza_attr(stanza_child(st, "a", "urn:b"), "n"),
	    "\xc3\xa9");
	assert_null(stanza_child(st, "c", NULL));
	assert_true(stanza_is(stanza_child(st, NULL, "urn:b"), "b", NULL));
	assert_true(str_is(stanza_text(st), "textmore"));
	assert_true(str_is(stanza_text(stanza_child(st, "b", NULL)), "xy"));
	assert_true(str_is(stanza_text(stanza_first(st)), ""));
	assert_true(str_is(stanza_text(NULL), ""));
	assert_null(stanza_first(NULL));
	assert_null(stanza_attr(NULL, "id"));
	assert_int_equal(stanza_elements(st), 5);
	arena_free(&a);
}

static void
made_by_hand(void **state)
{
	struct arena a = ARENA_INIT;
	struct stanza *st = stanza_new(&a, "iq", NS_CLIENT), *q;

	(void)state;
	stanza_set(st, "type", "result");
	stanza_set(st, "id", "<\"1\">");
	q = stanza_add(st, "query", NS_DISCO_INFO);
	stanza_set(stanza_add(q, "feature", NULL), "var", NS_PING);
	stanza_add_text(q, "a<b", 3);
	expect_xml(st, NS_CLIENT, "<iq type=\"result\" id=\"&lt;&quot;1&quot;"
	    "&gt;\"><query xmlns=\"" NS_DISCO_INFO "\"><feature var=\""
	    NS_PING "\"/>a&lt;b</query></iq>");
	expect_xml(st, "", "<iq xmlns=\"jabber:client\" type=\"result\" id=\""
	    "&lt;&quot;1&quot;&gt;\"><query xmlns=\"" NS_DISCO_INFO "\">"
	    "<feature var=\"" NS_PING "\"/>a&lt;b</query></iq>");
	stanza_set(st, "id", "2");
	stanza_set(st, "type", NULL);
	stanza_set(st, "none", NULL);
	stanza_set_text(q, "x", 1);
	expect_xml(st, NS_CLIENT, "<iq id=\"2\"><query xmlns=\""
	    NS_DISCO_INFO "\">x</query></iq>");
	stanza_set_text(q, "", 0);
	expect_xml(st, NS_CLIENT, "<iq id=\"2\"><query xmlns=\""
	    NS_DISCO_INFO "\"/></iq>");
	arena_free(&a);
}

static const char *const documents[] = {
	"<a/>", "<a b=\"1\">t<c/>u</a>",
	"<x:a xmlns:x=\"urn:x\"><b/><x:c x:d=\"1\"/></x:a>",
	"<a xmlns=\"urn:a\"><b xmlns=\"\"><c xmlns=\"urn:a\"/></b></a>",
	"<a><x:b xmlns:x=\"urn:x\"/><x:b xmlns:x=\"urn:y\"/></a>",
	"<x:a xmlns:x=\"urn:x\"><x:b xmlns:x=\"urn:y\"><x:c/></x:b>"
	    "<x:d/></x:a>",
	"<a xmlns:x=\"urn:x\" x:p=\"1\" x:q=\"2\"><b x:p=\"3\"/></a>",
	"<a xmlns:u=\"unused\"><b><c t=\"u:int\"/></b></a>",
	"<a b=\"&#x9;&#xA;&#xD;\">&#xD;\n\t</a>",
	"<a xml:lang=\"en\"><b xml:space=\"preserve\"> </b></a>",
	"<a><b><c><d/></c></b><e/></a>",
};

static void
written_as_it_was_and_copied_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
		struct arena a = ARENA_INIT, b = ARENA_INIT;
		struct stanza *st = parse(&a, documents[i]), *copy;

		expect_xml(st, NS_CLIENT, documents[i]);
		copy = stanza_copy(&b, st);
		arena_free(&a);		/* the copy needs nothing of it */
		expect_xml(copy, NS_CLIENT, documents[i]);
		arena_free(&b);
	}
	assert_null(stanza_copy(NULL, NULL));
}

static void
a_part_stands_alone(void **state)
{
	struct arena a = ARENA_INIT;
	struct stanza *st = parse(&a, "<a xmlns:x='urn:x' xmlns:y='urn:y'>"
	    "<x:b y:c='1'><x:d/></x:b></a>");

	(void)state;
	expect_xml(stanza_first(st), NS_CLIENT, "<x:b xmlns:x=\"urn:x\" "
	    "xmlns:y=\"urn:y\" y:c=\"1\"><x:d/></x:b>");
	arena_free(&a);
}

static void
one_open_tag(void **state)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(1000);
	struct stanza *st = parse(&a,
	    "<x:a xmlns:x='urn:x'><x:b c='1'/></x:a>");

	(void)state;
	stanza_write_open(&b, st, st, "");
	stanza_write_open(&b, st, stanza_first(st), "");
	assert_string_equal(buf_cstr(&b),
	    "<x:a xmlns:x=\"urn:x\"<x:b c=\"1\"");
	buf_free(&b);
	arena_free(&a);
}

/* No recursion: a deep tree is written and copied on any stack. */
static void
deep_trees(void **state)
{
	struct arena a = ARENA_INIT, b = ARENA_INIT;
	struct stanza *top = stanza_new(&a, "a", NS_CLIENT), *st = top;
	struct buf out = BUF_INIT(10 << 20);

	(void)state;
	for (int i = 1; i < 300000; i++)
		st = stanza_add(st, "a", NULL);
	st = stanza_copy(&b, top);
	assert_int_equal(stanza_elements(st), 300000);
	stanza_write(&out, st, NS_CLIENT);
	assert_int_equal(out.n, 299999 * 7 + 4);
	buf_free(&out);
	arena_free(&a);
	arena_free(&b);
}

static void
expect_text(const char *in, size_t n, const char *text, const char *value)
{
	struct buf b = BUF_INIT(1000);

	xml_text(&b, in, n);
	assert_string_equal(buf_cstr(&b), text);
	buf_reset(&b);
	xml_value(&b, in, n);
	assert_string_equal(buf_cstr(&b), value);
	buf_free(&b);
}

static void
escapes(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	expect_text("", 0, "", "");
	expect_text("a<b>c&d\"e'f", 11, "a&lt;b&gt;c&amp;d\"e'f",
	    "a&lt;b&gt;c&amp;d&quot;e'f");
	expect_text("\t\n\r", 3, "\t\n&#xD;", "&#x9;&#xA;&#xD;");
	expect_text("0123456789abcdef0123456789abcde&", 32,
	    "0123456789abcdef0123456789abcde&amp;",
	    "0123456789abcdef0123456789abcde&amp;");
	expect_text("&123456789abcdef&", 17, "&amp;123456789abcdef&amp;",
	    "&amp;123456789abcdef&amp;");
	xml_attr(&b, "a", "1");
	xml_attr(&b, "b", NULL);
	xml_attr(&b, "c", "");
	assert_string_equal(buf_cstr(&b), " a=\"1\" c=\"\"");
	buf_reset(&b);
	xml_clean(&b, "a\x01" "b<\xff\xef\xbf\xbf\xc3\xa4", 10);
	assert_string_equal(buf_cstr(&b), "a\xef\xbf\xbd" "b&lt;\xef\xbf\xbd"
	    "\xef\xbf\xbd\xc3\xa4");
	assert_true(xml_sayable("a\t\n\r\xf0\x9f\x98\x80", 8));
	assert_false(xml_sayable("\x0b", 1));
	assert_false(xml_sayable("\xed\xa0\x80", 3));
	assert_false(xml_sayable("\0", 1));
	buf_free(&b);
}

static void
says_its_language_once(void **state)
{
	struct arena a = ARENA_INIT;
	struct stanza *st = parse(&a, "<message id='1'/>");

	(void)state;
	stanza_lang(st, NULL);
	expect_xml(st, NS_CLIENT, "<message id=\"1\"/>");
	stanza_lang(st, "de");
	stanza_lang(st, "fr");
	expect_xml(st, NS_CLIENT, "<message id=\"1\" xml:lang=\"de\"/>");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_it),
		cmocka_unit_test(made_by_hand),
		cmocka_unit_test(written_as_it_was_and_copied_so),
		cmocka_unit_test(a_part_stands_alone),
		cmocka_unit_test(one_open_tag),
		cmocka_unit_test(deep_trees),
		cmocka_unit_test(escapes),
		cmocka_unit_test(says_its_language_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
