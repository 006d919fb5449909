#include "unit.h"

#include <string.h>

#include "msg/request.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"

struct fixture {
	struct arena arena;
	struct buf argument, out;
	struct request r;
	struct err e;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	buf_init(&f->argument, 1 << 20);
	buf_init(&f->out, 1 << 20);
	err_clear(&f->e);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	buf_free(&f->argument);
	buf_free(&f->out);
	free(f);
	return 0;
}

static int
try(struct fixture *f, const char *xml)
{
	struct stanza *st = stanza_parse(&f->arena, xml, strlen(xml),
	    NS_CLIENT, &stream_limits_default, &f->e);

	assert_non_null(st);
	buf_reset(&f->argument);
	return request_read(&f->r, st, &f->argument, &f->e);
}

static void
a_command_is_type_and_element(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(try(f, "<iq type='get' id='1' to='x'>"
	    "<item xmlns='urn:M'>Lw==</item></iq>"), 0);
	assert_string_equal(f->r.command->word, "get-item");
	assert_true(str_is(f->r.id, "1"));
	assert_true(str_is(f->r.to, "x"));
	assert_true(str_is(f->r.argument, "/"));
	assert_int_equal(f->r.rev, 0);
	assert_false(f->r.has_txid);
}

static void
attributes_are_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(try(f, "<iq type='set' id='1' message='m'>"
	    "<item xmlns='urn:M' branch='b' base='7' as='json' "
	    "txid='00112233-4455-6677-8899-aabbccddeeff'>W10=</item></iq>"),
	    0);
	assert_true(str_is(f->r.branch, "b"));
	assert_true(str_is(f->r.message, "m"));
	assert_int_equal(f->r.base, 7);
	assert_true(f->r.has_txid);
	assert_int_equal(f->r.txid[0], 0);
	assert_int_equal(f->r.txid[15], 0xff);
	assert_int_equal(try(f, "<iq type='set' id='1' message='m'>"
	    "<watch xmlns='urn:M' from='0' message='n'>Lw==</watch></iq>"), 0);
	assert_true(f->r.has_from);
	assert_true(str_is(f->r.message, "n"));
	assert_int_equal(try(f, "<iq type='get' id='1'><log xmlns='urn:M' "
	    "since='1970-01-02' until='1970-01-02T00:00:01Z'/></iq>"), 0);
	assert_int_equal(f->r.since_us, INT64_C(86400000000));
	assert_int_equal(f->r.until_us, INT64_C(86401000000));
}

static void
white_space_in_base64_is_fine(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(try(f, "<iq type='get' id='1'><item xmlns='urn:M'>"
	    "\n L2Fi\n b3V0 \n</item></iq>"), 0);
	assert_true(str_is(f->r.argument, "/about"));
}

static void
what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *xml;
		enum err_code code;
		const char *text;
	} bad[] = {
		{ "<iq type='set' id='1'><status xmlns='urn:M'/></iq>",
		    ERR_UNIMPLEMENTED, "no command 'set-status'" },
		{ "<iq type='get' id='1'><item xmlns='urn:M'>Lw</item></iq>",
		    ERR_SYNTAX, "base64: ends too early" },
		{ "<iq type='get' id='1'><item xmlns='urn:M'>/w==</item></iq>",
		    ERR_SYNTAX, "the argument of 'get-item' is no UTF-8" },
		{ "<iq type='get' id='1'><item xmlns='urn:M'><x/></item></iq>",
		    ERR_SYNTAX, "the argument of 'get-item' is base64, not "
		    "elements" },
		{ "<iq type='get' id='1'><item xmlns='urn:M' rev='x'/></iq>",
		    ERR_ARGUMENT, "attribute 'rev' is no number: 'x'" },
		{ "<iq type='get' id='1'><item xmlns='urn:M' rev='0'/></iq>",
		    ERR_ARGUMENT, "attribute 'rev' is 0: the first revision "
		    "is 1" },
		{ "<iq type='set' id='1'><item xmlns='urn:M' base='0'/></iq>",
		    ERR_ARGUMENT, "attribute 'base' is 0: the first revision "
		    "is 1" },
		{ "<iq type='get' id='1'><log xmlns='urn:M' before='0'/></iq>",
		    ERR_ARGUMENT, "attribute 'before' is 0: the first "
		    "revision is 1" },
		{ "<iq type='get' id='1'><log xmlns='urn:M'><set xmlns='"
		    NS_RSM "'><after>0</after></set></log></iq>",
		    ERR_ARGUMENT, "<after/> of a page is 0: the first "
		    "revision is 1" },
		{ "<iq type='get' id='1'><item xmlns='urn:M' rev='-1'/></iq>",
		    ERR_ARGUMENT, "attribute 'rev' is no number: '-1'" },
		{ "<iq type='get' id='1'><item xmlns='urn:M' as='xml'/></iq>",
		    ERR_ARGUMENT, "attribute 'as' is 'json', 'avro', "
		    "'explain' or 'diff', not 'xml'" },
		{ "<iq type='set' id='1'><item xmlns='urn:M' txid='12'/></iq>",
		    ERR_ARGUMENT, "attribute 'txid' is no UUID: '12'" },
		{ "<iq type='get' id='1'><x xmlns='urn:x'/></iq>",
		    ERR_UNIMPLEMENTED, "no command" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(try(f, bad[i].xml), -1);
		assert_int_equal(f->e.code, bad[i].code);
		assert_string_equal(f->e.text, bad[i].text);
		assert_true(str_is(f->r.id, "1"));
	}
}

static void
a_copy_stands_alone(void **state)
{
	struct fixture *f = *state;
	struct arena own = ARENA_INIT;
	struct request *copy;

	assert_int_equal(try(f, "<iq type='get' id='1'>"
	    "<item xmlns='urn:M'>Lw==</item></iq>"), 0);
	copy = request_copy(&own, &f->r);
	arena_reset(&f->arena);
	buf_wipe(&f->argument);
	assert_true(str_is(copy->argument, "/"));
	assert_true(str_is(copy->id, "1"));
	arena_free(&own);
}

static void
answers_are_written(void **state)
{
	struct fixture *f = *state;
	struct answer a = { .rev = 3, .match = STR("ab\"") };

	assert_int_equal(try(f, "<iq type='get' id='&lt;' to='h'>"
	    "<item xmlns='urn:M'>Lw==</item></iq>"), 0);
	answer_result(&f->out, &f->r, &a, "[]", 2);
	assert_string_equal(buf_cstr(&f->out), "<iq type=\"result\" "
	    "id=\"&lt;\" from=\"h\"><item xmlns=\"urn:M\" rev=\"3\" "
	    "match=\"ab&quot;\">W10=</item></iq>");
}

static void
errors_say_where(void **state)
{
	struct fixture *f = *state;

	err_set(&f->e, ERR_VALUE, "expected <int>");
	err_path(&f->e, "/a");
	err_at(&f->e, "line 1");
	f->e.action = 2;
	answer_error(&f->out, STR("i"), STR_NONE, &f->e, true, STR_NONE);
	assert_string_equal(buf_cstr(&f->out), "<iq type=\"error\" id=\"i\">"
	    "<error type=\"modify\"><not-acceptable xmlns=\"" NS_STANZAS
	    "\"/><text xmlns=\"" NS_STANZAS "\" xml:lang=\"en\">expected "
	    "&lt;int&gt;</text><error xmlns=\"urn:M:errors\" code=\"value\" "
	    "action=\"2\" path=\"/a\" at=\"line 1\"/></error></iq>");
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_is_type_and_element),
		TEST(attributes_are_read),
		TEST(white_space_in_base64_is_fine),
		TEST(what_is_wrong_is_said),
		TEST(a_copy_stands_alone),
		TEST(answers_are_written),
		TEST(errors_say_where),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
