#include "unit.h"

#include <string.h>

#include "xmpp/jid.h"

static struct err e;

static int
parse(struct jid *j, struct arena *a, const char *text)
{
	err_clear(&e);
	return jid_parse(j, a, text, strlen(text), &e);
}

/* in becomes out; out NULL: it is refused. */
static void
expect(const char *in, const char *out)
{
	struct arena a = ARENA_INIT;
	struct jid j, again;
	int rc = parse(&j, &a, in);

	if (out == NULL) {
		assert_int_equal(rc, -1);
		assert_int_equal(e.code, ERR_ARGUMENT);
		assert_true(e.text[0] != '\0');
	} else {
		assert_int_equal(rc, 0);
		assert_string_equal(j.full.p, out);
		assert_int_equal(j.full.n, strlen(out));
		/* what is prepared stays as it is */
		assert_int_equal(parse(&again, &a, out), 0);
		assert_true(jid_eq(&j, &again));
	}
	arena_free(&a);
}

static void
parts_lie_in_the_whole(void **state)
{
	struct arena a = ARENA_INIT;
	struct jid j, k;

	(void)state;
	assert_int_equal(parse(&j, &a, "Romeo@Montague.LIT/Balcony/@x"), 0);
	assert_true(str_is(j.full, "romeo@montague.lit/Balcony/@x"));
	assert_true(str_is(j.bare, "romeo@montague.lit"));
	assert_true(str_is(j.local, "romeo"));
	assert_true(str_is(j.domain, "montague.lit"));
	assert_true(str_is(j.resource, "Balcony/@x"));
	assert_true(jid_is_full(&j) && !jid_is_bare(&j));
	k = jid_bare(&j);
	assert_true(str_is(k.full, "romeo@montague.lit"));
	assert_true(jid_is_bare(&k) && jid_eq_bare(&j, &k));
	assert_false(jid_eq(&j, &k));
	assert_int_equal(jid_with_resource(&j, &a, &k, "r 1", 3, &e), 0);
	assert_true(str_is(j.full, "romeo@montague.lit/r 1"));
	assert_true(str_is(j.resource, "r 1"));
	assert_int_equal(jid_with_resource(&j, &a, &k, "", 0, &e), -1);
	assert_int_equal(parse(&j, &a, "montague.lit"), 0);
	assert_int_equal(j.local.n, 0);
	assert_true(str_is(j.bare, "montague.lit"));
	assert_int_equal(parse(&j, &a, "montague.lit/@"), 0);
	assert_true(str_is(j.resource, "@"));
	assert_int_equal(j.local.n, 0);
	arena_free(&a);
}

/* RFC 7622 3.5: examples 1 to 15 of addresses, 16 to 29 of others. */
static void
the_examples_of_the_rfc(void **state)
{
	(void)state;
	expect("juliet@example.com", "juliet@example.com");
	expect("juliet@example.com/foo", "juliet@example.com/foo");
	expect("juliet@example.com/foo bar", "juliet@example.com/foo bar");
	expect("juliet@example.com/foo@bar", "juliet@example.com/foo@bar");
	expect("foo\\20bar@example.com", "foo\\20bar@example.com");
	expect("fussball@example.com", "fussball@example.com");
	expect("fu\xc3\x9f" "ball@example.com",
	    "fu\xc3\x9f" "ball@example.com");
	expect("\xcf\x80@example.com", "\xcf\x80@example.com");
	expect("\xce\xa3@example.com/foo", "\xcf\x83@example.com/foo");
	expect("\xcf\x83@example.com/foo", "\xcf\x83@example.com/foo");
	expect("\xcf\x82@example.com/foo", "\xcf\x82@example.com/foo");
	expect("king@example.com/\xe2\x99\x9a",
	    "king@example.com/\xe2\x99\x9a");
	expect("example.com", "example.com");
	expect("example.com/foobar", "example.com/foobar");
	expect("a.example.com/b@example.net", "a.example.com/b@example.net");

	expect("\"juliet\"@example.com", NULL);
	expect("foo bar@example.com", NULL);
	expect("juliet@example.com/ foo", "juliet@example.com/ foo");
	expect("@example.com/", NULL);
	expect("henry\xe2\x85\xa3@example.com", NULL);
	expect("\xe2\x99\x9a@example.com", NULL);
	expect("juliet@", NULL);
	expect("/foobar", NULL);
}

static void
case_and_width_are_folded(void **state)
{
	(void)state;
	expect("ROMEO@EXAMPLE.COM/ROMEO", "romeo@example.com/ROMEO");
	expect("\xc3\x84@a", "\xc3\xa4@a");
	expect("a\xcc\x88@a", "\xc3\xa4@a");		/* composed */
	expect("\xef\xbc\xa1@a", "a@a");		/* full width A */
	expect("a@a/\xc3\x84\xc2\xa0x", "a@a/\xc3\x84 x");
	expect("a@a/A\xcc\x88", "a@a/\xc3\x84");
}

static void
domains(void **state)
{
	(void)state;
	expect("B\xc3\xbc" "cher.example", "b\xc3\xbc" "cher.example");
	expect("xn--bcher-kva.example", "b\xc3\xbc" "cher.example");
	expect("XN--BCHER-KVA.example", "b\xc3\xbc" "cher.example");
	expect("fa\xc3\x9f.de", "fa\xc3\x9f.de");
	expect("example.com.", "example.com");
	expect("127.0.0.1", "127.0.0.1");
	expect("[::1]", "[::1]");
	expect("a@[2001:DB8:0::1]/r", "a@[2001:db8::1]/r");
	expect("my_host", "my_host");
	expect("a..b", NULL);
	expect(".", NULL);
	expect(".a", NULL);
	expect("a..", NULL);
	expect("-a", NULL);
	expect("a-.b", NULL);
	expect("a b", NULL);
	expect("a:5222", NULL);
	expect("xn--0.example", NULL);
	expect("[::1", NULL);
	expect("[::g]", NULL);
	expect("[]", NULL);
	expect("\xe2\x99\xa5.example", NULL);		/* a symbol */
	expect("a\xff", NULL);
	expect("\xd7\xb3.\x15", NULL);
	expect("\xc3\xbc.a\xef\xbc\xa0" "b", NULL);	/* full width @ */
	expect("a\xe3\x80\x82" "b", "a.b");	/* ideographic full stop */
}

static void
what_is_not_allowed(void **state)
{
	(void)state;
	expect("", NULL);
	expect("@", NULL);
	expect("a@", NULL);
	expect("@a", NULL);
	expect("a@a/", NULL);
	expect("a@b@c", NULL);
	expect("a'b@c", NULL);
	expect("a:b@c", NULL);
	expect("a<b@c", NULL);
	expect("a&b@c", NULL);
	expect("a\x7f@c", NULL);
	expect("a@c/\x01", NULL);
	expect("a@c/\xc2\x85", NULL);
	expect("a@c/\xe2\x80\x8b", NULL);		/* zero width space */
	expect("a@c/\xff", NULL);
	expect("\xef\xbf\xbf@c", NULL);			/* not a character */
	expect("\xe1\x84\x80@c", NULL);			/* old jamo */
	expect("\xef\xbc\x86@c", NULL);			/* full width & */
	expect("\xe2\x80\xae" "a@c", NULL);	/* overriding direction */
}

static void
context_and_direction(void **state)
{
	(void)state;
	expect("l\xc2\xb7l@a", "l\xc2\xb7l@a");		/* Catalan */
	expect("a\xc2\xb7l@a", NULL);
	expect("\xd7\x90\xd7\xb3@a", "\xd7\x90\xd7\xb3@a");
	expect("a\xd7\xb3@a", NULL);
	expect("\xe3\x82\xa2\xe3\x83\xbb\xe3\x82\xa2@a",
	    "\xe3\x82\xa2\xe3\x83\xbb\xe3\x82\xa2@a");
	expect("a\xe3\x83\xbb@a", NULL);
	expect("\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7@a",
	    "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7@a");
	expect("a\xe2\x80\x8d@a", NULL);
	expect("\xd7\x90" "a@a", NULL);			/* Hebrew and Latin */
	expect("a\xd7\x90@a", NULL);
	expect("\xd7\x90" "1@a", "\xd7\x90" "1@a");
	expect("\xd8\xa7\xd9\xa1@a", "\xd8\xa7\xd9\xa1@a");
	expect("\xd8\xa7\xd9\xa1\xdb\xb1@a", NULL); /* two kinds of digits */
}

static void
lengths(void **state)
{
	struct arena a = ARENA_INIT;
	struct jid j;
	char text[4000];

	(void)state;
	memset(text, 'a', sizeof text);
	memcpy(text + 1023, "@b/", 3);
	assert_int_equal(jid_parse(&j, &a, text, 1026 + 1023, &e), 0);
	assert_int_equal(j.resource.n, 1023);
	assert_int_equal(jid_parse(&j, &a, text, 1026 + 1024, &e), -1);
	text[1023] = 'a';
	text[1024] = '@';
	assert_int_equal(jid_parse(&j, &a, text, 1026, &e), -1);
	memset(text, 'a', sizeof text);
	assert_int_equal(jid_parse(&j, &a, text, 63, &e), 0);
	assert_int_equal(jid_parse(&j, &a, text, 64, &e), -1);
	assert_int_equal(jid_parse(&j, &a, text, sizeof text, &e), -1);
	assert_int_equal(jid_parse(&j, &a, "a\0@b", 4, &e), -1);
	assert_int_equal(jid_parse(&j, &a, "a\0b", 3, &e), -1);
	assert_int_equal(jid_parse(&j, &a, "a@b/\0", 5, &e), -1);
	arena_free(&a);
}

static void
escapes(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	jid_escape(&b, "d'artagnan a@b", 14);
	assert_string_equal(buf_cstr(&b), "d\\27artagnan\\20a\\40b");
	buf_reset(&b);
	jid_escape(&b, "c:\\net\\5commas\\2", 16);
	assert_string_equal(buf_cstr(&b), "c\\3a\\net\\5c5commas\\2");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_lie_in_the_whole),
		cmocka_unit_test(the_examples_of_the_rfc),
		cmocka_unit_test(case_and_width_are_folded),
		cmocka_unit_test(domains),
		cmocka_unit_test(what_is_not_allowed),
		cmocka_unit_test(context_and_direction),
		cmocka_unit_test(lengths),
		cmocka_unit_test(escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
