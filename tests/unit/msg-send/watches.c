#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stream.h"
#include "watches.h"

static struct watches w;
static struct arena a;
static struct buf out;
static struct err e;

static const char *
told(const char *inner)
{
	char xml[2000];
	struct stanza *st;

	snprintf(xml, sizeof xml, "<message type='headline'>%s</message>",
	    inner);
	st = stanza_parse(&a, xml, strlen(xml), NS_CLIENT,
	    &stream_limits_default, &e);
	assert_non_null(st);
	buf_reset(&out);
	watches_event(&out, &w, st);
	return buf_cstr(&out);
}

static void
an_event_is_a_line(void **state)
{
	(void)state;
	w.n = 2;
	w.list[0].id = 3;
	w.list[1].id = 4;
	/* [{"change":"save","_path":"/x"},{"change":"create","_path":"/y"}] */
	assert_string_equal(told("<event xmlns='urn:M' watch='4' rev='27' "
	    "branch='staging' author='a@b' message='why'>"
	    "W3siY2hhbmdlIjoic2F2ZSIsIl9wYXRoIjoiL3gifSx7ImNoYW5nZSI6ImNyZWF0"
	    "ZSIsIl9wYXRoIjoiL3kifV0=</event>"),
	    "* 27 a@b: save /x, create /y \"why\"\n");
	assert_int_equal(w.list[0].rev, 0);
	assert_int_equal(w.list[1].rev, 27);
	assert_string_equal(told("<event xmlns='urn:M' watch='9' rev='28' "
	    "author='&#x9b;[31m'>?</event>"), "* 28 \\xc2\\x9b[31m:\n");
	assert_int_equal(w.list[1].rev, 27);
	w.n = 0;
}

static void
a_gap_is_told_and_all_else_is_not(void **state)
{
	(void)state;
	assert_string_equal(told("<gap xmlns='urn:M' watch='4' rev='9'/>"),
	    "* events were lost, and a watch has ended; revision 9\n");
	assert_string_equal(told("<body>hello</body>"), "");
	assert_string_equal(told("<event xmlns='other'/>"), "");
}

static int
end(void **state)
{
	(void)state;
	buf_free(&out);
	arena_free(&a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_a_line),
		cmocka_unit_test(a_gap_is_told_and_all_else_is_not),
	};

	buf_init(&out, 1 << 16);
	return cmocka_run_group_tests_name("watches", tests, NULL, end);
}
