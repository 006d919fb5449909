#include "unit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/wheel.h"

static void
count(void *arg)
{
	++*(int *)arg;
}

static void
fires_once_and_not_before(void **state)
{
	static const uint64_t whens[] = { 1, 2, 63, 64, 65, 127, 128, 4095,
		4096, 4097, 262143, 262144, 1000000, 86400000 };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(whens); i++) {
		struct wheel w;
		struct timer t = { .fn = count };
		int fired = 0;

		wheel_init(&w);
		t.arg = &fired;
		wheel_set(&w, &t, whens[i]);
		assert_true(wheel_next(&w) <= whens[i]);
		wheel_run(&w, whens[i] - 1);
		assert_int_equal(fired, 0);
		wheel_run(&w, whens[i]);
		assert_int_equal(fired, 1);
		assert_null(t.prev);
		wheel_run(&w, whens[i] * 2 + 100);
		assert_int_equal(fired, 1);
	}
}

static void
a_stopped_timer_does_not_fire(void **state)
{
	struct wheel w;
	int fired = 0;
	struct timer t = { .fn = count, .arg = &fired };

	(void)state;
	wheel_init(&w);
	wheel_set(&w, &t, 10);
	wheel_stop(&w, &t);
	wheel_stop(&w, &t);
	assert_true(wheel_next(&w) == WHEEL_NEVER);
	wheel_run(&w, 100);
	assert_int_equal(fired, 0);
}

static void
a_late_time_is_kept_to(void **state)
{
	struct wheel w;
	int fired = 0;
	struct timer t = { .fn = count, .arg = &fired };

	(void)state;
	wheel_init(&w);
	wheel_run(&w, 1000);
	wheel_set(&w, &t, 5);		/* past: the next millisecond */
	wheel_run(&w, 1000);
	assert_int_equal(fired, 0);
	wheel_run(&w, 1001);
	assert_int_equal(fired, 1);
	wheel_set(&w, &t, UINT64_MAX);	/* past the end: the end */
	wheel_run(&w, UINT64_C(1) << 40);
	assert_int_equal(fired, 1);
	wheel_stop(&w, &t);
}

struct pair {
	struct wheel w;
	struct timer a, b;
	int fired;
};

static void
stops_the_other(void *arg)
{
	struct pair *p = arg;

	p->fired++;
	wheel_stop(&p->w, &p->a);
	wheel_stop(&p->w, &p->b);
}

static void
sets_itself(void *arg)
{
	struct pair *p = arg;

	p->fired++;
	wheel_set(&p->w, &p->a, p->w.now);
}

static void
a_callback_may_stop_what_is_due_with_it(void **state)
{
	struct pair p = { .fired = 0 };

	(void)state;
	wheel_init(&p.w);
	p.a.fn = p.b.fn = stops_the_other;
	p.a.arg = p.b.arg = &p;
	wheel_set(&p.w, &p.a, 70);
	wheel_set(&p.w, &p.b, 70);
	wheel_run(&p.w, 80);
	assert_int_equal(p.fired, 1);
}

static void
a_timer_that_sets_itself_fires_each_millisecond(void **state)
{
	struct pair p = { .fired = 0 };

	(void)state;
	wheel_init(&p.w);
	p.a.fn = sets_itself;
	p.a.arg = &p;
	wheel_set(&p.w, &p.a, 1);
	wheel_run(&p.w, 200);
	assert_int_equal(p.fired, 200);
}

/* --- many timers against a plain list of them ---------------------------- */

#define MANY	300

struct many {
	struct wheel *w;
	struct timer t;
	uint64_t when;			/* 0: must not fire */
	uint64_t *last;			/* the latest that fired */
};

static void
in_order_and_in_time(void *arg)
{
	struct many *m = arg;

	assert_true(m->when != 0);
	assert_true(m->when == m->w->now);
	assert_true(*m->last <= m->when);
	*m->last = m->when;
	m->when = 0;
}

static uint64_t
next_random(uint64_t *x)
{
	*x = *x * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return *x >> 33;
}

static void
many_timers_keep_their_time(void **state)
{
	struct wheel w;
	struct many m[MANY];
	uint64_t x = 42, now = 0, last = 0;

	(void)state;
	wheel_init(&w);
	for (size_t i = 0; i < MANY; i++)
		m[i] = (struct many){ .w = &w, .last = &last,
		    .t = { .fn = in_order_and_in_time, .arg = &m[i] } };
	for (int round = 0; round < 3000; round++) {
		struct many *one = &m[next_random(&x) % MANY];

		if (next_random(&x) % 4 == 0) {
			wheel_stop(&w, &one->t);
			one->when = 0;
		} else {
			one->when = now + 1 +
			    next_random(&x) % (1u << next_random(&x) % 20);
			wheel_set(&w, &one->t, one->when);
		}
		if (next_random(&x) % 3 == 0) {
			now += next_random(&x) % 5000;
			wheel_run(&w, now);
			for (size_t i = 0; i < MANY; i++)
				assert_true(m[i].when == 0 ||
				    m[i].when > now);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_once_and_not_before),
		cmocka_unit_test(a_stopped_timer_does_not_fire),
		cmocka_unit_test(a_late_time_is_kept_to),
		cmocka_unit_test(a_callback_may_stop_what_is_due_with_it),
		cmocka_unit_test(
		    a_timer_that_sets_itself_fires_each_millisecond),
		cmocka_unit_test(many_timers_keep_their_time),
	};

	return cmocka_run_group_tests_name("wheel", tests, NULL, NULL);
}
