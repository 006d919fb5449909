#include "unit.h"

#include "base/histo.h"

static void
buckets_follow_one_another(void **state)
{
	(void)state;
	assert_int_equal(histo_bucket(-5), 0);
	for (unsigned i = 0; i < HISTO_BUCKETS; i++) {
		assert_int_equal(histo_bucket(histo_top(i)), i);
		if (i + 1 < HISTO_BUCKETS)
			assert_int_equal(histo_bucket(histo_top(i) + 1), i + 1);
	}
	assert_int_equal(histo_top(HISTO_BUCKETS - 1), HISTO_TOP_US);
	assert_int_equal(histo_bucket(INT64_MAX), HISTO_BUCKETS - 1);
}

static void
a_bucket_is_an_eighth_wide(void **state)
{
	(void)state;
	for (int64_t us = 1; us < HISTO_TOP_US / 3; us = us * 9 / 8 + 1) {
		int64_t top = histo_top(histo_bucket(us));

		assert_true(top >= us);
		assert_true(top - us <= us / 8);
	}
}

static void
quantiles_are_those_of_what_was_counted(void **state)
{
	struct histo h = { { 0 } };

	(void)state;
	assert_int_equal(histo_quantile(&h, 500), 0);
	for (int64_t us = 1; us <= 1000; us++)
		h.n[histo_bucket(us)]++;
	assert_int_equal(histo_count(&h), 1000);
	assert_in_range(histo_quantile(&h, 500), 500, 563);
	assert_in_range(histo_quantile(&h, 990), 990, 1114);
	assert_in_range(histo_quantile(&h, 1000), 1000, 1125);
	assert_int_equal(histo_quantile(&h, 1), 1);
}

static void
one_slow_one_is_the_last_thousandth(void **state)
{
	struct histo h = { { 0 } };

	(void)state;
	h.n[histo_bucket(3)] = 998;
	h.n[histo_bucket(5000000)] = 1;
	assert_int_equal(histo_quantile(&h, 998), 3);
	assert_in_range(histo_quantile(&h, 1000), 5000000, 5700000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_follow_one_another),
		cmocka_unit_test(a_bucket_is_an_eighth_wide),
		cmocka_unit_test(quantiles_are_those_of_what_was_counted),
		cmocka_unit_test(one_slow_one_is_the_last_thousandth),
	};

	return cmocka_run_group_tests_name("histo", tests, NULL, NULL);
}
