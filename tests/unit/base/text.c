#include "unit.h"

#include <string.h>

#include "base/text.h"

static void
utf8_round_trip_at_every_edge(void **state)
{
	static const uint32_t edges[] = { 0, 0x7f, 0x80, 0x7ff, 0x800,
	    0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff };
	char bytes[4];
	size_t n, len;

	(void)state;
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		n = utf8_put(bytes, edges[i]);
		assert_int_equal(utf8_get(bytes, n, &len), edges[i]);
		assert_int_equal(len, n);
		assert_int_equal(utf8_check(bytes, n), n);
		for (size_t k = 1; k < n; k++)
			assert_int_equal(utf8_check(bytes, k), 0);
	}
}

static void
what_is_no_utf8(void **state)
{
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf",
	    "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
	    "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xc3(",
	    "\xe2\x82(", "\xf0\x9f\x98(" };
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(utf8_get(bad[i], strlen(bad[i]), &len),
		    UINT32_MAX);
		assert_int_equal(len, 1);
	}
}

/* The fast way takes eight bytes at once; the place must stay exact. */
static void
check_finds_the_byte(void **state)
{
	char text[40];

	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		memset(text, 'a', sizeof text);
		text[at] = '\x80';
		assert_int_equal(utf8_check(text, sizeof text), at);
		assert_int_equal(utf8_check(text, at), at);
	}
	assert_int_equal(utf8_check("1234567\xc3\xa9" "abcdefg", 16), 16);
}

static void
clean_leaves_nothing_for_a_terminal(void **state)
{
	char s[] = "a\033[1m\n\x7f\xc2\x9b\xff\xe2\x80\xae\xc3\xa9";

	(void)state;
	text_clean(s);
	assert_string_equal(s, "a?[1m????????\xc3\xa9");
}

static void
escapes_and_back(void **state)
{
	static const char odd[] = "a'b\"\\\n\r\t\0\x1b\x7f\xc2\x85\xc3\xa9\xff";
	struct buf b = BUF_INIT(200), back = BUF_INIT(200);

	(void)state;
	text_escape(&b, odd, sizeof odd - 1, '\'');
	assert_string_equal(buf_cstr(&b), "a\\'b\"\\\\\\n\\r\\t\\x00\\x1b"
	    "\\x7f\\xc2\\x85\xc3\xa9\\xff");
	assert_int_equal(text_unescape(&back, b.p, b.n), 0);
	assert_int_equal(back.n, sizeof odd - 1);
	assert_memory_equal(back.p, odd, back.n);
	buf_reset(&b);
	text_escape(&b, "'\"", 2, '"');
	assert_string_equal(buf_cstr(&b), "'\\\"");
	buf_reset(&b);
	text_escape(&b, NULL, 0, 0);
	assert_int_equal(b.n, 0);
	buf_free(&b);
	buf_free(&back);
}

static void
bad_escapes(void **state)
{
	static const char *const bad[] = { "\\", "a\\", "\\q", "\\x", "\\x1",
	    "\\xg0", "\\x0g" };
	struct buf b = BUF_INIT(100);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(text_unescape(&b, bad[i], strlen(bad[i])),
		    -1);
	buf_free(&b);
}

static void
hexadecimal(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	hex_put(&b, "\x00\xfe\x10", 3);
	assert_string_equal(buf_cstr(&b), "00fe10");
	buf_reset(&b);
	assert_int_equal(hex_get(&b, "00Fe10", 6), 0);
	assert_memory_equal(b.p, "\x00\xfe\x10", 3);
	assert_int_equal(hex_get(&b, "0", 1), -1);
	assert_int_equal(hex_get(&b, "0G", 2), -1);
	assert_int_equal(hex_get(&b, "0\xe1", 2), -1);
	buf_free(&b);
}

static void
numbers_stop_at_their_limit(void **state)
{
	uint64_t v = 1;

	(void)state;
	assert_int_equal(text_number("18446744073709551615", 20, UINT64_MAX,
	    &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(text_number("18446744073709551616", 20, UINT64_MAX,
	    &v), -1);
	assert_int_equal(text_number("99999999999999999999", 20, UINT64_MAX,
	    &v), -1);
	assert_int_equal(text_number("007", 3, 7, &v), 0);
	assert_int_equal(v, 7);
	assert_int_equal(text_number("8", 1, 7, &v), -1);
	assert_int_equal(text_number("0", 1, 0, &v), 0);
	assert_int_equal(text_number("1", 1, 0, &v), -1);
	assert_int_equal(text_number("", 0, 7, &v), -1);
	assert_int_equal(text_number("1 ", 2, 7, &v), -1);
	assert_int_equal(text_number("-1", 2, 7, &v), -1);
	assert_int_equal(text_number("+1", 2, 7, &v), -1);
}

static void
distance_counts_edits(void **state)
{
	char long_word[100];

	(void)state;
	assert_int_equal(text_distance("", ""), 0);
	assert_int_equal(text_distance("abc", ""), 3);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_int_equal(text_distance("timeout", "tiemout"), 1);
	memset(long_word, 'x', sizeof long_word - 1);
	long_word[99] = '\0';
	assert_int_equal(text_distance(long_word, "x"), 100);
}

static void
equal_bytes(void **state)
{
	(void)state;
	assert_true(bytes_equal_ct("abc", "abc", 3));
	assert_false(bytes_equal_ct("abc", "abd", 3));
	assert_false(bytes_equal_ct("\x80", "\x00", 1));
	assert_true(bytes_equal_ct("a", "b", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_round_trip_at_every_edge),
		cmocka_unit_test(what_is_no_utf8),
		cmocka_unit_test(check_finds_the_byte),
		cmocka_unit_test(clean_leaves_nothing_for_a_terminal),
		cmocka_unit_test(escapes_and_back),
		cmocka_unit_test(bad_escapes),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(numbers_stop_at_their_limit),
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(equal_bytes),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
