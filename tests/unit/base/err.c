#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void
says_where_and_what(void **state)
{
	struct err e = ERR_INIT;
	char line[1024];

	(void)state;
	assert_int_equal(err_set(&e, ERR_VALUE, "'%s' is no %s", "x", "int"),
	    -1);
	err_line(&e, line, sizeof line);
	assert_string_equal(line, "'x' is no int");
	err_path(&e, "a.b[%d]", 3);
	err_line(&e, line, sizeof line);
	assert_string_equal(line, "a.b[3]: 'x' is no int");
	err_at(&e, "line 3, column 14");
	err_line(&e, line, sizeof line);
	assert_string_equal(line, "line 3, column 14, a.b[3]: 'x' is no int");
	err_prefix(&e, "'%s'", "file");
	assert_string_equal(e.text, "'file': 'x' is no int");
	err_set(&e, ERR_INPUT, "new");
	err_line(&e, line, sizeof line);
	assert_string_equal(line, "new");
	assert_int_equal(e.action, -1);
	err_clear(&e);
	assert_int_equal(e.code, ERR_OK);
}

static void
system_errors_keep_errno(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	errno = ENOENT;
	err_sys(&e, ERR_INPUT, "cannot open '%s'", "f");
	assert_string_equal(e.text, "cannot open 'f': No such file or "
	    "directory");
	assert_int_equal(errno, ENOENT);
}

static void
outside_bytes_are_tamed(void **state)
{
	char big[2000];
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_INPUT, "no '%s'", "\033[2J\n\xff\xc3\xa9");
	assert_string_equal(e.text, "no '?[2J??\xc3\xa9'");
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	memcpy(big + ERR_TEXT_MAX - 2, "\xc3\xa9", 2);	/* cut in the middle */
	err_set(&e, ERR_INPUT, "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_int_equal(e.text[ERR_TEXT_MAX - 2], '?');
	err_prefix(&e, "%s", "before");
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_int_equal(strncmp(e.text, "before: xxx", 11), 0);
	err_at(&e, "%s", big);
	err_path(&e, "%s", big);
	assert_int_equal(strlen(e.at), ERR_AT_MAX - 1);
	assert_int_equal(strlen(e.path), ERR_PATH_MAX - 1);
}

static void
the_table_is_whole(void **state)
{
	(void)state;
	for (int i = 1; i < ERR_COUNT; i++) {
		enum err_code code = (enum err_code)i;

		assert_int_equal(err_by_word(err_word(code)), code);
		assert_in_range(err_exit(code), 1, 7);
		assert_non_null(err_type(code));
		assert_string_equal(err_condition(err_by_condition(
		    err_condition(code))), err_condition(code));
	}
	assert_int_equal(err_by_word("ok"), ERR_REFUSED);
	assert_int_equal(err_by_word("nonsense"), ERR_REFUSED);
	assert_int_equal(err_by_condition("nonsense"), ERR_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_where_and_what),
		cmocka_unit_test(system_errors_keep_errno),
		cmocka_unit_test(outside_bytes_are_tamed),
		cmocka_unit_test(the_table_is_whole),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
