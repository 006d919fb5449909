#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "service/kept.h"

static bool
has(struct kept *k, uint64_t head, const char *branch, const char *query,
    const char *answer)
{
	struct kept_answer got;

	if (!kept_find(k, head, str_of(branch), str_of(query), &got))
		return answer == NULL;
	return answer != NULL && str_is(got.text, answer) &&
	    got.payload_n == 7;
}

static void
put(struct kept *k, uint64_t head, const char *branch, const char *query,
    const char *answer)
{
	kept_put(k, head, str_of(branch), str_of(query),
	    (struct kept_answer){ str_of(answer), 7 });
}

static void
asked_for_twice(void **state)
{
	struct kept *k = kept_new();

	(void)state;
	assert_true(has(k, 5, "", "/", NULL));
	put(k, 5, "", "/", "root");
	assert_true(has(k, 5, "", "/", NULL));
	put(k, 5, "", "/", "root");
	assert_true(has(k, 5, "", "/", "root"));
	kept_free(k);
}

static void
of_one_head(void **state)
{
	struct kept *k = kept_new();

	(void)state;
	put(k, 5, "", "/", "five");
	put(k, 5, "", "/", "five");
	assert_true(has(k, 6, "", "/", NULL));
	put(k, 6, "", "/", "six");
	assert_true(has(k, 5, "", "/", NULL));
	assert_true(has(k, 6, "", "/", NULL));
	put(k, 5, "", "/", "five");	/* a reader that is behind */
	put(k, 6, "", "/", "six");
	assert_true(has(k, 6, "", "/", "six"));
	kept_free(k);
}

static void
of_one_key(void **state)
{
	struct kept *k = kept_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		put(k, 1, "", "live/a", "A");
		put(k, 1, "live", "/a", "B");
		put(k, 1, "live/", "a", "C");
	}
	assert_true(has(k, 1, "", "live/a", "A"));
	assert_true(has(k, 1, "live", "/a", "B"));
	assert_true(has(k, 1, "live/", "a", "C"));
	assert_true(has(k, 1, "liv", "e/a", NULL));
	kept_free(k);
}

static void
limits(void **state)
{
	struct kept *k = kept_new();
	char *big = mem_zero(KEPT_ANSWER + 1);
	char key[KEPT_KEY] = "k", name[32];
	struct kept_answer most = { { big, KEPT_ANSWER }, 7 }, got;
	struct kept_answer more = { { big, KEPT_ANSWER + 1 }, 7 };
	struct str b = STR("b"), longest = { key, KEPT_KEY - 1 };
	struct str longer = { key, KEPT_KEY };

	(void)state;
	for (int i = 0; i < 2; i++) {
		kept_put(k, 1, b, STR("big"), more);
		kept_put(k, 1, b, longer, most);
		kept_put(k, 1, b, longest, most);
	}
	assert_false(kept_find(k, 1, b, STR("big"), &got));
	assert_false(kept_find(k, 1, b, longer, &got));
	assert_true(kept_find(k, 1, b, longest, &got));
	assert_int_equal(got.text.n, KEPT_ANSWER);
	/* Far more than there is room for: the old ones go. */
	for (size_t i = 0; i < 4 * KEPT_BYTES / KEPT_ANSWER; i++) {
		snprintf(name, sizeof name, "/%zu", i);
		for (int twice = 0; twice < 2; twice++)
			kept_put(k, 1, STR_NONE, str_of(name), most);
	}
	assert_false(kept_find(k, 1, b, longest, &got));
	free(big);
	kept_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_for_twice),
		cmocka_unit_test(of_one_head),
		cmocka_unit_test(of_one_key),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
