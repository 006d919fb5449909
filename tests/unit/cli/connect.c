#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "cli/connect.h"

static void
each_wait_is_longer_up_to_a_limit(void **state)
{
	struct connect_wait w = CONNECT_WAIT_INIT;
	int64_t full = CONNECT_WAIT_MIN_MS;

	(void)state;
	for (int i = 0; i < 20; i++) {
		int ms = connect_wait_next(&w);

		assert_in_range(ms, full / 2, full);
		full = 2 * full < CONNECT_WAIT_MAX_MS ? 2 * full :
		    CONNECT_WAIT_MAX_MS;
	}
	assert_int_equal(w.ms, CONNECT_WAIT_MAX_MS);
}

static void
a_wait_ends_when_it_is_told(void **state)
{
	struct connect_wait w = { CONNECT_WAIT_MAX_MS };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "", 1), 1);
	assert_false(connect_wait(&w, ends[0]));
	w.ms = 0;
	assert_true(connect_wait(&w, -1));
	close(ends[0]);
	close(ends[1]);
}

static void
names_of_changes_are_random_uuids(void **state)
{
	char a[CONNECT_UUID], b[CONNECT_UUID];

	(void)state;
	connect_uuid(a);
	connect_uuid(b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wait_is_longer_up_to_a_limit),
		cmocka_unit_test(a_wait_ends_when_it_is_told),
		cmocka_unit_test(names_of_changes_are_random_uuids),
	};

	return cmocka_run_group_tests_name("connect", tests, NULL, NULL);
}
