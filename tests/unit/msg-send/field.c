#include "unit.h"

#include <string.h>

#include "field.h"

static struct err e;

static void
gives(const char *json, const char *path, const char *want)
{
	struct buf b = BUF_INIT(1 << 16);
	int rc = field_put(&b, json, strlen(json), path, false, &e);

	assert_int_equal(rc, want == NULL ? -1 : 0);
	if (want != NULL)
		assert_string_equal(buf_cstr(&b), want);
	buf_free(&b);
}

static void
elements_stand_a_line_each(void **state)
{
	(void)state;
	gives("[\"a b\",1.50,true,null,[1, 2]]", NULL,
	    "a b\n1.50\ntrue\nnull\n[1,2]\n");
	gives("\"x\"", NULL, "x\n");
	gives("[]", NULL, "");
}

static void
a_path_goes_through_objects_and_lists(void **state)
{
	(void)state;
	gives("[{\"t\":\"a\"},{\"t\":\"b\"}]", "t", "a\nb\n");
	gives("{\"a\":{\"b\":[10,20]}}", "a.b.1", "20\n");
	gives("{\"a\":{\"b\":[10,20]}}", "a", "{\"b\":[10,20]}\n");
}

static void
what_is_not_there_is_an_error(void **state)
{
	(void)state;
	gives("[{\"t\":\"a\"},{}]", "t", NULL);
	assert_int_equal(e.code, ERR_INPUT);
	gives("{\"a\":[1]}", "a.1", NULL);
	gives("{\"a\":[1]}", "a.-1", NULL);
	gives("3", "a", NULL);
	gives("{\"a\":1}", "", NULL);
}

static void
an_answer_that_is_no_json_is_none(void **state)
{
	(void)state;
	gives("Aw==", NULL, NULL);
	assert_int_equal(e.code, ERR_NO_ANSWER);
}

static void
a_terminal_gets_lines_and_tabs_alone(void **state)
{
	static const char json[] =
	    "[\"a\\u001b[31m\\n\\tb\\u009b\\u007f\\\\\",{\"\xc2\x9b\":1}]";
	struct buf b = BUF_INIT(1000);

	(void)state;
	assert_int_equal(field_put(&b, json, sizeof json - 1, NULL, true, &e),
	    0);
	assert_string_equal(buf_cstr(&b), "a\\u001b[31m\n\tb\\u009b\\u007f"
	    "\\\n{\"\\u009b\":1}\n");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_stand_a_line_each),
		cmocka_unit_test(a_path_goes_through_objects_and_lists),
		cmocka_unit_test(what_is_not_there_is_an_error),
		cmocka_unit_test(a_terminal_gets_lines_and_tabs_alone),
		cmocka_unit_test(an_answer_that_is_no_json_is_none),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
