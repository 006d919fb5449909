#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"

static int one, two;

static void
set_get_replace_delete(void **state)
{
	struct map m = MAP_INIT;

	(void)state;
	assert_null(map_get(&m, "a", 1));
	assert_null(map_del(&m, "a", 1));
	assert_null(map_set(&m, "a", 1, &one));
	assert_ptr_equal(map_get(&m, "a", 1), &one);
	assert_ptr_equal(map_set(&m, "a", 1, &two), &one);
	assert_int_equal(m.count, 1);
	assert_null(map_get(&m, "a\0", 2));
	assert_ptr_equal(map_del(&m, "a", 1), &two);
	assert_null(map_get(&m, "a", 1));
	assert_int_equal(m.count, 0);
	map_free(&m);
	assert_null(map_set(&m, "a", 1, &one));
	map_free(&m);
}

static void
an_empty_key_is_a_key(void **state)
{
	struct map m = MAP_INIT;

	(void)state;
	map_set(&m, NULL, 0, &one);
	assert_ptr_equal(map_get(&m, NULL, 0), &one);
	assert_ptr_equal(map_get(&m, "", 0), &one);
	assert_null(map_get(&m, "", 1));
	map_free(&m);
}

static void
keys_are_copied(void **state)
{
	char key[] = "key";
	struct map m = MAP_INIT;

	(void)state;
	map_set(&m, key, 3, &one);
	key[0] = 'x';
	assert_ptr_equal(map_get(&m, "key", 3), &one);
	map_free(&m);
}

/* Against an array that does the same, through growth and thousands of
 * deleted slots. */
static void
agrees_with_an_array(void **state)
{
	static int values[500];
	bool there[500] = { false };
	struct map m = MAP_INIT;
	uint32_t seed = 1;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char key[32];
		size_t k, n;
		void *old;

		seed = seed * 1664525 + 1013904223;
		k = seed >> 8 & 511;
		if (k >= 500)
			continue;
		n = (size_t)snprintf(key, sizeof key, "%zu-a-longer-key", k);
		old = seed >> 24 & 1 ? map_set(&m, key, n, &values[k]) :
		    map_del(&m, key, n);
		assert_ptr_equal(old, there[k] ? &values[k] : NULL);
		count -= there[k];
		there[k] = seed >> 24 & 1;
		count += there[k];
		assert_int_equal(m.count, count);
	}
	assert_true(m.cap <= 4096);
	map_free(&m);
}

static void
next_gives_each_once(void **state)
{
	int values[100] = { 0 }, *v;
	struct map m = MAP_INIT;
	size_t at = 0, n, seen = 0;
	const void *key;
	char text[12];

	(void)state;
	for (int i = 0; i < 100; i++)
		map_set(&m, text, (size_t)snprintf(text, sizeof text, "%d",
		    i), &values[i]);
	while ((v = map_next(&m, &at, &key, &n)) != NULL) {
		(*v)++;
		seen++;
		assert_ptr_equal(map_get(&m, key, n), v);
		assert_ptr_equal(map_del(&m, key, n), v);
	}
	assert_int_equal(seen, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(values[i], 1);
	at = 0;
	assert_null(map_next(&m, &at, NULL, NULL));
	map_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_get_replace_delete),
		cmocka_unit_test(an_empty_key_is_a_key),
		cmocka_unit_test(keys_are_copied),
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(next_gives_each_once),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
