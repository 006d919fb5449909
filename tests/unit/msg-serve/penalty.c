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

/* An attempt that may be judged at once, and is wrong: the wait it brings. */
static int64_t
fail_once(struct penalty *p, const struct peer *who, uint64_t user,
    int64_t now)
{
	assert_int_equal(penalty_enter(p, who, now), 0);
	return penalty_leave(p, who, JUDGED_WRONG, user, now);
}

/* Fail as often as is free; the clock does not move. */
static void
use_up(struct penalty *p, const struct peer *who, uint64_t user, int64_t now)
{
	for (int i = 1; i < PENALTY_FREE; i++)
		assert_int_equal(fail_once(p, who, user, now), 0);
	assert_int_equal(fail_once(p, who, user, now), PENALTY_FIRST_MS);
}

static void
succeed(struct penalty *p, const struct peer *who, uint64_t user, int64_t now)
{
	assert_int_equal(penalty_enter(p, who, now), 0);
	assert_int_equal(penalty_leave(p, who, JUDGED_RIGHT, user, now), 0);
}

static void
waits_grow_from_the_fifth_failure_on(void **state)
{
	const struct peer bad = v4(1), good = v4(2);
	int64_t want = PENALTY_FIRST_MS, now = 1000;
	struct penalty p;

	(void)state;
	penalty_init(&p);
	use_up(&p, &bad, 1, now);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(penalty_enter(&p, &bad, now), want);
		assert_int_equal(penalty_enter(&p, &bad, now + want - 1), 1);
		now += want;
		want = want * 2 > PENALTY_MAX_MS ? PENALTY_MAX_MS : want * 2;
		assert_int_equal(fail_once(&p, &bad, 1, now), want);
	}
	assert_int_equal(penalty_enter(&p, &good, now), 0);
	penalty_clear(&p);
}

static void
what_was_long_ago_is_forgotten(void **state)
{
	const struct peer bad = v4(1);
	struct penalty p;

	(void)state;
	penalty_init(&p);
	use_up(&p, &bad, 1, 0);
	use_up(&p, &bad, 1, PENALTY_FORGET_MS + 1);
	penalty_clear(&p);
}

static void
many_at_once_are_no_more_than_one(void **state)
{
	const struct peer bad = v4(1);
	struct penalty p;
	int64_t now = PENALTY_FIRST_MS;

	(void)state;
	penalty_init(&p);
	for (int i = 0; i < PENALTY_FREE; i++)
		assert_int_equal(penalty_enter(&p, &bad, 0), 0);
	assert_int_equal(penalty_enter(&p, &bad, 0), PENALTY_TURN_MS);
	for (int i = 0; i < PENALTY_FREE; i++)
		penalty_leave(&p, &bad, JUDGED_WRONG, 1, 0);
	assert_int_equal(penalty_enter(&p, &bad, 0), PENALTY_FIRST_MS);
	assert_int_equal(penalty_enter(&p, &bad, now), 0);
	assert_int_equal(penalty_enter(&p, &bad, now), PENALTY_TURN_MS);
	assert_int_equal(penalty_leave(&p, &bad, JUDGED_WRONG, 1, now),
	    2 * PENALTY_FIRST_MS);
	assert_int_equal(penalty_enter(&p, &bad, now), 2 * PENALTY_FIRST_MS);
	penalty_clear(&p);
}

static void
success_ends_it_for_one_user_alone(void **state)
{
	const struct peer a = v4(1);
	struct penalty p;
	int64_t now = PENALTY_FIRST_MS;

	(void)state;
	penalty_init(&p);
	use_up(&p, &a, 1, 0);
	succeed(&p, &a, 1, now);
	assert_int_equal(p.addresses.count, 0);
	use_up(&p, &a, 1, now);
	now += PENALTY_FIRST_MS;
	succeed(&p, &a, 2, now);	/* his own password is no excuse */
	assert_int_equal(fail_once(&p, &a, 2, now), 2 * PENALTY_FIRST_MS);
	now += 2 * PENALTY_FIRST_MS;
	succeed(&p, &a, 1, now);	/* by now they were of two */
	assert_int_equal(fail_once(&p, &a, 1, now), 4 * PENALTY_FIRST_MS);
	now += 4 * PENALTY_FIRST_MS;
	assert_int_equal(penalty_enter(&p, &a, now), 0);
	penalty_leave(&p, &a, JUDGED_NOT, 1, now);
	assert_int_equal(fail_once(&p, &a, 1, now), 8 * PENALTY_FIRST_MS);
	penalty_clear(&p);
}

static void
a_network_of_ipv6_is_one_address(void **state)
{
	const struct peer a = v6(1, 1), b = v6(1, 2), c = v6(2, 1);
	struct penalty p;

	(void)state;
	penalty_init(&p);
	use_up(&p, &a, 1, 0);
	assert_int_equal(penalty_enter(&p, &b, 0), PENALTY_FIRST_MS);
	assert_int_equal(penalty_enter(&p, &c, 0), 0);
	penalty_clear(&p);
}

static void
the_table_has_a_limit(void **state)
{
	const struct peer first = v4(1);
	struct penalty p;

	(void)state;
	penalty_init(&p);
	use_up(&p, &first, 1, 0);
	assert_int_equal(penalty_enter(&p, &first, PENALTY_FIRST_MS), 0);
	for (int i = 0; i < PENALTY_ADDRESSES; i++) {
		struct peer x = v6((uint8_t)i, 1);

		x.ip[6] = (uint8_t)(i >> 8);
		fail_once(&p, &x, 1, 1 + i);
	}
	assert_int_equal(p.addresses.count, PENALTY_ADDRESSES);
	/* What it was about is told to one that knows nothing of it. */
	penalty_leave(&p, &first, JUDGED_RIGHT, 1, PENALTY_ADDRESSES);
	use_up(&p, &first, 1, PENALTY_ADDRESSES);
	penalty_clear(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_grow_from_the_fifth_failure_on),
		cmocka_unit_test(what_was_long_ago_is_forgotten),
		cmocka_unit_test(many_at_once_are_no_more_than_one),
		cmocka_unit_test(success_ends_it_for_one_user_alone),
		cmocka_unit_test(a_network_of_ipv6_is_one_address),
		cmocka_unit_test(the_table_has_a_limit),
	};

	return cmocka_run_group_tests_name("penalty", tests, NULL, NULL);
}
