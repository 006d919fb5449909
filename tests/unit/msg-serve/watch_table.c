/* Which watches a commit finds, who else they belong to, and what is left of
 * the table when they go. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "query/reach.h"
#include "service/watch_table.h"

static struct rights *all, *some, *same, *other;

static struct rights *
rights(const char *role, bool admin)
{
	struct str s = str_of(role);
	struct err e = ERR_INIT;
	struct rights *r;

	assert_int_equal(rights_new(&r, &s, 1, admin, &e), 0);
	return r;
}

static int
setup(void **state)
{
	all = rights("admin", true);
	some = rights("read:/a", false);
	same = rights("write:/a", false);
	other = rights("read:/b", false);
	*state = test_calloc(1, sizeof(struct watch_table));
	return 0;
}

static int
teardown(void **state)
{
	struct watch_table *t = *state;

	watch_table_clear(t);
	assert_int_equal(t->count, 0);
	assert_null(t->lagging);
	test_free(t);
	rights_unref(all);
	rights_unref(some);
	rights_unref(same);
	rights_unref(other);
	return 0;
}

static struct watch *
add(struct watch_table *t, const char *query, uint32_t branch,
    const struct rights *r, uint64_t session)
{
	struct err e = ERR_INIT;
	struct watch_group *g = watch_group_get(t, query, strlen(query),
	    branch, STR("b"), r, NULL, &e);

	assert_non_null(g);
	return watch_add(t, g, session, 0);
}

static void
alike_watches_are_one_group(void **state)
{
	struct watch_table *t = *state;
	struct watch *a = add(t, "/a/*", 2, all, 1);

	assert_ptr_equal(add(t, "/a/child::*", 2, all, 2)->group, a->group);
	assert_ptr_not_equal(add(t, "/a/*", 3, all, 1)->group, a->group);
	assert_ptr_not_equal(add(t, "/a", 2, all, 1)->group, a->group);
	a = add(t, "/a/*", 2, some, 1);
	assert_ptr_equal(add(t, "/a/*", 2, same, 2)->group, a->group);
	assert_ptr_not_equal(add(t, "/a/*", 2, other, 2)->group, a->group);
	assert_int_equal(t->count, 7);
	assert_int_equal(watch_owner(t, 1)->count, 4);
}

/* The queries of the groups a path finds, shortest first. */
static void
found(struct watch_table *t, uint64_t rev, const char *path, bool below,
    const char *want)
{
	struct watch_reach r = { t, 2, rev, NULL };
	struct buf out = BUF_INIT(1000);

	watch_reach_path(&r, str_of(path), below);
	watch_reach_path(&r, str_of(path), below);	/* each once */
	for (size_t n = 1; n < 40; n++)
		for (struct watch_group *g = r.groups; g != NULL;
		    g = g->next_reached)
			if (strlen(g->text) == n)
				buf_printf(&out, "%s ", g->text);
	assert_string_equal(buf_cstr(&out), want);
	buf_free(&out);
}

static void
a_commit_finds_those_it_concerns(void **state)
{
	struct watch_table *t = *state;
	uint64_t rev = 1;

	add(t, "//X", 2, all, 1);
	add(t, "/a/b/cc", 2, all, 1);
	add(t, "/a/b/*", 2, all, 2);
	add(t, "/a/bc//*", 2, all, 2);
	add(t, "/d", 2, all, 2);
	add(t, "/d", 3, all, 2);
	found(t, rev++, "/", false, "//X ");
	found(t, rev++, "/d", false, "/d //X ");
	found(t, rev++, "/a", false, "//X ");
	found(t, rev++, "/a/b", false, "//X /a/b/* ");
	found(t, rev++, "/a/b/cc/d", false, "//X /a/b/* /a/b/cc ");
	found(t, rev++, "/a/b", true, "//X /a/b/* /a/b/cc ");
	found(t, rev++, "/a", true, "//X /a/b/* /a/b/cc /a/bc//* ");
	found(t, rev++, "/x/y", true, "//X ");
}

static void
others_cost_nothing(void **state)
{
	struct watch_table *t = *state;
	struct watch_reach r = { t, 2, 7, NULL };
	char query[32];
	size_t n = 0;

	for (int i = 0; i < 10000; i++) {
		snprintf(query, sizeof query, "/idle/n%d", i);
		add(t, query, 2, all, 1);
	}
	add(t, "/busy", 2, all, 2);
	watch_reach_path(&r, STR("/busy/x"), false);
	for (struct watch_group *g = r.groups; g != NULL; g = g->next_reached)
		n++;
	assert_int_equal(n, 1);
	watch_remove(t, watch_find(t, 2, 10001));
	assert_null(watch_owner(t, 2));
	assert_int_equal(t->count, 10000);
}

static void
told_goes_on_without_being_told(void **state)
{
	struct watch_table *t = *state;
	struct watch *w = add(t, "/a", 2, all, 1), *lag = add(t, "/a", 2,
	    all, 1);

	w->told = 5;
	watch_lag(t, lag, 3);
	t->now = 4;
	assert_int_equal(watch_told(t, w), 5);
	t->now = 9;
	assert_int_equal(watch_told(t, w), 9);
	assert_int_equal(watch_told(t, lag), 3);
	assert_ptr_equal(t->lagging->of, lag);
	watch_level(lag);
	assert_null(t->lagging);
}

static void
other_rights_other_group(void **state)
{
	struct watch_table *t = *state;
	struct err e = ERR_INIT;
	struct watch *w = add(t, "/a/*", 2, all, 1);
	struct watch_group *g = watch_group_get(t, "/a/*", 4, 2, STR("b"),
	    other, NULL, &e);

	watch_move(t, w, g);
	assert_ptr_equal(w->group->rights, other);
	assert_ptr_equal(watch_find(t, 1, w->id), w);
	assert_int_equal(t->groups.count, 1);
	assert_int_equal(t->anchors.count, 1);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(alike_watches_are_one_group),
		T(a_commit_finds_those_it_concerns),
		T(others_cost_nothing),
		T(told_goes_on_without_being_told),
		T(other_rights_other_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
