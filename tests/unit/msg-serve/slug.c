#include "unit.h"

#include "service/slug.h"

static const char *const rows[][3] = {
	{ "Other Name!", "other-name", "Other Name" },
	{ "About", "about", "About" },
	{ "  --Hello,   world-- ", "hello-world", "Hello World" },
	{ "Über uns", "über-uns", "Über Uns" },
	{ "新闻 2010", "新闻-2010", "新闻 2010" },
	{ "Ελληνικά", "ελληνικά", "Ελληνικά" },
	{ "हिन्दी लेख", "हिन्दी-लेख", "हिन्दी लेख" },
	{ "U\xcc\x88", "ü", "Ü" },
	{ "!!!", "", "" },
	{ "", "", "" },
	{ "a_b/c.d", "a-b-c-d", "A B C D" },
	{ "x\xff" "y", "x-y", "X Y" },
};

static void
names_and_titles(void **state)
{
	struct buf b = BUF_INIT(1000), t = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_reset(&b);
		buf_reset(&t);
		slug_put(&b, str_of(rows[i][0]));
		assert_string_equal(buf_cstr(&b), rows[i][1]);
		slug_title(&t, str_of(buf_cstr(&b)));
		assert_string_equal(buf_cstr(&t), rows[i][2]);
		/* A slug's slug is itself. */
		buf_reset(&t);
		slug_put(&t, str_of(rows[i][1]));
		assert_string_equal(buf_cstr(&t), rows[i][1]);
	}
	buf_free(&b);
	buf_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
