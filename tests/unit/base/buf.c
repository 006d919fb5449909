#include "unit.h"

#include <string.h>

#include "base/buf.h"

static void
grows_to_its_limit(void **state)
{
	struct buf b = BUF_INIT(10);

	(void)state;
	buf_puts(&b, "12345");
	buf_putc(&b, '6');
	buf_putu(&b, 7890);
	assert_int_equal(b.n, 10);
	assert_false(buf_full(&b));
	assert_string_equal(buf_cstr(&b), "1234567890");
	buf_putc(&b, 'x');
	assert_true(buf_full(&b));
	assert_int_equal(b.n, 10);
	buf_reset(&b);
	assert_false(buf_full(&b));
	buf_free(&b);
}

static void
full_sticks_even_for_what_would_fit(void **state)
{
	struct buf b = BUF_INIT(4);

	(void)state;
	buf_puts(&b, "12345");
	buf_putc(&b, 'x');
	assert_true(buf_full(&b));
	assert_int_equal(b.n, 0);
	assert_string_equal(buf_cstr(&b), "");
	buf_free(&b);
}

static void
prints_numbers(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	buf_puti(&b, INT64_MIN);
	buf_putc(&b, ' ');
	buf_putu(&b, UINT64_MAX);
	buf_printf(&b, " %s %d", "abc", -5);
	assert_string_equal(buf_cstr(&b),
	    "-9223372036854775808 18446744073709551615 abc -5");
	buf_eat(&b, 21);
	assert_string_equal(buf_cstr(&b), "18446744073709551615 abc -5");
	buf_free(&b);
}

static void
taking_leaves_it_empty(void **state)
{
	struct buf b = BUF_INIT(100);
	char *s;

	(void)state;
	s = buf_take(&b);
	assert_string_equal(s, "");
	free(s);
	buf_puts(&b, "text");
	s = buf_take(&b);
	assert_string_equal(s, "text");
	assert_int_equal(b.n, 0);
	assert_null(b.p);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_its_limit),
		cmocka_unit_test(full_sticks_even_for_what_would_fit),
		cmocka_unit_test(prints_numbers),
		cmocka_unit_test(taking_leaves_it_empty),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
