/* What is exported and read back is equal: the same export again, the same
 * hashes, no issue. */
#include "store_equal.h"

#include "store/compact.h"
#include "store/merge.h"

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

static int
drop_branch(struct txn *t, void *arg, struct err *e)
{
	return txn_branch_remove(t, *(uint32_t *)arg, e);
}

static int
publish(struct txn *t, void *arg, struct err *e)
{
	struct merge m = { .arg = arg };

	return txn_merge(t, 2, &m, e);
}

/* Things that leave more rows than meet the eye. */
static int
confuse(struct txn *t, void *arg, struct err *e)
{
	uint64_t *id = arg, c;
	struct make m = { ITEM_ROOT, "flash", "x", 0 };

	if (make_item(t, &m, e) < 0 || txn_remove(t, m.id, e) < 0 ||
	    txn_move(t, id[0], ITEM_ROOT, STR("tmp"), e) < 0 ||
	    txn_move(t, id[1], ITEM_ROOT, STR("a"), e) < 0 ||
	    txn_move(t, id[0], id[1], STR("b"), e) < 0 ||
	    txn_move(t, id[0], ITEM_ROOT, STR("b"), e) < 0)
		return -1;
	return txn_copy(t, id[0], id[1], STR("deep"), &c, e);
}

/* A store with some of everything. */
static void
fill(struct fixture *f)
{
	uint64_t id[2] = { fixture_create(f, 2, ITEM_ROOT, "a", "A"),
		fixture_create(f, 2, ITEM_ROOT, "b", "B") }, c;
	struct fork k = { "mine", 2, 0 }, gone = { "gone", 2, 0 };
	char *large = mem_zero(100000);
	struct set s = { id[0], { large, 100000 } };
	struct fixture_job j = fixture_job(2, save_item, &s);

	j.job.has_txid = true;
	memset(j.job.txid, 3, sizeof j.job.txid);
	memset(j.job.digest, 4, sizeof j.job.digest);
	assert_int_equal(store_run(f->store, &j.job, &f->e), 0);
	fixture_do(f, 0, fork_branch, &k);
	fixture_do(f, 0, fork_branch, &gone);
	fixture_save(f, gone.id, id[1], "on a branch that goes");
	assert_true(fixture_do(f, 0, drop_branch, &gone.id) > 0);
	fixture_save(f, k.id, id[1], "mine");
	assert_true(fixture_do(f, 1, publish, NULL) > 0);
	assert_true(fixture_do(f, 2, confuse, id) > 0);
	c = fixture_create(f, 2, id[1], "c", "C");
	assert_true(fixture_do(f, 2, remove_item, &c) > 0);
	assert_true(fixture_do(f, 1, publish, NULL) > 0);
	free(large);
}

static void
a_store_with_history(void **state)
{
	struct fixture *f = *state;

	equal_back(f);
	fill(f);
	equal_back(f);
}

static void
a_compacted_store(void **state)
{
	struct fixture *f = *state;
	struct compact_policy p = { .revisions = 3 };
	struct compact_result r;

	fill(f);
	for (int i = 0; i < 2; i++) {
		fixture_close(f);
		assert_int_equal(store_compact(f->dir, &p, &r, &f->e), 0);
		fixture_open(f);
		equal_back(f);
		fixture_create(f, 2, ITEM_ROOT, i == 0 ? "x" : "y", "x");
	}
}

/* Bodies of one commit, more than a reader of containers takes unasked. */
#define LARGE	((size_t)15 << 20)

static int
make_large(struct txn *t, void *arg, struct err *e)
{
	char name[16], key[16];

	for (int i = 0; i < 5; i++) {
		struct txn_new n = { .parent = ITEM_ROOT, .kind = KIND_TEST,
			.body = { arg, LARGE } };
		uint64_t id;

		snprintf(name, sizeof name, "l%d", i);
		snprintf(key, sizeof key, "k%d", i);
		n.name = str_of(name);
		n.key = str_of(key);
		if (txn_create(t, &n, &id, e) < 0)
			return -1;
	}
	return 0;
}

static void
a_large_commit(void **state)
{
	struct fixture *f = *state;
	char *body = mem_zero(LARGE);

	assert_true(fixture_do(f, 2, make_large, body) > 0);
	free(body);
	equal_back(f);
}

static void
what_is_damaged_is_refused(void **state)
{
	struct fixture *f = *state;
	char path[128], dir[128];
	struct buf all = BUF_INIT(10 << 20);
	unsigned refused = 0, tried = 0;

	fill(f);
	snprintf(path, sizeof path, "%s/one", f->top);
	snprintf(dir, sizeof dir, "%s/back", f->top);
	equal_export(f, path);
	assert_int_equal(fs_read(&all, path, &f->e), 0);
	for (size_t at = 0; at < all.n; at += all.n / 60 + 1) {
		int fd = open(path, O_WRONLY | O_TRUNC);
		size_t n = tried % 2 == 0 ? all.n : at;

		assert_true(fd >= 0);
		all.p[at] ^= 1;
		assert_int_equal(write(fd, all.p, n), n);
		close(fd);
		all.p[at] ^= 1;
		tried++;
		if (equal_import(f, path, dir) < 0)
			refused++;
		fixture_remove(dir);
	}
	/* The kinds' texts and some of the head are not under a hash. */
	assert_true(refused > tried * 3 / 4);
	remove(path);
	buf_free(&all);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_with_history),
		TEST(a_compacted_store),
		TEST(a_large_commit),
		TEST(what_is_damaged_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
