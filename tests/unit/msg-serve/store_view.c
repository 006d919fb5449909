#include "store_fixture.h"

static void
a_new_store_has_root_users_and_branches(void **state)
{
	struct fixture *f = *state;
	struct view v = fixture_view(f, BRANCH_STAGING, 0);
	struct branch b;
	struct item it;
	uint64_t id;

	assert_int_equal(view_item(&v, ITEM_ROOT, &it, &f->e), 1);
	assert_str(it.name, "root");
	assert_int_equal(it.parent, 0);
	assert_int_equal(view_item(&v, ITEM_USERS, &it, &f->e), 0);
	v = fixture_view(f, BRANCH_REPOSITORY, 0);
	assert_int_equal(view_item(&v, ITEM_USERS, &it, &f->e), 1);
	assert_int_equal(view_child(&v, ITEM_BRANCHES, STR("staging"), &id,
	    &f->e), 1);
	assert_int_equal(view_item(&v, ITEM_ROOT, &it, &f->e), 0);
	assert_int_equal(reader_branch(f->reader, STR("staging"), &b, &f->e),
	    1);
	assert_int_equal(b.id, BRANCH_STAGING);
	assert_int_equal(b.parent, BRANCH_LIVE);
	assert_int_equal(reader_branch(f->reader, STR("nope"), &b, &f->e), 0);
	assert_int_equal(view_open(&v, f->reader, 77, 0, &f->e), -1);
	assert_int_equal(f->e.code, ERR_NOT_FOUND);
	assert_int_equal(view_open(&v, f->reader, 1, 99, &f->e), -1);
	assert_int_equal(f->e.code, ERR_NOT_FOUND);
}

static void
finds_what_was_created(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "body a"), id;
	uint64_t b = fixture_create(f, 2, a, "b", "body b");
	struct view v = fixture_view(f, 2, 0);
	struct buf path = BUF_INIT(100);
	struct item it;

	assert_int_equal(view_child(&v, ITEM_ROOT, STR("a"), &id, &f->e), 1);
	assert_int_equal(id, a);
	assert_int_equal(view_child(&v, a, STR("b"), &id, &f->e), 1);
	assert_int_equal(id, b);
	assert_int_equal(view_child(&v, a, STR("a"), &id, &f->e), 0);
	assert_int_equal(view_child(&v, a, STR(""), &id, &f->e), 0);
	assert_int_equal(view_item(&v, b, &it, &f->e), 1);
	assert_str(it.body, "body b");
	assert_str(it.name, "b");
	assert_int_equal(it.parent, a);
	assert_int_equal(it.kind, KIND_TEST);
	assert_int_equal(it.rev, reader_head(f->reader));
	assert_int_equal(view_key(&v, it.key, &id, &f->e), 1);
	assert_int_equal(id, b);
	assert_int_equal(view_key(&v, STR("no key"), &id, &f->e), 0);
	assert_int_equal(view_path(&v, b, &path, &f->e), 1);
	assert_string_equal(buf_cstr(&path), "/a/b");
	buf_reset(&path);
	assert_int_equal(view_path(&v, ITEM_ROOT, &path, &f->e), 1);
	assert_string_equal(buf_cstr(&path), "/");
	assert_int_equal(view_path(&v, 12345, &path, &f->e), 0);
	assert_int_equal(view_under(&v, b, a, &f->e), 1);
	assert_int_equal(view_under(&v, a, b, &f->e), 0);
	assert_int_equal(view_under(&v, a, a, &f->e), 1);
	buf_free(&path);
}

static void
an_old_revision_stays_as_it_was(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "one");
	uint64_t before = store_head(f->store);
	struct item it;
	struct view v;

	assert_int_equal(fixture_save(f, 2, a, "two"), before + 1);
	assert_int_equal(fixture_do(f, 2, remove_item, &a), before + 2);
	v = fixture_view(f, 2, before);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "one");
	v = fixture_view(f, 2, before + 1);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "two");
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_item(&v, a, &it, &f->e), 0);
	v = fixture_view(f, 2, before - 1);
	assert_int_equal(view_item(&v, a, &it, &f->e), 0);
}

struct fork {
	const char *name;
	uint32_t from, id;
};

static int
fork_branch(struct txn *t, void *arg, struct err *e)
{
	struct fork *k = arg;

	return txn_branch_create(t, str_of(k->name), k->from, &k->id, e);
}

static void
a_branch_sees_its_parent_as_it_was_when_forked(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "one"), id;
	struct fork k = { "mine", 2, 0 };
	struct commit *c;
	struct item it;
	struct view v;

	assert_true(fixture_do(f, BRANCH_REPOSITORY, fork_branch, &k) > 0);
	/* Made without a row of any item, however many there are. */
	fixture_renew(f);
	assert_int_equal(reader_commit(f->reader, store_head(f->store), &c,
	    &f->e), 1);
	assert_int_equal(c->count, 0);
	commit_unref(c);
	assert_true(fixture_save(f, 2, a, "staging's") > 0);
	fixture_create(f, 2, ITEM_ROOT, "later", "x");
	v = fixture_view(f, k.id, 0);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "one");
	assert_int_equal(view_child(&v, ITEM_ROOT, STR("later"), &id, &f->e),
	    0);
	assert_true(fixture_save(f, k.id, a, "mine") > 0);
	v = fixture_view(f, k.id, 0);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "mine");
	assert_int_equal(it.branch, k.id);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "staging's");
	assert_int_equal(fixture_do(f, BRANCH_REPOSITORY, fork_branch, &k), 0);
	assert_int_equal(f->e.code, ERR_CONFLICT);
}

static void
branches_go_so_deep_and_no_deeper(void **state)
{
	struct fixture *f = *state;
	struct fork k = { NULL, 2, 0 };
	char name[16];
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "deep down");
	struct item it;
	struct view v;
	int levels;

	for (levels = 2; levels < 20; levels++) {
		snprintf(name, sizeof name, "b%d", levels);
		k.name = name;
		if (fixture_do(f, BRANCH_REPOSITORY, fork_branch, &k) == 0)
			break;
		k.from = k.id;
	}
	assert_int_equal(levels, VIEW_LEVELS);
	assert_int_equal(f->e.code, ERR_LIMIT);
	v = fixture_view(f, k.from, 0);
	assert_int_equal(v.levels, VIEW_LEVELS);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "deep down");
}

static void
scans_children_in_order_batch_by_batch(void **state)
{
	struct fixture *f = *state;
	uint64_t dir = fixture_create(f, 2, ITEM_ROOT, "dir", "");
	uint64_t ids[300], got[300];
	size_t count = 0, about;
	struct scan at = SCAN_INIT;
	struct view v;
	char name[16];
	int n;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "n%d", i);
		ids[i] = fixture_create(f, 2, dir, name, "x");
	}
	fixture_create(f, 2, ITEM_ROOT, "behind", "x");
	v = fixture_view(f, 2, 0);
	while ((n = view_children(&v, dir, &at, got + count, 7, &f->e)) > 0) {
		count += (size_t)n;
		/* Going on with another snapshot is fine. */
		v = fixture_view(f, 2, 0);
	}
	assert_int_equal(n, 0);
	assert_int_equal(count, 300);
	assert_memory_equal(ids, got, sizeof ids);
	assert_int_equal(view_count_children(&v, dir, 1000, &about, &f->e), 0);
	assert_int_equal(about, 300);
	assert_int_equal(view_count_children(&v, dir, 64, &about, &f->e), 0);
	assert_true(about >= 64 && about <= 128);
	at = (struct scan)SCAN_INIT;
	assert_int_equal(view_by_kind(&v, KIND_TEST, &at, got, 300, &f->e),
	    300);
	assert_int_equal(view_by_kind(&v, KIND_TEST, &at, got, 300, &f->e), 2);
	assert_int_equal(view_by_kind(&v, KIND_TEST, &at, got, 300, &f->e), 0);
}

static void
finds_by_name_in_the_index(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", ""), got[4];
	uint64_t b = fixture_create(f, 2, a, "same", "");
	uint64_t c = fixture_create(f, 2, ITEM_ROOT, "same", "");
	struct scan at = SCAN_INIT;
	struct view v = fixture_view(f, 2, 0);
	struct attr value;
	size_t n;

	attr_string(&value, STR("same"));
	assert_int_equal(view_by_field(&v, KIND_TEST,
	    kind_field_id(STR("name")), &value, &at, got, 4, &f->e), 2);
	assert_int_equal(got[0], b);
	assert_int_equal(got[1], c);
	assert_int_equal(view_count_by(&v, KIND_TEST,
	    kind_field_id(STR("name")), &value, 10, &n, &f->e), 0);
	assert_int_equal(n, 2);
	attr_string(&value, STR("sam"));
	at = (struct scan)SCAN_INIT;
	assert_int_equal(view_by_field(&v, KIND_TEST,
	    kind_field_id(STR("name")), &value, &at, got, 4, &f->e), 0);
	assert_true(fixture_do(f, 2, remove_item, &b) > 0);
	v = fixture_view(f, 2, 0);
	attr_string(&value, STR("same"));
	at = (struct scan)SCAN_INIT;
	assert_int_equal(view_by_field(&v, KIND_TEST,
	    kind_field_id(STR("name")), &value, &at, got, 4, &f->e), 1);
	assert_int_equal(got[0], c);
}

static void
large_bodies_come_back_whole(void **state)
{
	static const size_t sizes[] = { 65535, 65536, 65537, 65520 * 2,
		65520 * 2 + 1, 1000000 };
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "");
	struct item it;
	struct view v;

	for (size_t i = 0; i < MEM_COUNT(sizes); i++) {
		char *p = mem_alloc(sizes[i]);
		struct set s = { a, { p, sizes[i] } };

		for (size_t j = 0; j < sizes[i]; j++)
			p[j] = (char)(j * 31 + j / 251 + i);
		assert_true(fixture_do(f, 2, save_item, &s) > 0);
		v = fixture_view(f, 2, 0);
		assert_int_equal(view_item(&v, a, &it, &f->e), 1);
		assert_int_equal(it.body.n, sizes[i]);
		assert_memory_equal(it.body.p, p, sizes[i]);
		free(p);
	}
}

static void
values_sort_as_what_they_stand_for(void **state)
{
	static const double numbers[] = { -1e300, -3.5, -1, -1e-300, 0, 1e-300,
		1, 3.5, 1e300 };
	char longer[600], other[600];
	struct attr a, b;

	(void)state;
	for (size_t i = 1; i < MEM_COUNT(numbers); i++) {
		attr_number(&a, numbers[i - 1]);
		attr_number(&b, numbers[i]);
		assert_true(memcmp(a.p, b.p, a.n) < 0);
	}
	attr_number(&a, 0.0);
	attr_number(&b, -0.0);
	assert_memory_equal(a.p, b.p, a.n);
	attr_string(&a, (struct str){ "a\0", 2 });
	attr_string(&b, STR("a"));
	assert_true(a.n != b.n || memcmp(a.p, b.p, a.n) != 0);
	assert_true(memcmp(b.p, a.p, b.n < a.n ? b.n : a.n) < 0);
	memset(longer, 'x', sizeof longer);
	memset(other, 'x', sizeof other);
	other[599] = 'y';
	attr_string(&a, (struct str){ longer, 600 });
	attr_string(&b, (struct str){ other, 600 });
	assert_true(a.n <= sizeof a.p);
	assert_true(memcmp(a.p, b.p, a.n) != 0);
	memset(longer, 0, sizeof longer);
	attr_string(&a, (struct str){ longer, 600 });
	assert_true(a.n <= sizeof a.p);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_store_has_root_users_and_branches),
		TEST(finds_what_was_created),
		TEST(an_old_revision_stays_as_it_was),
		TEST(a_branch_sees_its_parent_as_it_was_when_forked),
		TEST(branches_go_so_deep_and_no_deeper),
		TEST(scans_children_in_order_batch_by_batch),
		TEST(finds_by_name_in_the_index),
		TEST(large_bodies_come_back_whole),
		cmocka_unit_test(values_sort_as_what_they_stand_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
