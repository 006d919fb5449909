#include "unit.h"

#include <string.h>

#include "base/base64.h"
#include "lines.h"
#include "capture.h"
#include "show_item.h"

enum how { LONG, SHORT, JSON };

struct shown {
	struct output o;
	enum how how;
	size_t width;
};

static void
on_item(void *arg, const struct item *it)
{
	struct shown *s = arg;

	if (s->how == LONG)
		show_long(&s->o, it);
	else if (s->how == SHORT)
		show_short(&s->o, it, s->width);
	else
		show_json(&s->o, it);
}

static void
expect(enum how how, const char *in, const char *out)
{
	struct shown s = { .how = how, .o = { .text = true } };
	struct capture *r = capture_new(on_item, &s);

	buf_init(&s.o.buf, 1 << 20);
	capture_feed(r, in, strlen(in));
	capture_end(r);
	assert_string_equal(buf_cstr(&s.o.buf), out);
	capture_free(r);
	buf_free(&s.o.buf);
}

/* An iq of urn:M with this payload. */
static void
expect_payload(enum how how, const char *attrs, const char *p, size_t n,
    const char *out)
{
	struct buf in = BUF_INIT(10000);

	buf_printf(&in, "<iq type='get' id='1'><item xmlns='urn:M'%s>", attrs);
	base64_put(&in, p, n);
	buf_puts(&in, "</item></iq>");
	expect(how, buf_cstr(&in), out);
	buf_free(&in);
}

#define AVRO	"\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01\x0a"

static void
indented(void **state)
{
	(void)state;
	expect(LONG, "<message to='a'><body>x &lt; y</body><x xmlns='urn:x'/>"
	    "</message>", "<message to=\"a\">\n  <body>x &lt; y</body>\n"
	    "  <x xmlns=\"urn:x\"/>\n</message>\n");
	expect(LONG, "<a xmlns:p='urn:p'>t<p:b><p:c d='\"'/></p:b></a>",
	    "<a xmlns:p=\"urn:p\">\n  t\n  <p:b>\n    <p:c d=\"&quot;\"/>\n"
	    "  </p:b>\n</a>\n");
	expect(LONG, "<iq/></stream:stream>", "<iq/>\n</stream:stream>\n");
	expect(LONG, "<iq>\x01</iq>", "MALFORMED: PCDATA invalid Char value 1\n"
	    "<iq>\\x01</iq>\n");
	expect(LONG, "<iq a='\xc2\x9b&#10;'>\xc2\x9b\n</iq>",
	    "<iq a=\"\\xc2\\x9b&#xA;\">\\xc2\\x9b\\n</iq>\n");
}

static void
payloads_are_decoded(void **state)
{
	(void)state;
	expect_payload(LONG, "", "/a", 2, "<iq type=\"get\" id=\"1\">\n"
	    "  <item xmlns=\"urn:M\">\n    '/a'\n  </item>\n</iq>\n");
	expect_payload(LONG, "", "{\"a\":[1,2]}", 11,
	    "<iq type=\"get\" id=\"1\">\n  <item xmlns=\"urn:M\">\n"
	    "    {\"a\": [1, 2]}\n  </item>\n</iq>\n");
	expect_payload(LONG, "", AVRO, 11, "<iq type=\"get\" id=\"1\">\n"
	    "  <item xmlns=\"urn:M\">\n    avro: fingerprint "
	    "0102030405060708, 11 bytes: c30108070605040302010a\n"
	    "  </item>\n</iq>\n");
	expect_payload(LONG, " as='avro'", "1", 1,
	    "<iq type=\"get\" id=\"1\">\n  <item xmlns=\"urn:M\" as=\"avro\">\n"
	    "    binary: 1 bytes: 31\n  </item>\n</iq>\n");
	expect_payload(LONG, "", "\x1b[31m", 5, "<iq type=\"get\" id=\"1\">\n"
	    "  <item xmlns=\"urn:M\">\n    binary: 5 bytes: 1b5b33316d\n"
	    "  </item>\n</iq>\n");
	expect(LONG, "<iq><item xmlns='urn:M'>?</item></iq>",
	    "<iq>\n  <item xmlns=\"urn:M\">\n    not base64: ?\n  </item>\n"
	    "</iq>\n");
}

static void
in_one_line(void **state)
{
	(void)state;
	expect(SHORT, "<iq type='get' id='a b' from='r@m/x' to='m'><ping "
	    "xmlns='urn:xmpp:ping'/></iq>",
	    "- iq get a\\x20b r@m/x>m ping urn:xmpp:ping\n");
	expect(SHORT, "<presence/>", "- presence - - -\n");
	expect(SHORT, "<message><subject/><body>it's</body></message>",
	    "- message - - - subject '', body 'it\\'s'\n");
	expect(SHORT, "<iq type='error' id='1'><item xmlns='urn:M'>Lw==</item>"
	    "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:"
	    "ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-"
	    "stanzas'>no\nsuch</text></error></iq>",
	    "- iq error 1 - error item-not-found 'no\\nsuch'\n");
	expect(SHORT, "<success xmlns='urn:x' a='1'>t</success>",
	    "- success - - - a=1 't'\n");
	expect_payload(SHORT, " branch='b'", "/a", 2,
	    "- iq get 1 - get-item branch=b '/a'\n");
	expect_payload(SHORT, "", "[1,2]", 5,
	    "- iq get 1 - get-item [2] [1,2]\n");
	expect_payload(SHORT, "", AVRO, 11,
	    "- iq get 1 - get-item avro 0102030405060708, 11 bytes\n");
	expect(SHORT, "<iq></x>", "- malformed - - - an end tag that does not "
	    "match: '<iq></x>'\n");
}

static void
as_json(void **state)
{
	(void)state;
	expect(JSON, "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
	    "{\"direction\":null,\"kind\":\"iq\",\"ns\":\"jabber:client\","
	    "\"type\":\"get\",\"id\":\"1\",\"payload\":{\"name\":\"ping\","
	    "\"ns\":\"urn:xmpp:ping\"},\"xml\":\"<iq type=\\\"get\\\" "
	    "id=\\\"1\\\"><ping xmlns=\\\"urn:xmpp:ping\\\"/></iq>\"}\n");
	expect_payload(JSON, "", "{\"a\" : 1}", 9,
	    "{\"direction\":null,\"kind\":\"iq\",\"ns\":\"jabber:client\","
	    "\"type\":\"get\",\"id\":\"1\",\"payload\":{\"name\":\"item\","
	    "\"ns\":\"urn:M\",\"command\":\"get-item\",\"json\":{\"a\":1}},"
	    "\"xml\":\"<iq type=\\\"get\\\" id=\\\"1\\\"><item xmlns=\\\"urn:M"
	    "\\\">eyJhIiA6IDF9</item></iq>\"}\n");
	expect(JSON, "\xc2\x9b\x7f", "{\"direction\":null,\"kind\":"
	    "\"malformed\",\"error\":\"text between stanzas\",\"raw\":"
	    "\"\\u009b\\u007f\"}\n");
	expect(JSON, "<x/></stream:stream>x",
	    "{\"direction\":null,\"kind\":\"x\",\"ns\":\"jabber:client\","
	    "\"xml\":\"<x/>\"}\n{\"direction\":null,\"kind\":\"end\"}\n"
	    "{\"direction\":null,\"kind\":\"malformed\",\"error\":\"text "
	    "between stanzas\",\"raw\":\"x\"}\n");
}

static void
colours_are_switched_off_again(void **state)
{
	struct shown s = { .how = SHORT, .o = { .color = true } };
	struct capture *r = capture_new(on_item, &s);

	(void)state;
	buf_init(&s.o.buf, 1000);
	s.width = 10;			/* and the line fits the window */
	capture_direction(r, "READ");
	capture_feed(r, "<presence>\xc3\xa4</presence>", 23);
	assert_string_equal(buf_cstr(&s.o.buf),
	    "\033[32mREAD prese\033[0m\n");
	capture_free(r);
	buf_free(&s.o.buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indented),
		cmocka_unit_test(payloads_are_decoded),
		cmocka_unit_test(in_one_line),
		cmocka_unit_test(as_json),
		cmocka_unit_test(colours_are_switched_off_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
