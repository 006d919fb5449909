#include "unit.h"

#include <string.h>

#include "lines.h"
#include "capture.h"
#include "xmpp/ns.h"

#define HEAD	"<stream:stream xmlns='jabber:client' xmlns:stream='" \
		NS_STREAM "' id='1'>"
#define HEAD_OUT "header 1 jabber:client\n"

static void
on_item(void *arg, const struct item *it)
{
	struct buf *log = arg;

	if (it->direction != NULL && it->kind != ITEM_LINE)
		buf_printf(log, "%s ", it->direction);
	switch (it->kind) {
	case ITEM_STANZA:
		stanza_write(log, it->st, it->around);
		break;
	case ITEM_HEADER:
		buf_printf(log, "header %s %s", stanza_attr(it->st, "id"),
		    it->around);
		break;
	case ITEM_END:
		buf_puts(log, "end");
		break;
	case ITEM_LINE:
		buf_printf(log, "line %s %s", trace_word(it->line->kind),
		    it->line->text.p);
		break;
	case ITEM_BAD:
		assert_true(it->text[0] != '\0');
		buf_puts(log, "bad ");
		buf_put(log, it->raw.p, it->raw.n);
		break;
	case ITEM_NOTE:
		buf_puts(log, "note ");
		buf_put(log, it->raw.p, it->raw.n);
		break;
	case ITEM_EVENT:
		fail_msg("an event of no connection");
		break;
	}
	buf_putc(log, '\n');
}

static void
expect(const char *in, const char *out)
{
	static const size_t cuts[] = { SIZE_MAX, 1, 2, 5 };
	size_t n = strlen(in);

	for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
		struct buf log = BUF_INIT(1 << 20);
		struct capture *r = capture_new(on_item, &log);

		for (size_t i = 0; i < n; i += cuts[c] < n ? cuts[c] : n)
			capture_feed(r, in + i, n - i < cuts[c] ? n - i :
			    cuts[c]);
		capture_end(r);
		assert_string_equal(buf_cstr(&log), out);
		capture_free(r);
		buf_free(&log);
	}
}

static void
streams_with_and_without_header(void **state)
{
	(void)state;
	expect("<iq id='1'/>\n<message/>", "<iq id=\"1\"/>\n<message/>\n");
	expect("<?xml version='1.0'?>" HEAD "<iq/></stream:stream>",
	    HEAD_OUT "<iq/>\nend\n");
	expect("<stream:features/><a xmlns='urn:x'/>",
	    "<stream:features xmlns:stream=\"" NS_STREAM "\"/>\n"
	    "<a xmlns=\"urn:x\"/>\n");
	expect("<s xmlns='urn:s'>t</s>  ", "<s xmlns=\"urn:s\">t</s>\n");
	expect("", "");
}

static void
headers_anywhere(void **state)
{
	(void)state;
	expect(HEAD HEAD "<iq/>", HEAD_OUT HEAD_OUT "<iq/>\n");
	expect(HEAD "<auth xmlns='" NS_SASL "'>x</auth><?xml version='1.0'?>"
	    HEAD "<iq/></stream:stream></stream:stream>\n<iq/>",
	    HEAD_OUT "<auth xmlns=\"" NS_SASL "\">x</auth>\n" HEAD_OUT
	    "<iq/>\nend\nend\n<iq/>\n");
	expect("<stream:stream xmlns='jabber:server' xmlns:stream='"
	    NS_STREAM "' id='2'><message/>",
	    "header 2 jabber:server\n<message/>\n");
}

static void
what_is_malformed_is_skipped(void **state)
{
	(void)state;
	expect("<iq id='1'/><iq><a></iq><iq id='2'/>",
	    "<iq id=\"1\"/>\nbad <iq><a></iq>\n<iq id=\"2\"/>\n");
	expect("garbage <iq/> more <message/>",
	    "bad garbage \n<iq/>\nbad more \n<message/>\n");
	/* not closed: the next stanza begins inside it */
	expect("<iq id='1'><query><iq id='2'/><message/>",
	    "bad <iq id='1'><query>\n<iq id=\"2\"/>\n<message/>\n");
	expect("<iq>&nope;</iq><presence/>",
	    "bad <iq>&nope;</iq>\n<presence/>\n");
	expect("<!-- c --><iq/>", "bad <!-- c -->\n<iq/>\n");
	expect("<iq", "bad <iq\n");
	expect("<iq><body>x", "bad <iq><body>x\n");
	expect("x", "bad x\n");
	expect("<iq a='<iq/>", "bad <iq a='\n<iq/>\n");
	expect(HEAD "<iq></x><iq/>", HEAD_OUT "bad <iq></x>\n<iq/>\n");
	expect("<stream:stream id='x'><iq/>",
	    "bad <stream:stream id='x'>\n<iq/>\n");
	expect("<iq>\xff</iq><iq/>", "bad <iq>\xff</iq>\n<iq/>\n");
}

static void
rubble_does_not_pile_up(void **state)
{
	struct buf log = BUF_INIT(64 << 20);
	struct capture *r = capture_new(on_item, &log);
	char junk[1000];

	(void)state;
	memset(junk, 'x', sizeof junk);
	for (int i = 0; i < 5000; i++)
		capture_feed(r, junk, sizeof junk);
	assert_true(log.n > 3 << 20);	/* told of on the way */
	capture_feed(r, "<iq/>", 5);
	capture_end(r);
	assert_memory_equal(log.p + log.n - 7, "\n<iq/>\n", 7);
	capture_free(r);
	buf_free(&log);
}

static void
expect_lines(const char *in, const char *out)
{
	static const size_t cuts[] = { SIZE_MAX, 1, 7 };
	size_t n = strlen(in);

	for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
		struct buf log = BUF_INIT(1 << 20);
		struct lines *l = lines_new(on_item, &log);

		for (size_t i = 0; i < n; i += cuts[c] < n ? cuts[c] : n)
			lines_feed(l, in + i, n - i < cuts[c] ? n - i :
			    cuts[c]);
		lines_end(l);
		assert_string_equal(buf_cstr(&log), out);
		lines_free(l);
		buf_free(&log);
	}
}

static void
lines_of_a_trace(void **state)
{
	(void)state;
	expect_lines("ready\n\nREAD: '<iq id=\\'1\\'/>'\r\n"
	    "time=1 REQUEST (get/1) 'get-item \\'/\\''\n"
	    "RESULT (get/1) '[]'\nWROTE: '<iq/>'",
	    "note ready\nREAD <iq id=\"1\"/>\nline REQUEST get-item '/'\n"
	    "line RESULT []\nWROTE <iq/>\n");
	/* a line is whole: what it leaves open does not reach the next */
	expect_lines("READ: '<iq>'\nREAD: '</iq>'\nREAD: '<iq/><r/>'\n",
	    "READ bad <iq>\nREAD bad </iq>\nREAD <iq/>\nREAD <r/>\n");
	expect_lines("WROTE: '" "<?xml version=\\'1.0\\'?>" "<stream:stream "
	    "xmlns:stream=\\'" NS_STREAM "\\' id=\\'1\\'>'\n"
	    "WROTE: '</stream:stream>'\n",
	    "WROTE header 1 \nWROTE end\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_with_and_without_header),
		cmocka_unit_test(headers_anywhere),
		cmocka_unit_test(what_is_malformed_is_skipped),
		cmocka_unit_test(rubble_does_not_pile_up),
		cmocka_unit_test(lines_of_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
