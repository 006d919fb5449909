#include "unit.h"

#include <string.h>

#include "facade/node.h"

static void
assert_query(const char *path, const char *want)
{
	struct arena a = ARENA_INIT;
	const char *got = node_query(&a, str_of(path));

	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
	arena_free(&a);
}

static void
a_path_is_no_query(void **state)
{
	(void)state;
	assert_query("/", "(/)");
	assert_query("/news", "/'news'");
	assert_query("/news/*", "/'news'/'*'");
	assert_query("/a/..", "/'a'/'..'");
	assert_query("/it's", "/'it''s'");
	assert_query("/a' | /b | /'c", "/'a'' | '/'b | '/'''c'");
	assert_query("/a\"b", "/'a\"b'");
	assert_query("", NULL);
	assert_query("news", NULL);
	assert_query("//", NULL);
	assert_query("/news/", NULL);
	assert_query("/news//a", NULL);
}

static void
assert_item(struct node *n, const char *id, const char *want)
{
	struct arena a = ARENA_INIT;

	assert_true(str_is(node_item(n, &a, str_of(id)), want));
	arena_free(&a);
}

static void
ids_are_names_in_the_folder(void **state)
{
	struct node n = { .name = STR("/news"), .folder = true };

	(void)state;
	assert_item(&n, "a", "/news/a");
	assert_item(&n, "a/b", "/news/a/b");
	assert_item(&n, "", "");
	n.name = STR("/");
	assert_item(&n, "a", "/a");
	n = (struct node){ .name = STR("/about") };
	assert_item(&n, "current", "/about");
	assert_item(&n, "a", "");

	n = (struct node){ .name = STR("/news"), .folder = true };
	assert_true(node_has(&n, STR("/news/a")));
	assert_false(node_has(&n, STR("/news/a/b")));
	assert_false(node_has(&n, STR("/news")));
	assert_false(node_has(&n, STR("/news/")));
	assert_false(node_has(&n, STR("/newspaper")));
	assert_false(node_has(&n, STR("")));
	n.name = STR("/");
	assert_true(node_has(&n, STR("/a")));
	assert_false(node_has(&n, STR("/a/b")));
	assert_false(node_has(&n, STR("/")));
	n.folder = false;
	assert_false(node_has(&n, STR("/a")));

	assert_true(str_is(node_id(STR("/news"), STR("/news/a")), "a"));
	assert_true(str_is(node_id(STR("/news"), STR("/news/a/b")), "a/b"));
	assert_true(str_is(node_id(STR("/"), STR("/a")), "a"));
	assert_true(str_is(node_id(STR("/news"), STR("/news")), "current"));
	/* Moved away: called as it was. */
	assert_true(str_is(node_id(STR("/news"), STR("/old/a")), "a"));
	assert_true(str_is(node_id(STR("/news"), STR("/newspaper")),
	    "newspaper"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_no_query),
		cmocka_unit_test(ids_are_names_in_the_folder),
	};

	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
