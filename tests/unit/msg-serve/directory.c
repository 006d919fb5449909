#include "unit.h"

#include <string.h>

#include "net/directory.h"

static const struct place here = { NULL, 1 }, there = { NULL, 2 };

static void
a_newer_stream_takes_the_resource(void **state)
{
	struct directory *d = directory_new();
	struct place p;

	(void)state;
	assert_false(directory_bind(d, "romeo", "a", here, &p));
	assert_true(directory_bind(d, "romeo", "a", there, &p));
	assert_int_equal(p.session, 1);
	directory_unbind(d, "romeo", "a", here);	/* the old one ends */
	assert_true(directory_find(d, "romeo", "a", &p));
	assert_int_equal(p.session, 2);
	directory_unbind(d, "romeo", "a", there);
	assert_false(directory_find(d, "romeo", "a", &p));
	assert_int_equal(directory_count(d), 0);
	directory_free(d);
}

static void
bare_stanzas_go_to_the_highest_priority(void **state)
{
	struct directory *d = directory_new();
	struct place p[4];

	(void)state;
	directory_bind(d, "romeo", "a", here, p);
	directory_bind(d, "romeo", "b", there, p);
	assert_int_equal(directory_streams(d, "romeo"), 2);
	assert_int_equal(directory_streams(d, "juliet"), 0);
	assert_int_equal(directory_best(d, "romeo", p, 4), 0);
	directory_presence(d, "romeo", "a", here, -1, "<p/>", 4);
	assert_int_equal(directory_best(d, "romeo", p, 4), 0);
	directory_presence(d, "romeo", "b", there, 0, "<p/>", 4);
	assert_int_equal(directory_best(d, "romeo", p, 4), 1);
	assert_int_equal(p[0].session, 2);
	directory_presence(d, "romeo", "a", here, 5, "<p/>", 4);
	assert_int_equal(directory_best(d, "romeo", p, 4), 1);
	assert_int_equal(p[0].session, 1);
	directory_presence(d, "romeo", "b", there, 5, "<p/>", 4);
	assert_int_equal(directory_best(d, "romeo", p, 4), 2);
	assert_int_equal(directory_best(d, "romeo", p, 1), 1);
	assert_int_equal(directory_best(d, "juliet", p, 4), 0);
	directory_free(d);
}

static void
count(void *arg, const char *user, const char *resource, struct place p)
{
	(void)user, (void)resource, (void)p;
	++*(int *)arg;
}

static void
all_streams_of_a_user_are_told(void **state)
{
	struct directory *d = directory_new();
	struct place p;
	int n = 0;

	(void)state;
	directory_bind(d, "romeo", "a", here, &p);
	directory_bind(d, "romeo", "b", there, &p);
	directory_bind(d, "juliet", "a", here, &p);
	directory_each(d, "romeo", count, &n);
	assert_int_equal(n, 2);
	directory_each(d, NULL, count, &n);
	assert_int_equal(n, 5);
	directory_unbind(d, "romeo", "b", there);	/* the list's first */
	assert_true(directory_find(d, "romeo", "a", &p));
	directory_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newer_stream_takes_the_resource),
		cmocka_unit_test(bare_stanzas_go_to_the_highest_priority),
		cmocka_unit_test(all_streams_of_a_user_are_told),
	};

	return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
