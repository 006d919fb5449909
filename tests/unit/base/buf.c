#include "unit.h"

#include <string.h>
#include <unistd.h>

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

static void
a_full_one_gives_nothing(void **state)
{
	struct buf b = BUF_INIT(4);
	char *s;

	(void)state;
	buf_puts(&b, "1234");
	buf_putc(&b, '5');
	s = buf_take(&b);
	assert_string_equal(s, "");
	assert_false(buf_full(&b));
	buf_puts(&b, "6789");
	assert_string_equal(buf_cstr(&b), "6789");
	free(s);
	buf_free(&b);
}

static void
no_room_at_all(void **state)
{
	struct buf b = BUF_INIT(0);

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	assert_null(buf_room(&b, 1));
	assert_true(buf_full(&b));
	assert_null(buf_room(&b, SIZE_MAX));
	buf_free(&b);
}

static void
reads_to_the_end_or_the_limit(void **state)
{
	struct buf b = BUF_INIT(5), text = BUF_INIT(10);
	struct err e = ERR_INIT;
	int fds[2];

	(void)state;
	for (size_t n = 4; n <= 6; n++) {
		assert_int_equal(pipe(fds), 0);
		buf_reset(&b);
		buf_reset(&text);
		buf_put(&text, "123456", n);
		assert_int_equal(buf_write_all(&text, fds[1], &e), 0);
		close(fds[1]);
		assert_int_equal(buf_read_all(&b, fds[0], &e), n > 5 ? -1 : 0);
		assert_int_equal(b.n, n > 5 ? 5 : n);
		close(fds[0]);
	}
	assert_int_equal(e.code, ERR_LIMIT);
	buf_putc(&b, 'x');
	err_clear(&e);
	assert_int_equal(buf_read_all(&b, STDIN_FILENO, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	buf_free(&b);
	buf_free(&text);
	buf_puts(&text, "x");
	assert_int_equal(buf_write_all(&text, -1, &e), -1);
	assert_int_equal(e.code, ERR_SYSTEM);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_to_its_limit),
		cmocka_unit_test(full_sticks_even_for_what_would_fit),
		cmocka_unit_test(prints_numbers),
		cmocka_unit_test(taking_leaves_it_empty),
		cmocka_unit_test(a_full_one_gives_nothing),
		cmocka_unit_test(no_room_at_all),
		cmocka_unit_test(reads_to_the_end_or_the_limit),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
