#include "store_fixture.h"

struct move {
	uint64_t id, parent;
	const char *name;
};

static int
move_item(struct txn *t, void *arg, struct err *e)
{
	struct move *m = arg;

	return txn_move(t, m->id, m->parent, str_of(m->name), e);
}

static size_t
log_count(struct fixture *f, struct log_query q, uint64_t *revs)
{
	struct commit *c;
	size_t n = 0;
	int rc;

	fixture_renew(f);
	q.steps = 1000;
	while ((rc = reader_log(f->reader, &q, &c, &f->e)) == 1) {
		revs[n++] = c->rev;
		commit_unref(c);
	}
	assert_int_equal(rc, 0);
	return n;
}

static void
the_log_goes_back_by_item_subtree_and_author(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1"), revs[32];
	uint64_t b = fixture_create(f, 2, a, "b", "1");
	uint64_t c = fixture_create(f, 2, ITEM_ROOT, "c", "1");
	uint64_t first = store_head(f->store) - 2;

	fixture_save(f, 2, b, "2");
	fixture_save(f, 2, c, "2");
	fixture_do(f, 2, move_item, &(struct move){ b, ITEM_ROOT, "b" });
	fixture_save(f, 2, b, "3");
	/* staging, then live as it was when forked: 7 and the root's. */
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2 },
	    revs), 8);
	assert_int_equal(revs[0], first + 6);
	assert_int_equal(revs[6], first);
	assert_int_equal(revs[7], 2);
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2,
	    .item = b }, revs), 4);
	assert_int_equal(revs[0], first + 6);
	assert_int_equal(revs[3], first + 1);
	/* a, b in it, b saved, b moved out; not what became of it later. */
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2,
	    .item = a, .subtree = true }, revs), 4);
	assert_int_equal(revs[0], first + 5);
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2,
	    .author = STR("juliet@localhost") }, revs), 0);
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2,
	    .author = STR("romeo@localhost") }, revs), 7);
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2,
	    .at = first + 1 }, revs), 2);
	assert_int_equal(log_count(f, (struct log_query){ .branch = 2,
	    .from_us = INT64_MAX }, revs), 0);
}

static void
who_is_in_no_commit_is_not_looked_for_for_ever(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	struct log_query q = { .branch = 2, .steps = 19,
		.author = STR("juliet@localhost") };
	struct commit *c;

	for (int i = 0; i < 10; i++)
		fixture_save(f, 2, a, i % 2 ? "1" : "2");
	fixture_renew(f);
	assert_int_equal(reader_log(f->reader, &q, &c, &f->e), -1);
	assert_int_equal(f->e.code, ERR_POLICY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_log_goes_back_by_item_subtree_and_author,
		    fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    who_is_in_no_commit_is_not_looked_for_for_ever,
		    fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
