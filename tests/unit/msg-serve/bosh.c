#include "unit.h"

#include <string.h>

#include "web/bosh_window.h"

static void
no_drop(struct bosh_kept *k)
{
	(void)k;
	fail();
}

static void
answer(struct bosh_window *w, const char *text)
{
	struct bosh_slot *s = bosh_oldest(w);

	assert_non_null(s);
	buf_puts(&s->answer, text);
	bosh_answered(w);
}

static enum bosh_arrival
arrive(struct bosh_window *w, uint64_t rid)
{
	struct bosh_slot *s = NULL;
	enum bosh_arrival a = bosh_arrive(w, rid, &s);

	assert_int_equal(s == NULL, a == BOSH_OUTSIDE);
	if (s != NULL)
		assert_int_equal(s->rid, rid);
	return a;
}

static void
one_after_the_other(void **state)
{
	struct bosh_window w;

	(void)state;
	assert_int_equal(bosh_window_init(&w, 100, 2)->rid, 100);
	assert_int_equal(bosh_held(&w), 1);
	answer(&w, "a");
	assert_int_equal(bosh_held(&w), 0);
	assert_null(bosh_oldest(&w));
	for (uint64_t rid = 101; rid < 200; rid++) {
		assert_int_equal(arrive(&w, rid), BOSH_NEW);
		assert_int_equal(arrive(&w, rid), BOSH_AGAIN);
		assert_int_equal(bosh_held(&w), 1);
		answer(&w, "b");
		assert_int_equal(arrive(&w, rid), BOSH_REPLY);
		assert_int_equal(bosh_held(&w), 0);
	}
	bosh_window_clear(&w, no_drop);
}

static void
early_ones_wait_for_their_turn(void **state)
{
	struct bosh_window w;
	struct bosh_slot *s;

	(void)state;
	bosh_window_init(&w, 1, 3);
	assert_int_equal(arrive(&w, 4), BOSH_AHEAD);
	assert_int_equal(arrive(&w, 3), BOSH_AHEAD);
	assert_int_equal(arrive(&w, 3), BOSH_AGAIN);
	assert_int_equal(arrive(&w, 5), BOSH_OUTSIDE);
	assert_int_equal(bosh_early(&w), 2);
	assert_null(bosh_turn(&w));
	assert_int_equal(arrive(&w, 2), BOSH_NEW);
	s = bosh_turn(&w);
	assert_int_equal(s->rid, 3);
	s = bosh_turn(&w);
	assert_int_equal(s->rid, 4);
	assert_null(bosh_turn(&w));
	assert_int_equal(bosh_held(&w), 4);
	assert_int_equal(bosh_early(&w), 0);
	for (uint64_t rid = 1; rid < 5; rid++) {
		assert_int_equal(bosh_oldest(&w)->rid, rid);
		answer(&w, "x");
	}
	bosh_window_clear(&w, no_drop);
}

static void
answers_are_kept_as_long_as_they_may_be_asked_for(void **state)
{
	struct bosh_window w;
	struct bosh_slot *s;

	(void)state;
	bosh_window_init(&w, 10, 2);
	answer(&w, "ten");
	assert_int_equal(arrive(&w, 11), BOSH_NEW);
	answer(&w, "eleven");
	assert_int_equal(bosh_arrive(&w, 10, &s), BOSH_REPLY);
	assert_string_equal(buf_cstr(&s->answer), "ten");
	assert_int_equal(arrive(&w, 12), BOSH_NEW);
	assert_int_equal(arrive(&w, 10), BOSH_OUTSIDE);
	assert_int_equal(bosh_arrive(&w, 11, &s), BOSH_REPLY);
	assert_string_equal(buf_cstr(&s->answer), "eleven");
	bosh_window_clear(&w, no_drop);
}

static void
others_are_outside(void **state)
{
	struct bosh_window w;

	(void)state;
	bosh_window_init(&w, 5, 2);
	assert_int_equal(arrive(&w, 4), BOSH_OUTSIDE);
	assert_int_equal(arrive(&w, 0), BOSH_OUTSIDE);
	assert_int_equal(arrive(&w, 8), BOSH_OUTSIDE);
	assert_int_equal(arrive(&w, 5 + BOSH_SLOTS), BOSH_OUTSIDE);
	assert_int_equal(arrive(&w, UINT64_MAX), BOSH_OUTSIDE);
	assert_int_equal(arrive(&w, 7), BOSH_AHEAD);
	bosh_window_clear(&w, no_drop);
	bosh_window_init(&w, BOSH_RID_MAX, 2);
	assert_int_equal(arrive(&w, BOSH_RID_MAX + 1), BOSH_OUTSIDE);
	bosh_window_clear(&w, no_drop);
}

static int dropped;

static void
drop(struct bosh_kept *k)
{
	(void)k;
	dropped++;
}

static void
what_is_early_at_the_end_is_dropped(void **state)
{
	struct bosh_window w;
	struct bosh_slot *s;

	(void)state;
	bosh_window_init(&w, 1, 2);
	assert_int_equal(bosh_arrive(&w, 3, &s), BOSH_AHEAD);
	s->kept = (struct bosh_kept *)&w;
	bosh_window_clear(&w, drop);
	assert_int_equal(dropped, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(early_ones_wait_for_their_turn),
		cmocka_unit_test(
		    answers_are_kept_as_long_as_they_may_be_asked_for),
		cmocka_unit_test(others_are_outside),
		cmocka_unit_test(what_is_early_at_the_end_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
