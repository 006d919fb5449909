#include "unit.h"

#include <string.h>

#include "fields.h"

static struct arena a;
static struct err e;
static struct buf told;

static const struct json *
parsed(const char *text)
{
	const struct json *j = json_parse(&a, text, strlen(text), NULL, &e);

	assert_non_null(j);
	return j;
}

static void
equal_by_what_they_mean(void **state)
{
	(void)state;
	assert_true(fields_equal(parsed("{\"a\":[1,{\"b\":null}],\"c\":\"x\"}"),
	    parsed("{\"c\": \"\\u0078\", \"a\": [1, {\"b\":null}]}")));
	assert_false(fields_equal(parsed("[1,2]"), parsed("[2,1]")));
	assert_false(fields_equal(parsed("[1]"), parsed("[1,2]")));
	assert_false(fields_equal(parsed("1"), parsed("\"1\"")));
	assert_false(fields_equal(parsed("true"), parsed("false")));
	assert_false(fields_equal(parsed("{\"a\":1}"), parsed("{\"b\":1}")));
	assert_false(fields_equal(parsed("null"), NULL));
	assert_true(fields_equal(NULL, NULL));
}

static void
tell(void *arg, struct str name, const struct json *before,
    const struct json *after)
{
	(void)arg;
	buf_put(&told, name.p, name.n);
	buf_putc(&told, ' ');
	fields_show(&told, before);
	buf_putc(&told, ' ');
	fields_show(&told, after);
	buf_putc(&told, '\n');
}

static void
only_what_differs_is_told(void **state)
{
	(void)state;
	assert_int_equal(fields_differ(
	    parsed("{\"_rev\":1,\"a\":1,\"b\":2,\"gone\":3}"),
	    parsed("{\"_rev\":2,\"a\":1,\"b\":[ 2 ],\"new\":4}"), tell, NULL),
	    3);
	assert_string_equal(buf_cstr(&told), "b 2 [2]\ngone 3 nothing\n"
	    "new nothing 4\n");
	buf_reset(&told);
	assert_int_equal(fields_differ(NULL, parsed("{\"a\":1}"), tell, NULL),
	    1);
	assert_int_equal(fields_differ(parsed("{\"a\":1}"), NULL, tell, NULL),
	    1);
	assert_string_equal(buf_cstr(&told), "a nothing 1\na 1 nothing\n");
}

static void
what_is_shown_is_short_and_clean(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof text);
	text[0] = text[998] = '"';
	text[999] = '\0';
	buf_reset(&told);
	fields_show(&told, parsed(text));
	assert_int_equal(told.n, FIELDS_SHOWN + strlen("... (999 bytes)"));
	buf_reset(&told);
	fields_show(&told, parsed("\"a\xc2\x9b\\u001b\""));
	assert_string_equal(buf_cstr(&told), "\"a??\\u001b\"");
}

static int
end(void **state)
{
	(void)state;
	arena_free(&a);
	buf_free(&told);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_by_what_they_mean),
		cmocka_unit_test(only_what_differs_is_told),
		cmocka_unit_test(what_is_shown_is_short_and_clean),
	};

	buf_init(&told, 1 << 16);
	return cmocka_run_group_tests_name("fields", tests, NULL, end);
}
