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
	fields_show(&told, before, 0);
	buf_putc(&told, ' ');
	fields_show(&told, after, 0);
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
	fields_show(&told, parsed(text), 0);
	assert_int_equal(told.n, FIELDS_SHOWN + strlen("... (999 bytes)"));
	buf_reset(&told);
	fields_show(&told, parsed("\"a\xc2\x9b\\u001b\""), 0);
	assert_string_equal(buf_cstr(&told), "\"a??\\u001b\"");
}

static void
of_long_values_that_is_shown_which_differs(void **state)
{
	char one[600], two[600];
	size_t from;

	(void)state;
	memset(one, 'x', sizeof one);
	memcpy(two, one, sizeof two);
	one[0] = two[0] = one[598] = two[598] = '"';
	one[599] = two[599] = '\0';
	memcpy(one + 500, "one", 3);
	memcpy(two + 500, "two", 3);
	memcpy(one + 500 - FIELDS_AROUND - 1, "\xc3\xa9", 2);
	memcpy(two + 500 - FIELDS_AROUND - 1, "\xc3\xa9", 2);
	from = fields_common(parsed(one), parsed(two));
	assert_int_equal(from, 500 - FIELDS_AROUND - 1);
	buf_reset(&told);
	fields_show(&told, parsed(two), from);
	assert_memory_equal(told.p, "...\xc3\xa9xx", 7);
	assert_non_null(strstr(buf_cstr(&told), "xtwox"));
	assert_int_equal(fields_common(parsed("\"ab\""), parsed("\"ac\"")),
	    0);
	assert_int_equal(fields_common(NULL, parsed(one)), 0);
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
		cmocka_unit_test(of_long_values_that_is_shown_which_differs),
	};

	buf_init(&told, 1 << 16);
	return cmocka_run_group_tests_name("fields", tests, NULL, end);
}
