#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "net/sm_queue.h"

/* True: there was room for it. */
static bool
put(struct sm_queue *q, const char *text)
{
	bool room = sm_queue_fits(q, strlen(text));

	sm_queue_put(q, text, strlen(text));
	return room;
}

static void
assert_holds(const struct sm_queue *q, const char *const *want)
{
	struct str got;
	size_t at = 0;

	for (; *want != NULL; want++) {
		assert_true(sm_queue_next(q, &at, &got));
		assert_int_equal(got.n, strlen(*want));
		assert_memory_equal(got.p, *want, got.n);
	}
	assert_false(sm_queue_next(q, &at, &got));
}

static void
what_is_acknowledged_goes(void **state)
{
	struct sm_queue q;

	(void)state;
	sm_queue_init(&q, 4096);
	assert_int_equal(sm_queue_ack(&q, 0), 0);
	assert_int_equal(sm_queue_ack(&q, 1), -1);	/* never sent */
	assert_true(put(&q, "<iq/>"));
	assert_true(put(&q, "<message/>"));
	assert_true(put(&q, "<presence/>"));
	assert_holds(&q, (const char *const[]){ "<iq/>", "<message/>",
	    "<presence/>", NULL });
	assert_true(sm_queue_holds(&q, 0));
	assert_int_equal(sm_queue_ack(&q, 2), 0);
	assert_holds(&q, (const char *const[]){ "<presence/>", NULL });
	assert_int_equal(sm_queue_ack(&q, 2), 0);	/* again is fine */
	assert_int_equal(sm_queue_ack(&q, 1), -1);	/* less is not */
	assert_int_equal(sm_queue_ack(&q, 4), -1);
	assert_false(sm_queue_holds(&q, 1));
	assert_true(sm_queue_holds(&q, 3));
	assert_int_equal(sm_queue_ack(&q, 3), 0);
	assert_int_equal(q.count, 0);
	assert_int_equal(sm_queue_bytes(&q), 0);
	sm_queue_clear(&q);
}

static void
past_the_limit_the_oldest_go(void **state)
{
	struct sm_queue q;
	char big[200];

	(void)state;
	sm_queue_init(&q, 3 * 14);
	assert_true(put(&q, "0123456789"));
	assert_true(put(&q, "abcdefghij"));
	assert_true(put(&q, "ABCDEFGHIJ"));
	assert_false(put(&q, "last"));
	assert_holds(&q, (const char *const[]){ "abcdefghij", "ABCDEFGHIJ",
	    "last", NULL });
	assert_false(sm_queue_holds(&q, 0));
	assert_true(sm_queue_holds(&q, 1));
	assert_int_equal(sm_queue_ack(&q, 0), 0);	/* he may lag */
	assert_int_equal(sm_queue_ack(&q, 1), 0);
	assert_int_equal(q.count, 3);
	memset(big, 'x', sizeof big);
	assert_false(sm_queue_fits(&q, sizeof big));
	sm_queue_put(&q, big, sizeof big);
	assert_int_equal(q.count, 0);
	assert_int_equal(q.last, 5);
	assert_false(sm_queue_holds(&q, 4));
	assert_true(sm_queue_holds(&q, 5));		/* he has it */
	sm_queue_clear(&q);
}

static void
numbers_begin_anew_after_the_largest(void **state)
{
	struct sm_queue q;

	(void)state;
	sm_queue_init(&q, 4096);
	q.last = q.acked = UINT32_MAX - 1;
	put(&q, "one");
	put(&q, "two");
	put(&q, "three");
	assert_int_equal(q.last, 1);
	assert_true(sm_queue_holds(&q, UINT32_MAX));
	assert_int_equal(sm_queue_ack(&q, 0), 0);
	assert_holds(&q, (const char *const[]){ "three", NULL });
	assert_int_equal(sm_queue_ack(&q, UINT32_MAX), -1);
	assert_int_equal(sm_queue_ack(&q, 1), 0);
	sm_queue_clear(&q);
}

static void
a_mark_stays_with_its_stanza(void **state)
{
	struct sm_queue q;
	struct str text;
	size_t at = 0;

	(void)state;
	sm_queue_init(&q, 4096);
	put(&q, "one");
	put(&q, "two");
	put(&q, "three");
	assert_true(sm_queue_next(&q, &at, &text));
	assert_true(sm_queue_next(&q, &at, &text));
	sm_queue_mark(&q, text);
	assert_int_equal(sm_queue_ack(&q, 1), 0);
	at = 0;
	assert_true(sm_queue_next(&q, &at, &text));
	assert_true(str_is(text, "two"));
	assert_true(sm_queue_marked(text));
	assert_true(sm_queue_next(&q, &at, &text));
	assert_true(str_is(text, "three"));
	assert_false(sm_queue_marked(text));
	sm_queue_clear(&q);
}

/* A long life in little memory. */
static void
memory_is_used_again(void **state)
{
	struct sm_queue q;
	char text[32];

	(void)state;
	sm_queue_init(&q, 1 << 20);
	for (uint32_t i = 1; i <= 100000; i++) {
		int n = snprintf(text, sizeof text, "<iq id='%u'/>", i);

		sm_queue_put(&q, text, (size_t)n);
		if (i % 7 == 0)
			assert_int_equal(sm_queue_ack(&q, i - 3), 0);
	}
	assert_true(q.count <= 10);
	assert_true(q.bytes.cap <= 1024);
	sm_queue_clear(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_acknowledged_goes),
		cmocka_unit_test(past_the_limit_the_oldest_go),
		cmocka_unit_test(numbers_begin_anew_after_the_largest),
		cmocka_unit_test(a_mark_stays_with_its_stanza),
		cmocka_unit_test(memory_is_used_again),
	};

	return cmocka_run_group_tests_name("sm_queue", tests, NULL, NULL);
}
