#include "unit.h"

#include <string.h>

#include "store/order.h"

static int
compare(const struct order *a, const struct order *b)
{
	return str_cmp(order_str(a), order_str(b));
}

static void
canonical(const struct order *o)
{
	assert_true(o->n >= ORDER_WHOLE && o->n <= ORDER_MAX);
	for (size_t i = 0; i < o->n; i++)
		assert_true(o->p[i] >= 1);
	if (o->n > ORDER_WHOLE)
		assert_true(o->p[o->n - 1] > 1);
}

static void
behind_and_before_cost_no_length(void **state)
{
	struct order low, high, next;

	(void)state;
	assert_true(order_behind(&low, STR_NONE));
	high = low;
	for (int i = 0; i < 100000; i++) {
		assert_true(order_behind(&next, order_str(&high)));
		assert_true(compare(&high, &next) < 0);
		assert_int_equal(next.n, ORDER_WHOLE);
		high = next;
		assert_true(order_between(&next, STR_NONE, order_str(&low)));
		assert_true(compare(&next, &low) < 0);
		assert_int_equal(next.n, ORDER_WHOLE);
		low = next;
	}
}

static void
between_two_there_is_one_until_it_is_too_long(void **state)
{
	for (int side = 0; side < 2; side++) {
		struct order a, b, m;
		int n = 0;

		(void)state;
		order_nth(&a, 0);
		order_nth(&b, 1);
		while (order_between(&m, order_str(&a), order_str(&b))) {
			canonical(&m);
			assert_true(compare(&a, &m) < 0);
			assert_true(compare(&m, &b) < 0);
			if (side == 0)
				a = m;
			else
				b = m;
			n++;
		}
		assert_true(n > 400);
		assert_true(n < 600);
	}
}

static void
random_insertions_keep_the_order(void **state)
{
	enum { N = 4000 };
	static struct order all[N];
	size_t count = 0;
	uint32_t seed = 12345;

	(void)state;
	while (count < N) {
		size_t at;
		struct order m;
		bool ok;

		seed = seed * 1664525 + 1013904223;
		at = (seed >> 8) % (count + 1);
		ok = order_between(&m,
		    at == 0 ? STR_NONE : order_str(&all[at - 1]),
		    at == count ? STR_NONE : order_str(&all[at]));
		assert_true(ok);
		canonical(&m);
		memmove(all + at + 1, all + at, (count - at) * sizeof m);
		all[at] = m;
		count++;
	}
	for (size_t i = 1; i < N; i++)
		assert_true(compare(&all[i - 1], &all[i]) < 0);
}

static void
equal_or_turned_round_has_no_between(void **state)
{
	struct order a, b, m;

	(void)state;
	order_nth(&a, 5);
	order_nth(&b, 9);
	assert_false(order_between(&m, order_str(&a), order_str(&a)));
	assert_false(order_between(&m, order_str(&b), order_str(&a)));
	/* The very first and the very last place. */
	assert_false(order_between(&m, STR_NONE, STR("\1\1\1\1")));
	assert_false(order_behind(&m, STR("\xff\xff\xff\xff")));
	assert_true(order_between(&m, STR_NONE, STR("\1\1\1\1\3")));
	assert_string_equal((m.p[m.n] = 0, (char *)m.p), "\1\1\1\1\2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behind_and_before_cost_no_length),
		cmocka_unit_test(
		    between_two_there_is_one_until_it_is_too_long),
		cmocka_unit_test(random_insertions_keep_the_order),
		cmocka_unit_test(equal_or_turned_round_has_no_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
