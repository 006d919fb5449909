#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define DECL	"<?xml version='1.0'?>"
#define HEAD	"<stream:stream xmlns='jabber:client' xmlns:stream='" \
		NS_STREAM "' to='a.lit' version='1.0'>"
#define TAIL	"</stream:stream>"
#define LOG_MAX	(1 << 22)

/* What came out, as one text. */
struct play {
	struct buf log;
	struct stream *s;
	const char *restart_at;		/* id of the stanza */
	const char *stop_at;
};

static int
on_open(void *arg, const struct stream_header *h)
{
	struct play *pl = arg;

	buf_printf(&pl->log, "open to=%s version=%s lang=%s ns=%s\n",
	    h->to ? h->to : "-", h->version ? h->version : "-",
	    h->lang ? h->lang : "-", h->ns);
	return 0;
}

static int
on_stanza(void *arg, struct stanza *st)
{
	struct play *pl = arg;
	const char *id = stanza_attr(st, "id");

	stanza_write(&pl->log, st, NS_CLIENT);
	buf_putc(&pl->log, '\n');
	if (id != NULL && pl->restart_at && strcmp(id, pl->restart_at) == 0)
		stream_restart(pl->s);
	return id != NULL && pl->stop_at && strcmp(id, pl->stop_at) == 0;
}

static int
on_close(void *arg)
{
	struct play *pl = arg;

	buf_puts(&pl->log, "close\n");
	return 0;
}

static const struct stream_ops ops = { on_open, on_stanza, on_close };

static const struct stream_limits small = {
	.bytes = 300, .depth = 4, .elements = 10, .attrs = 5, .name = 20,
};

/* Feed it in pieces of cut bytes; the log is the caller's to free. */
static char *
play(struct play *pl, const char *in, size_t n, size_t cut,
    const struct stream_limits *lim, bool bare)
{
	struct stream_pool *pool = stream_pool_new();
	struct err e = ERR_INIT;
	int rc = 0;

	buf_init(&pl->log, LOG_MAX);
	pl->s = bare ? stream_new_bare(&ops, pl, pool, NS_CLIENT) :
	    stream_new(&ops, pl, pool);
	stream_limit(pl->s, lim);
	for (size_t i = 0; i < n && rc == 0; i += cut)
		rc = stream_feed(pl->s, in + i, n - i < cut ? n - i : cut,
		    NULL, &e);
	if (rc < 0)
		buf_printf(&pl->log, "error %s\n", stream_error(pl->s));
	else if (!stream_idle(pl->s))
		buf_puts(&pl->log, "half\n");
	stream_free(pl->s);
	stream_pool_free(pool);
	return buf_take(&pl->log);
}

static void
expect_n(const char *in, size_t n, const char *log,
    const struct stream_limits *lim, bool bare)
{
	static const size_t cuts[] = { SIZE_MAX / 2, 1, 2, 3, 7, 64 };

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct play pl = { .s = NULL };
		char *got = play(&pl, in, n, cuts[i], lim, bare);

		assert_string_equal(got, log);
		free(got);
	}
}

static void
expect(const char *in, const char *log)
{
	expect_n(in, strlen(in), log, &small, false);
}

#define OPENED	"open to=a.lit version=1.0 lang=- ns=jabber:client\n"

static void
a_whole_stream(void **state)
{
	(void)state;
	expect(DECL "\n" HEAD " \n<iq type='get' id='1'><ping "
	    "xmlns='urn:xmpp:ping'/></iq>\n<presence/><message to='b'><body>"
	    "a &amp; b &lt;c&gt; &#65;</body></message>" TAIL " ",
	    OPENED
	    "<iq type=\"get\" id=\"1\"><ping xmlns=\"urn:xmpp:ping\"/></iq>\n"
	    "<presence/>\n"
	    "<message to=\"b\"><body>a &amp; b &lt;c&gt; A</body></message>\n"
	    "close\n");
	expect("  \n<stream:stream xmlns:stream='" NS_STREAM "' xml:lang='de'"
	    " xmlns='jabber:client'><a/", "open to=- version=- lang=de "
	    "ns=jabber:client\nhalf\n");
	expect("<?xml version=\"1.0\" encoding=\"utf-8\" ?>" HEAD, OPENED);
	expect("<s:stream xmlns:s='" NS_STREAM "' xmlns='x'><a><b/></a>",
	    "open to=- version=- lang=- ns=x\n<a xmlns=\"x\"><b/></a>\n");
}

static void
names_keep_prefix_and_namespace(void **state)
{
	(void)state;
	expect(HEAD "<x:a xmlns:x='urn:x'><x:b x:c='1' d='2'/></x:a>", OPENED
	    "<x:a xmlns:x=\"urn:x\"><x:b x:c=\"1\" d=\"2\"/></x:a>\n");
	expect(HEAD "<a xml:lang='en'><b xmlns='urn:b'><c xmlns=''/></b></a>",
	    OPENED "<a xml:lang=\"en\"><b xmlns=\"urn:b\"><c xmlns=\"\"/>"
	    "</b></a>\n");
	expect("<stream:stream xmlns='jabber:client' xmlns:q='urn:q' "
	    "xmlns:stream='" NS_STREAM "'><a q:r='1'><q:s/></a>",
	    "open to=- version=- lang=- ns=jabber:client\n"
	    "<a xmlns:q=\"urn:q\" q:r=\"1\"><q:s/></a>\n");
	expect(HEAD "<a xmlns:xs='urn:xs' type='xs:int'/>", OPENED
	    "<a xmlns:xs=\"urn:xs\" type=\"xs:int\"/>\n");
}

static void
text_is_one_node_however_it_came(void **state)
{
	(void)state;
	expect(HEAD "<a>x<![CDATA[<&>]]]]><![CDATA[>]]>y&#x20AC;\xe2\x82\xac"
	    "</a>", OPENED "<a>x&lt;&amp;&gt;]]&gt;y\xe2\x82\xac\xe2\x82\xac"
	    "</a>\n");
	expect(HEAD "<a b='&lt;&quot;&#10;\t\xc3\xa4'/>", OPENED
	    "<a b=\"&lt;&quot;&#xA; \xc3\xa4\"/>\n");
	expect(HEAD "<a>1<b/>2<b/>3</a>", OPENED
	    "<a>1<b/>2<b/>3</a>\n");
}

static void
what_is_restricted_is_refused(void **state)
{
	static const char *const items[] = {
		"<a><!-- c --></a>", "<!-- c -->", "<a><?pi x?></a>",
		"<?pi x?>",
		"<?xml version='1.0'?>", "<![CDATA[x]]>", "<a>&x;</a>",
		"<a b='&x;'/>", "<!DOCTYPE a>", "<a><![CDAT[x]]></a>",
		"<a><!ENTITY x 'y'></a>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
		char in[512];

		snprintf(in, sizeof in, HEAD "%s", items[i]);
		expect(in, OPENED "error restricted-xml\n");
	}
	expect("<!DOCTYPE a [<!ENTITY x 'y'>]>" HEAD, "error restricted-xml\n");
	expect(DECL "<!DOCTYPE a>" HEAD, "error restricted-xml\n");
	expect(DECL "<!-- c -->" HEAD, "error restricted-xml\n");
	expect(DECL DECL HEAD, "error restricted-xml\n");
	expect("<?xml-stylesheet href='x'?>" HEAD, "error restricted-xml\n");
}

static void
what_is_malformed_is_refused(void **state)
{
	static const char *const items[] = {
		"<a></b>", "<a><b></a>", "<a b='1' b='2'/>", "<a b=1/>",
		"<a b/>", "<a b='<'/>", "<a <b/>", "<x:a/>", "<a x:b=''/>",
		"<a>&</a>", "<a>]]></a>", "< a/>", "<a/ >", "<a>\x01</a>",
		"<a>\xff</a>", "<a>\xc0\xaf</a>", "<a>\xed\xa0\x80</a>",
		"<a>\xe2\x82</a>", "<a>&#0;</a>", "<a>&#xD800;</a>",
		"<a>\xef\xbf\xbf</a>", "<a b='\x02'/>", "<1a/>", "<a:b:c/>",
		"<a></a b>", "<>", "</>", "<a></>", "</stream>",
		"<a xmlns:b=''/>", "<a xmlns:xml='urn:x'/>",
		"<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>", "<a b='1'c='2'/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
		char in[512];

		snprintf(in, sizeof in, HEAD "%s %s", items[i],
		    strchr(items[i], '/') == NULL ? "</a>" : "");
		expect(in, OPENED "error not-well-formed\n");
	}
	expect(HEAD "<a/>text", OPENED "<a/>\nerror bad-format\n");
	expect("text", "error not-well-formed\n");
	expect("\xef\xbb\xbf" HEAD, "error not-well-formed\n");
	expect("</stream:stream>", "error not-well-formed\n");
}

static void
the_root_must_be_a_stream(void **state)
{
	(void)state;
	expect("<stream:stream xmlns='jabber:client' xmlns:stream='urn:x'>",
	    "error invalid-namespace\n");
	expect("<stream:stream>", "error not-well-formed\n");
	expect("<stream xmlns='" NS_STREAM "'>",
	    "error bad-namespace-prefix\n");
	expect("<x:y xmlns:x='" NS_STREAM "'>", "error bad-format\n");
	expect("<stream:stream xmlns:stream='" NS_STREAM "'/>",
	    "error bad-format\n");
	expect("<iq xmlns='jabber:client'>", "error invalid-namespace\n");
	expect(HEAD HEAD, OPENED "error bad-format\n");
	expect("GET / HTTP/1.1\r\n", "error not-well-formed\n");
}

static void
encodings_but_utf8_are_refused(void **state)
{
	static const char le[] = "<\0s\0t\0r\0", be[] = "\0<\0s\0t";
	static const char le_mark[] = "\xff\xfe<\0s\0", be_mark[] =
	    "\xfe\xff\0<\0s";

	(void)state;
	expect_n(le, sizeof le - 1, "error unsupported-encoding\n", &small, 0);
	expect_n(be, sizeof be - 1, "error unsupported-encoding\n", &small, 0);
	expect_n(le_mark, sizeof le_mark - 1, "error unsupported-encoding\n",
	    &small, 0);
	expect_n(be_mark, sizeof be_mark - 1, "error unsupported-encoding\n",
	    &small, 0);
	expect("<?xml version='1.0' encoding='ISO-8859-1'?>" HEAD,
	    "error unsupported-encoding\n");
	expect("<?xml version='1.0' encoding='UTF-16'?>" HEAD,
	    "error unsupported-encoding\n");
	expect("<?xml version='1.0' encoding='ebcdic-x'?>" HEAD,
	    "error unsupported-encoding\n");
	expect("<?xml version='1.0' encoding='UTF-8'?>" HEAD, OPENED);
}

/* count times what, between before and after. */
static void
expect_many(const char *before, const char *what, size_t count,
    const char *after, const char *log, const struct stream_limits *lim)
{
	struct buf in = BUF_INIT(LOG_MAX);

	buf_puts(&in, before);
	while (count-- > 0)
		buf_puts(&in, what);
	buf_puts(&in, after);
	assert_false(buf_full(&in));
	expect_n(in.p, in.n, log, lim, false);
	buf_free(&in);
}

#define PAST	OPENED "error policy-violation\n"

static void
limits_hold_to_the_byte(void **state)
{
	struct buf log = BUF_INIT(1000);

	(void)state;
	/* "<a></a>" is 7 bytes, the limit 300. */
	buf_puts(&log, OPENED "<a>");
	for (int i = 0; i < 293; i++)
		buf_putc(&log, 'x');
	buf_puts(&log, "</a>\n");
	expect_many(HEAD "<a>", "x", 293, "</a>", buf_cstr(&log), &small);
	expect_many(HEAD "<a>", "x", 294, "</a>", PAST, &small);
	expect_many(HEAD "<a>", "x", 298, "", PAST, &small);
	expect_many(HEAD "<a b='", "x", 400, "", PAST, &small);
	expect_many(HEAD "<a>", " ", 400, "", PAST, &small);
	expect_many(HEAD "<a", " ", 400, "", PAST, &small);
	expect_many(HEAD, " \n", 150, "<a/>", OPENED "<a/>\n", &small);
	expect_many(HEAD, " \n", 151, "<a/>", PAST, &small);
	expect_many(HEAD "<a/>", "\n", 301, "", OPENED "<a/>\n"
	    "error policy-violation\n", &small);
	expect_many("", " ", 300, HEAD, OPENED, &small);
	expect_many("", " ", 301, HEAD, "error policy-violation\n", &small);
	expect_many("<?xml version='1.0'", " ", 400, "?>" HEAD,
	    "error policy-violation\n", &small);
	buf_free(&log);
}

static void
limits_hold_for_shapes(void **state)
{
	(void)state;
	expect(HEAD "<a><b><c><d/></c></b></a>", OPENED
	    "<a><b><c><d/></c></b></a>\n");
	expect(HEAD "<a><b><c><d><e/></d></c></b></a>", PAST);
	expect(HEAD "<a><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>", OPENED
	    "<a><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>\n");
	expect(HEAD "<a><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>", PAST);
	expect(HEAD "<a a='' b='' c='' d='' xmlns='e'/>", OPENED
	    "<a xmlns=\"e\" a=\"\" b=\"\" c=\"\" d=\"\"/>\n");
	expect(HEAD "<a a='' b='' c='' d='' e='' f=''/>", PAST);
	expect(HEAD "<a a='====='/>", OPENED "<a a=\"=====\"/>\n");
	expect_many(HEAD "<", "x", 20, "/>", OPENED "<xxxxxxxxxxxxxxxxxxxx/>\n",
	    &small);
	expect_many(HEAD "<", "x", 21, "/>", PAST, &small);
	expect_many(HEAD "<a ", "x", 21, "='1'/>", PAST, &small);
	expect_many(HEAD "<a>", "<b/>", 300, "", PAST, &small);
}

static void
floods_end_at_the_limit(void **state)
{
	static const struct stream_limits *lim = &stream_limits_default;

	(void)state;
	expect_many(HEAD, "<a>", 30000, "", PAST, lim);
	expect_many(HEAD "<a>", "<b/>", 500000, "</a>", PAST, lim);
	expect_many(HEAD "<a ", "x='' ", 100000, "/>", PAST, lim);
	expect_many(HEAD "<a b='", "x", 2 << 20, "'/>", PAST, lim);
	expect_many(HEAD "<", "x", 2 << 20, "/>", PAST, lim);
	expect_many(HEAD "<a>", "x", 2 << 20, "</a>", PAST, lim);
	expect_many("<stream:stream a='", "x", 2 << 20, "'>",
	    "error policy-violation\n", lim);
}

static void
a_bare_stream_has_no_header(void **state)
{
	static const char in[] = "<a><b xmlns='urn:b'/></a>\n<c/>";

	(void)state;
	expect_n(in, sizeof in - 1, "<a><b xmlns=\"urn:b\"/></a>\n<c/>\n",
	    &small, true);
	expect_n(TAIL, strlen(TAIL), "error not-well-formed\n", &small, true);
	expect_n(DECL, strlen(DECL), "error restricted-xml\n", &small, true);
	expect_n("<stream:error/>", 15,
	    "<stream:error xmlns:stream=\"" NS_STREAM "\"/>\n", &small, true);
}

static void
restart_from_inside_a_callback(void **state)
{
	static const char in[] = HEAD "<auth id='1'/>" DECL HEAD "<iq id='2'/>"
	    TAIL;

	(void)state;
	for (size_t cut = 1; cut < sizeof in; cut++) {
		struct play pl = { .restart_at = "1" };
		char *got = play(&pl, in, sizeof in - 1, cut, &small, false);

		assert_string_equal(got, OPENED "<auth id=\"1\"/>\n" OPENED
		    "<iq id=\"2\"/>\nclose\n");
		free(got);
	}
}

static void
stop_tells_what_was_used(void **state)
{
	static const char in[] = HEAD "<starttls id='1'/><iq id='2'/>";
	struct stream_pool *pool = stream_pool_new();
	struct play pl = { .stop_at = "1" };
	struct err e = ERR_INIT;
	size_t used;

	(void)state;
	buf_init(&pl.log, LOG_MAX);
	pl.s = stream_new(&ops, &pl, pool);
	assert_int_equal(stream_feed(pl.s, in, sizeof in - 1, &used, &e), 1);
	assert_string_equal(in + used, "<iq id='2'/>");
	assert_int_equal(stream_feed(pl.s, in + used, sizeof in - 1 - used,
	    &used, &e), 0);
	assert_string_equal(buf_cstr(&pl.log), OPENED
	    "<starttls id=\"1\"/>\n<iq id=\"2\"/>\n");
	stream_free(pl.s);
	stream_pool_free(pool);
	buf_free(&pl.log);
}

static void
an_error_sticks_until_restart(void **state)
{
	struct stream_pool *pool = stream_pool_new();
	struct play pl = { .s = NULL };
	struct err e = ERR_INIT;

	(void)state;
	buf_init(&pl.log, LOG_MAX);
	pl.s = stream_new(&ops, &pl, pool);
	assert_int_equal(stream_feed(pl.s, HEAD "<a>", sizeof HEAD + 2, NULL,
	    &e), 0);
	assert_int_equal(stream_feed(pl.s, "</b>", 4, NULL, &e), -1);
	assert_int_equal(e.code, ERR_SYNTAX);
	assert_string_equal(stream_error(pl.s), "not-well-formed");
	assert_int_equal(stream_feed(pl.s, "<a/>", 4, NULL, &e), -1);
	assert_false(stream_is_open(pl.s));
	stream_restart(pl.s);
	assert_null(stream_error(pl.s));
	assert_int_equal(stream_feed(pl.s, HEAD "<a/>", sizeof HEAD + 3, NULL,
	    &e), 0);
	assert_true(stream_is_open(pl.s));
	assert_string_equal(buf_cstr(&pl.log), OPENED OPENED "<a/>\n");
	stream_free(pl.s);
	stream_pool_free(pool);
	buf_free(&pl.log);
}

/* Headers that a pool knows from before, and more kinds than it keeps. */
static void
headers_come_again(void **state)
{
	struct stream_pool *pool = stream_pool_new();
	struct play pl = { .s = NULL };
	struct buf want = BUF_INIT(LOG_MAX);
	char in[256];

	(void)state;
	buf_init(&pl.log, LOG_MAX);
	for (int i = 0; i < 100; i++) {
		int kind = i % 10 < 5 ? i % 3 : i % 7;
		int n = snprintf(in, sizeof in, "<stream:stream to='%d' "
		    "xmlns='%s' xmlns:stream='" NS_STREAM "'><presence/>",
		    kind, kind == 1 ? "jabber:server" : NS_CLIENT);

		pl.s = stream_new(&ops, &pl, pool);
		assert_int_equal(stream_feed(pl.s, in, (size_t)n, NULL, NULL),
		    0);
		stream_free(pl.s);
		buf_printf(&want, "open to=%d version=- lang=- ns=%s\n"
		    "<presence%s/>\n", kind,
		    kind == 1 ? "jabber:server" : NS_CLIENT,
		    kind == 1 ? " xmlns=\"jabber:server\"" : "");
	}
	assert_string_equal(buf_cstr(&pl.log), buf_cstr(&want));
	stream_pool_free(pool);
	buf_free(&pl.log);
	buf_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_stream),
		cmocka_unit_test(headers_come_again),
		cmocka_unit_test(names_keep_prefix_and_namespace),
		cmocka_unit_test(text_is_one_node_however_it_came),
		cmocka_unit_test(what_is_restricted_is_refused),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(the_root_must_be_a_stream),
		cmocka_unit_test(encodings_but_utf8_are_refused),
		cmocka_unit_test(limits_hold_to_the_byte),
		cmocka_unit_test(limits_hold_for_shapes),
		cmocka_unit_test(floods_end_at_the_limit),
		cmocka_unit_test(a_bare_stream_has_no_header),
		cmocka_unit_test(restart_from_inside_a_callback),
		cmocka_unit_test(stop_tells_what_was_used),
		cmocka_unit_test(an_error_sticks_until_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
