#include "unit.h"

#include <stdalign.h>
#include <string.h>

#include "base/arena.h"

static void
every_size_is_aligned_and_apart(void **state)
{
	struct arena a = ARENA_INIT;
	unsigned char *p[300];

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		p[n] = arena_alloc(&a, n);
		assert_int_equal((uintptr_t)p[n] % alignof(max_align_t), 0);
		memset(p[n], (int)(n & 0xff), n);
	}
	for (size_t n = 0; n < 300; n++)
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[n][i], n & 0xff);
	arena_free(&a);
	assert_int_equal(a.used, 0);
}

static void
a_reset_keeps_the_first_block(void **state)
{
	struct arena a = ARENA_INIT;
	void *first, *again;

	(void)state;
	arena_reset(&a);
	first = arena_alloc(&a, 10);
	arena_alloc(&a, 100000);
	assert_true(a.used >= 100010);
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	again = arena_alloc(&a, 10);
	assert_ptr_equal(first, again);
	arena_free(&a);
}

/* One large request must not be held for ever by a quiet connection. */
static void
a_reset_gives_back_a_large_block(void **state)
{
	struct arena a = ARENA_INIT;

	(void)state;
	arena_alloc(&a, 1 << 20);
	arena_reset(&a);
	assert_null(a.first);
	assert_int_equal(a.used, 0);
	arena_alloc(&a, 1);
	arena_free(&a);
}

static void
a_reset_with_a_large_block_first_frees_each_once(void **state)
{
	struct arena a = ARENA_INIT;

	(void)state;
	arena_alloc(&a, 100000);
	arena_alloc(&a, 300000);
	arena_reset(&a);
	assert_null(a.first);
	memset(arena_alloc(&a, 10), 1, 10);
	arena_free(&a);
}

static void
copies(void **state)
{
	static const char zero[64];
	struct arena a = ARENA_INIT;
	void *p;

	(void)state;
	assert_string_equal(arena_str(&a, "text"), "text");
	assert_string_equal(arena_strn(&a, "text", 2), "te");
	assert_string_equal(arena_strn(&a, NULL, 0), "");
	assert_string_equal(arena_printf(&a, "%s %d", "x", 5), "x 5");
	assert_memory_equal(arena_dup(&a, "a\0b", 3), "a\0b", 3);
	assert_non_null(arena_dup(&a, NULL, 0));
	p = arena_alloc(&a, 64);
	memset(p, 'x', 64);
	arena_reset(&a);
	assert_memory_equal(arena_zero(&a, 64), zero, 64);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_is_aligned_and_apart),
		cmocka_unit_test(a_reset_keeps_the_first_block),
		cmocka_unit_test(a_reset_gives_back_a_large_block),
		cmocka_unit_test(
		    a_reset_with_a_large_block_first_frees_each_once),
		cmocka_unit_test(copies),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
