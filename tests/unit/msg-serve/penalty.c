#include "unit.h"

#include <string.h>

#include "login/penalty.h"

static struct peer
v4(uint8_t last)
{
	struct peer p = { .ip = { [10] = 0xff, [11] = 0xff, [12] = 192,
		[13] = 0, [14] = 2 } };

	p.ip[15] = last;
	return p;
}

static struct peer
v6(uint8_t net, uint8_t host)
{
	struct peer p = { .ip = { 0x20, 1, 0xd, 0xb8 } };

	p.ip[7] = net;
	p.ip[15] = host;
	return p;
}

static void
fail_times(struct penalty *p, const struct peer *who, int n, int64_t now)
{
	while (n-- > 0)
		penalty_add(p, who, now);
}

static void
waits_grow_from_the_sixth_failure_on(void **state)
{
	const struct peer bad = v4(1), good = v4(2);
	struct penalty p;
	int64_t want = PENALTY_FIRST_MS;

	(void)state;
	penalty_init(&p);
	fail_times(&p, &bad, PENALTY_FREE, 1000);
	assert_int_equal(penalty_wait(&p, &bad, 1000), 0);
	for (int i = 0; i < 12; i++) {
		penalty_add(&p, &bad, 1000);
		assert_int_equal(penalty_wait(&p, &bad, 1000),
		    want > PENALTY_MAX_MS ? PENALTY_MAX_MS : want);
		want *= 2;
	}
	assert_int_equal(penalty_wait(&p, &good, 1000), 0);
	assert_int_equal(penalty_wait(&p, &bad, 1000 + PENALTY_MAX_MS - 1), 1);
	assert_int_equal(penalty_wait(&p, &bad, 1000 + PENALTY_MAX_MS), 0);
	penalty_clear(&p);
}

static void
what_was_long_ago_is_forgotten(void **state)
{
	const struct peer bad = v4(1);
	struct penalty p;

	(void)state;
	penalty_init(&p);
	fail_times(&p, &bad, 20, 0);
	penalty_add(&p, &bad, PENALTY_FORGET_MS + 1);
	assert_int_equal(penalty_wait(&p, &bad, PENALTY_FORGET_MS + 1), 0);
	penalty_clear(&p);
}

static void
a_network_of_ipv6_is_one_address(void **state)
{
	const struct peer a = v6(1, 1), b = v6(1, 2), c = v6(2, 1);
	struct penalty p;

	(void)state;
	penalty_init(&p);
	fail_times(&p, &a, PENALTY_FREE, 0);
	fail_times(&p, &b, 1, 0);
	assert_int_equal(penalty_wait(&p, &a, 0), PENALTY_FIRST_MS);
	assert_int_equal(penalty_wait(&p, &c, 0), 0);
	penalty_clear(&p);
}

static void
the_table_has_a_limit(void **state)
{
	const struct peer first = v4(1);
	struct penalty p;

	(void)state;
	penalty_init(&p);
	fail_times(&p, &first, PENALTY_FREE + 1, 0);
	for (int i = 0; i < PENALTY_ADDRESSES; i++) {
		struct peer x = v6((uint8_t)i, 1);

		x.ip[6] = (uint8_t)(i >> 8);
		penalty_add(&p, &x, 1 + i);
	}
	assert_int_equal(p.addresses.count, PENALTY_ADDRESSES);
	assert_int_equal(penalty_wait(&p, &first, 1), 0);
	penalty_clear(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_grow_from_the_sixth_failure_on),
		cmocka_unit_test(what_was_long_ago_is_forgotten),
		cmocka_unit_test(a_network_of_ipv6_is_one_address),
		cmocka_unit_test(the_table_has_a_limit),
	};

	return cmocka_run_group_tests_name("penalty", tests, NULL, NULL);
}
