#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/jsonscan.h"

static struct json *
parse(struct arena *a, const char *text, struct err *e)
{
	return json_parse(a, text, strlen(text), NULL, e);
}

static void
refuses(const char *text, const char *at, const char *why)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;

	assert_null(parse(&a, text, &e));
	assert_string_equal(e.at, at);
	assert_string_equal(e.text, why);
	arena_free(&a);
}

static void
keeps_order_text_and_places(void **state)
{
	static const char text[] =
	    " {\"b\": [1, -2.50e3, true, null], "
	    "\"a\\u00e9\\n\": \"x\\ud83d\\ude00\"}";
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct json *j = parse(&a, text, &e), *c;

	(void)state;
	assert_non_null(j);
	assert_int_equal(j->type, JSON_OBJECT);
	assert_int_equal(j->count, 2);
	assert_int_equal(j->at, 1);
	c = json_get(j, "b");
	assert_int_equal(c->count, 4);
	assert_true(str_is(c->first->next->raw, "-2.50e3"));
	assert_true(c->first->next->next->truth);
	c = json_get(j, "a\xc3\xa9\n");
	assert_true(str_is(json_string(c), "x\xf0\x9f\x98\x80"));
	assert_null(json_get(j, "c"));
	assert_null(json_get(c, "c"));
	arena_free(&a);
}

static void
strings_may_hold_nul(void **state)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct json *j = parse(&a, "\"a\\u0000b\"", &e);

	(void)state;
	assert_non_null(j);
	assert_int_equal(j->text.n, 3);
	assert_memory_equal(j->text.p, "a\0b", 3);
	arena_free(&a);
}

static void
errors_say_where(void **state)
{
	(void)state;
	refuses("", "line 1, column 1", "there is no JSON value");
	refuses("{\n  \"a\": 1,\n  \"b\" 2}", "line 3, column 7",
	    "expected ':', found '2'");
	refuses("[1,]", "line 1, column 4", "expected a value, found ']'");
	refuses("[1 2]", "line 1, column 4",
	    "expected ',' or ']', found '2'");
	refuses("{\"\xc3\xa4\": tru}", "line 1, column 7",
	    "expected a value, found 't'");
	refuses("1 2", "line 1, column 3",
	    "expected the end of the text, found '2'");
	refuses("[\"abc", "line 1, column 6", "the string does not end");
	refuses("\"a\nb\"", "line 1, column 3",
	    "a control character in a string must be escaped");
	refuses("\"\\x\"", "line 1, column 2", "bad escape in a string");
	refuses("\"\\ud800\"", "line 1, column 2", "bad escape in a string");
	refuses("\"\\udc00\\ud800\"", "line 1, column 2",
	    "bad escape in a string");
	refuses("\"\xff\"", "line 1, column 2", "this is no UTF-8");
	refuses("\"\xed\xa0\x80\"", "line 1, column 2", "this is no UTF-8");
	refuses("01", "line 1, column 2", "this is no number");
	refuses("-", "line 1, column 2", "this is no number");
	refuses("1.e3", "line 1, column 3", "this is no number");
	refuses("+1", "line 1, column 1", "expected a value, found '+'");
	refuses("NaN", "line 1, column 1", "expected a value, found 'N'");
	refuses("{\"a\":1,\"a\":2}", "line 1, column 8",
	    "the key 'a' comes twice");
	refuses("{\"a\":1,\"\\u0061\":2}", "line 1, column 8",
	    "the key 'a' comes twice");
	refuses("{1:2}", "line 1, column 2",
	    "expected a key in quotes, found '1'");
	refuses("[1", "line 1, column 3",
	    "the text ends where more must follow");
	refuses("// no\n1", "line 1, column 1",
	    "expected a value, found '/'");
}

static void
limits_hold(void **state)
{
	struct json_limits limits = { 3, 5 };
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_non_null(json_parse(&a, "[[[1]]]", 7, &limits, &e));
	assert_null(json_parse(&a, "[[[[1]]]]", 9, &limits, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.at, "line 1, column 4");
	assert_non_null(json_parse(&a, "[1,2,3,4]", 9, &limits, &e));
	assert_null(json_parse(&a, "[1,2,3,4,5]", 11, &limits, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	arena_free(&a);
}

static void
big_objects_find_and_refuse(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct json *j;
	char key[16];

	(void)state;
	buf_putc(&b, '{');
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "%s\"k%d\":%d", i ? "," : "", i, i);
	buf_putc(&b, '}');
	j = json_parse(&a, b.p, b.n, NULL, &e);
	assert_non_null(j);
	for (int i = 0; i < 5000; i++) {
		int64_t v = -1;

		snprintf(key, sizeof key, "k%d", i);
		assert_int_equal(json_int64(json_get(j, key), &v, &e), 0);
		assert_int_equal(v, i);
	}
	assert_null(json_get(j, "k5000"));
	b.p[b.n - 1] = ',';
	buf_puts(&b, "\"k77\":0}");
	assert_null(json_parse(&a, b.p, b.n, NULL, &e));
	assert_string_equal(e.text, "the key 'k77' comes twice");
	arena_free(&a);
	buf_free(&b);
}

static void
several_values_one_after_another(void **state)
{
	static const char text[] = "1 {\"a\":2}[3]\n\"x\"  ";
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	size_t at = 0, n = 0;

	(void)state;
	while (json_parse_next(&a, text, sizeof text - 1, &at, NULL, &e))
		n++;
	assert_int_equal(e.code, ERR_OK);
	assert_int_equal(n, 4);
	arena_free(&a);
}

static void
numbers_lose_nothing(void **state)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	int64_t v;
	uint64_t u;
	double d;

	(void)state;
	assert_int_equal(json_int64(parse(&a, "-9223372036854775808", &e),
	    &v, &e), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(json_int64(parse(&a, "9223372036854775808", &e),
	    &v, &e), -1);
	assert_string_equal(e.text, "expected integer of 64 bits, "
	    "got number 9223372036854775808");
	assert_int_equal(json_uint64(parse(&a, "18446744073709551615", &e),
	    &u, &e), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(json_int64(parse(&a, "1.20e1", &e), &v, &e), 0);
	assert_int_equal(v, 12);
	assert_int_equal(json_int64(parse(&a, "1.5", &e), &v, &e), -1);
	assert_int_equal(json_int64(parse(&a, "\"1\"", &e), &v, &e), -1);
	assert_int_equal(json_int64(NULL, &v, &e), -1);
	assert_int_equal(json_double(parse(&a, "1e400", &e), &d, &e), -1);
	assert_int_equal(json_double(parse(&a, "0.1", &e), &d, &e), 0);
	assert_true(d == 0.1);
	arena_free(&a);
}

static void
writes(void **state)
{
	static const char text[] =
	    "{\"b\":[1.50,true,null,{}],"
	    "\"a\":\"\\u0001\\u007f\\\"\\/\\ud83d\\ude00\"}";
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct json *j = parse(&a, text, &e);

	(void)state;
	json_put(&b, j, JSON_PUT_COMPACT);
	assert_string_equal(buf_cstr(&b), "{\"b\":[1.50,true,null,{}],"
	    "\"a\":\"\\u0001\x7f\\\"/\xf0\x9f\x98\x80\"}");
	buf_reset(&b);
	json_put(&b, j, JSON_PUT_SORTED);
	assert_string_equal(buf_cstr(&b), "{\"a\":\"\\u0001\x7f\\\"/"
	    "\xf0\x9f\x98\x80\",\"b\":[1.50,true,null,{}]}");
	buf_reset(&b);
	json_put(&b, json_get(j, "b"), JSON_PUT_PRETTY);
	assert_string_equal(buf_cstr(&b),
	    "[\n  1.50,\n  true,\n  null,\n  {}\n]");
	buf_reset(&b);
	json_put_string(&b, "a\xff\nb\0c", 6);
	assert_string_equal(buf_cstr(&b),
	    "\"a\xef\xbf\xbd\\nb\\u0000c\"");
	buf_free(&b);
	arena_free(&a);
}

static void
skips_what_it_is_told(void **state)
{
	static const char *const whole[] = { "1", "\"a\\\"b\"", "[]",
	    "{\"a\":[1,{\"b\":\"]}\"}]}", "true", "null" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
		size_t n = strlen(whole[i]);

		snprintf(text, sizeof text, "%s, 7", whole[i]);
		assert_ptr_equal(json_skip(text, text + strlen(text), 9),
		    text + n);
		if (n > 1 && whole[i][0] != 't' && whole[i][0] != 'n')
			assert_null(json_skip(text, text + n - 1, 9));
	}
	snprintf(text, sizeof text, "[[[1]]]");
	assert_null(json_skip(text, text + 7, 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_text_and_places),
		cmocka_unit_test(strings_may_hold_nul),
		cmocka_unit_test(errors_say_where),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(big_objects_find_and_refuse),
		cmocka_unit_test(several_values_one_after_another),
		cmocka_unit_test(numbers_lose_nothing),
		cmocka_unit_test(writes),
		cmocka_unit_test(skips_what_it_is_told),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
