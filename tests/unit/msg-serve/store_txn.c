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

struct pair {
	uint64_t a, b;
};

static int
order_item(struct txn *t, void *arg, struct err *e)
{
	struct pair *p = arg;

	return txn_order(t, p->a, p->b, e);
}

static int
expect_item(struct txn *t, void *arg, struct err *e)
{
	struct pair *p = arg;

	return txn_expect(t, p->a, p->b, e);
}

static void
refuses(struct fixture *f, fixture_fn *fn, void *arg, enum err_code code)
{
	uint64_t head = store_head(f->store);

	assert_int_equal(fixture_do(f, 2, fn, arg), 0);
	assert_int_equal(f->e.code, code);
	assert_int_equal(store_head(f->store), head);
}

static int
count_call(struct txn *t, void *arg, struct err *e)
{
	(void)t;
	(void)e;
	++*(int *)arg;
	return 0;
}

/* It may do what is outside of the transaction, such as set a password. */
static void
what_is_refused_anyway_does_not_run(void **state)
{
	struct fixture *f = *state;
	char *long_text = mem_zero(STORE_MESSAGE_MAX + 1);
	int calls = 0;
	struct fixture_job j = fixture_job(2, count_call, &calls);

	j.job.message = (struct str){ long_text, STORE_MESSAGE_MAX + 1 };
	assert_int_equal(store_run(f->store, &j.job, &f->e), -1);
	assert_int_equal(f->e.code, ERR_LIMIT);
	assert_int_equal(calls, 0);
	free(long_text);
}

static void
refuses_what_cannot_be(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "x");
	uint64_t b = fixture_create(f, 2, a, "b", "x");
	uint64_t root = ITEM_ROOT, none = 4711;
	struct make m = { ITEM_ROOT, "a", "", 0 };

	refuses(f, make_item, &m, ERR_CONFLICT);
	m = (struct make){ 4711, "x", "", 0 };
	refuses(f, make_item, &m, ERR_NOT_FOUND);
	m = (struct make){ ITEM_ROOT, "", "", 0 };
	refuses(f, make_item, &m, ERR_VALUE);
	m = (struct make){ ITEM_ROOT, "x/y", "", 0 };
	refuses(f, make_item, &m, ERR_VALUE);
	m = (struct make){ ITEM_ROOT, "x\ny", "", 0 };
	refuses(f, make_item, &m, ERR_VALUE);
	m = (struct make){ ITEM_ROOT, "\xff", "", 0 };
	refuses(f, make_item, &m, ERR_VALUE);
	refuses(f, remove_item, &root, ERR_NOT_ALLOWED);
	refuses(f, remove_item, &none, ERR_NOT_FOUND);
	refuses(f, move_item, &(struct move){ a, b, "x" }, ERR_NOT_ALLOWED);
	refuses(f, move_item, &(struct move){ a, a, "x" }, ERR_NOT_ALLOWED);
	refuses(f, move_item, &(struct move){ 1, a, "x" }, ERR_NOT_ALLOWED);
	refuses(f, move_item, &(struct move){ b, ITEM_ROOT, "a" },
	    ERR_CONFLICT);
	refuses(f, order_item, &(struct pair){ a, a }, ERR_ARGUMENT);
	refuses(f, order_item, &(struct pair){ b, a }, ERR_ARGUMENT);
	refuses(f, expect_item, &(struct pair){ a, 1 }, ERR_CONFLICT);
	refuses(f, expect_item, &(struct pair){ none, 1 }, ERR_NOT_FOUND);
}

static void
nothing_changed_is_no_commit(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "same");
	uint64_t head = store_head(f->store);

	assert_int_equal(fixture_save(f, 2, a, "same"), head);
	assert_int_equal(fixture_do(f, 2, move_item,
	    &(struct move){ a, ITEM_ROOT, "a" }), head);
	assert_int_equal(store_head(f->store), head);
}

static int
make_then_remove(struct txn *t, void *arg, struct err *e)
{
	struct make m = { ITEM_ROOT, "flash", "", 0 };
	const struct change *c;
	size_t n;

	(void)arg;
	if (make_item(t, &m, e) < 0 || txn_remove(t, m.id, e) < 0)
		return -1;
	c = txn_changes(t, &n);
	assert_non_null(c);
	assert_int_equal(n, 0);
	return 0;
}

static void
made_and_removed_in_one_is_no_commit(void **state)
{
	struct fixture *f = *state;
	uint64_t head = store_head(f->store);

	assert_int_equal(fixture_do(f, 2, make_then_remove, NULL), head);
	assert_int_equal(store_head(f->store), head);
}

/* One job: a folder, two pages in it, one saved, one moved out; seen by the
 * job itself at each step. */
static int
much(struct txn *t, void *arg, struct err *e)
{
	struct make d = { ITEM_ROOT, "d", "", 0 }, x, y;
	struct view *v = txn_view(t);
	uint64_t id, ids[8];
	struct scan at = SCAN_INIT;
	struct item it;

	(void)arg;
	assert_int_equal(make_item(t, &d, e), 0);
	x = (struct make){ d.id, "x", "1", 0 };
	y = (struct make){ d.id, "y", "1", 0 };
	assert_int_equal(make_item(t, &x, e), 0);
	assert_int_equal(make_item(t, &y, e), 0);
	assert_int_equal(view_children(v, d.id, &at, ids, 8, e), 2);
	assert_int_equal(txn_save(t, x.id, STR("2"), e), 0);
	assert_int_equal(txn_move(t, y.id, ITEM_ROOT, STR("z"), e), 0);
	at = (struct scan)SCAN_INIT;
	assert_int_equal(view_children(v, d.id, &at, ids, 8, e), 1);
	assert_int_equal(ids[0], x.id);
	assert_int_equal(view_child(v, d.id, STR("y"), &id, e), 0);
	assert_int_equal(view_child(v, ITEM_ROOT, STR("z"), &id, e), 1);
	assert_int_equal(id, y.id);
	assert_int_equal(view_item(v, x.id, &it, e), 1);
	assert_str(it.body, "2");
	assert_int_equal(it.rev, txn_rev(t));
	return 0;
}

static int
much_then_fail(struct txn *t, void *arg, struct err *e)
{
	much(t, arg, e);
	return err_set(e, ERR_VALUE, "no");
}

static void
a_job_sees_itself_and_nobody_a_refused_one(void **state)
{
	struct fixture *f = *state;
	struct store_stats a, b;
	struct view v;
	uint64_t id;

	store_stats(f->store, &a);
	refuses(f, much_then_fail, NULL, ERR_VALUE);
	store_stats(f->store, &b);
	assert_int_equal(a.items, b.items);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_child(&v, ITEM_ROOT, STR("d"), &id, &f->e), 0);
	assert_true(fixture_do(f, 2, much, NULL) > 0);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_child(&v, ITEM_ROOT, STR("d"), &id, &f->e), 1);
}

static void
a_commit_says_what_was_done(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	uint64_t b = fixture_create(f, 2, a, "b", "1");
	uint64_t before = store_head(f->store), rev;
	struct commit *c;

	rev = fixture_do(f, 2, move_item, &(struct move){ b, 1, "b" });
	fixture_renew(f);
	assert_int_equal(reader_commit(f->reader, rev, &c, &f->e), 1);
	assert_int_equal(c->rev, rev);
	assert_int_equal(c->branch, 2);
	assert_int_equal(c->parent_rev, before);
	assert_str(c->author, "romeo@localhost");
	assert_str(c->message, "test");
	assert_true(c->time_us > 0);
	assert_int_equal(c->count, 1);
	assert_int_equal(c->changes[0].item, b);
	assert_int_equal(c->changes[0].op, CHANGE_MOVE);
	assert_int_equal(c->changes[0].prev_rev, before);
	assert_int_equal(c->changes[0].old_parent, a);
	assert_int_equal(c->changes[0].new_parent, 1);
	commit_unref(c);
	assert_int_equal(reader_commit(f->reader, rev + 1, &c, &f->e), 0);
	rev = fixture_do(f, 2, remove_item, &b);
	fixture_renew(f);
	assert_int_equal(reader_commit(f->reader, rev, &c, &f->e), 1);
	assert_int_equal(c->changes[0].op, CHANGE_REMOVE);
	assert_int_equal(c->changes[0].old_parent, 1);
	assert_int_equal(c->changes[0].new_parent, 0);
	commit_unref(c);
}

#define MANY	40

static int
save_all_twice(struct txn *t, void *arg, struct err *e)
{
	const uint64_t *ids = arg;

	for (int i = 0; i < 2 * MANY; i++)
		if (txn_save(t, ids[i % MANY], STR("x\0y"), e) < 0 ||
		    txn_save(t, ids[i % MANY], i < MANY ? STR("2") :
		    STR("3"), e) < 0)
			return -1;
	return 0;
}

static void
an_item_is_once_in_a_commit(void **state)
{
	struct fixture *f = *state;
	uint64_t ids[MANY], rev;
	struct commit *c;
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "n%d", i);
		ids[i] = fixture_create(f, 2, ITEM_ROOT, name, "1");
	}
	rev = fixture_do(f, 2, save_all_twice, ids);
	fixture_renew(f);
	assert_int_equal(reader_commit(f->reader, rev, &c, &f->e), 1);
	assert_int_equal(c->count, MANY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(c->changes[i].item, ids[i]);
		assert_int_equal(c->changes[i].op, CHANGE_SAVE);
		assert_true(c->changes[i].prev_rev < rev);
	}
	commit_unref(c);
}

static void
order_is_kept_and_never_ends(void **state)
{
	struct fixture *f = *state;
	uint64_t id[3], got[4];
	struct scan at;
	struct view v;

	id[0] = fixture_create(f, 2, ITEM_ROOT, "0", "");
	id[1] = fixture_create(f, 2, ITEM_ROOT, "1", "");
	id[2] = fixture_create(f, 2, ITEM_ROOT, "2", "");
	/* Always between the same two: places grow until all are made anew. */
	for (int i = 0; i < 700; i++) {
		struct pair p = { id[1 + i % 2], id[0] };

		assert_true(fixture_do(f, 2, order_item, &p) > 0);
		v = fixture_view(f, 2, 0);
		at = (struct scan)SCAN_INIT;
		assert_int_equal(view_children(&v, ITEM_ROOT, &at, got, 4,
		    &f->e), 3);
		assert_int_equal(got[0], id[0]);
		assert_int_equal(got[1], id[1 + i % 2]);
	}
	assert_true(fixture_do(f, 2, order_item,
	    &(struct pair){ got[2], 0 }) > 0);
	v = fixture_view(f, 2, 0);
	at = (struct scan)SCAN_INIT;
	assert_int_equal(view_children(&v, ITEM_ROOT, &at, got + 3, 1, &f->e),
	    1);
	assert_int_equal(got[3], got[2]);
}

static void
base_and_txid_guard_a_job(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1"), rev;
	struct set s = { a, STR("2") };
	struct fixture_job j = fixture_job(2, save_item, &s);

	j.job.base = store_head(f->store);
	j.job.has_txid = true;
	memset(j.job.txid, 7, sizeof j.job.txid);
	memset(j.job.digest, 1, sizeof j.job.digest);
	assert_int_equal(store_run(f->store, &j.job, &f->e), 0);
	rev = j.job.rev;
	assert_false(j.job.replayed);
	/* The same again is the first answer, although base has passed. */
	s.body = STR("3");
	assert_int_equal(store_run(f->store, &j.job, &f->e), 0);
	assert_true(j.job.replayed);
	assert_int_equal(j.job.rev, rev);
	assert_int_equal(store_head(f->store), rev);
	j.job.digest[0] = 2;
	assert_int_equal(store_run(f->store, &j.job, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	j.job.has_txid = false;
	assert_int_equal(store_run(f->store, &j.job, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	j.job.base = rev;
	assert_int_equal(store_run(f->store, &j.job, &f->e), 0);
	assert_int_equal(j.job.rev, rev + 1);
}

static int
rebirth(struct txn *t, void *arg, struct err *e)
{
	struct pair *p = arg;
	struct item it;
	struct txn_new n = { .parent = ITEM_ROOT, .kind = KIND_TEST,
		.name = STR("again"), .body = STR("new") };
	char key[200];

	if (txn_view(t) == NULL || view_item(txn_view(t), p->a, &it, e) != 1)
		return err_set(e, ERR_NOT_FOUND, "gone");
	memcpy(key, it.key.p, it.key.n);
	n.key = (struct str){ key, it.key.n };
	if (txn_create(t, &n, &p->b, e) == 0)
		return err_set(e, ERR_VALUE, "two items have one key");
	err_clear(e);
	if (txn_remove(t, p->a, e) < 0)
		return -1;
	return txn_create(t, &n, &p->b, e);
}

static void
a_key_belongs_to_one_item_for_ever(void **state)
{
	struct fixture *f = *state;
	struct pair p = { fixture_create(f, 2, ITEM_ROOT, "a", "old"), 0 };
	struct item it;
	struct view v;

	assert_true(fixture_do(f, 2, rebirth, &p) > 0);
	assert_int_equal(p.a, p.b);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_item(&v, p.a, &it, &f->e), 1);
	assert_str(it.name, "again");
	assert_str(it.body, "new");
}

struct copy {
	uint64_t id, parent, made;
};

static int
copy_item(struct txn *t, void *arg, struct err *e)
{
	struct copy *c = arg;

	return txn_copy(t, c->id, c->parent, STR("copy"), &c->made, e);
}

static void
copies_and_removes_a_subtree(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "A"), id;
	uint64_t b = fixture_create(f, 2, a, "b", "B"), ids[4];
	struct copy c = { a, a, 0 };
	struct scan at = SCAN_INIT;
	struct commit *commit;
	struct item it, old;
	struct view v;
	uint64_t rev;

	fixture_create(f, 2, b, "c", "C");
	fixture_create(f, 2, b, "d", "D");
	/* Even into itself: what is copied is what was there before. */
	assert_true(fixture_do(f, 2, copy_item, &c) > 0);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_child(&v, a, STR("copy"), &id, &f->e), 1);
	assert_int_equal(id, c.made);
	assert_int_equal(view_child(&v, id, STR("b"), &id, &f->e), 1);
	assert_int_equal(view_item(&v, id, &it, &f->e), 1);
	assert_int_equal(view_item(&v, b, &old, &f->e), 1);
	assert_str(it.body, "B");
	assert_false(str_eq(it.key, old.key));
	assert_int_equal(view_children(&v, id, &at, ids, 4, &f->e), 2);
	rev = fixture_do(f, 2, remove_item, &a);
	fixture_renew(f);
	assert_int_equal(reader_commit(f->reader, rev, &commit, &f->e), 1);
	assert_int_equal(commit->count, 8);
	assert_int_equal(commit->changes[0].item, a);
	for (uint32_t i = 0; i < commit->count; i++)
		assert_int_equal(commit->changes[i].op, CHANGE_REMOVE);
	commit_unref(commit);
	v = fixture_view(f, 2, 0);
	at = (struct scan)SCAN_INIT;
	assert_int_equal(view_by_kind(&v, KIND_TEST, &at, ids, 4, &f->e), 0);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_what_cannot_be),
		TEST(what_is_refused_anyway_does_not_run),
		TEST(nothing_changed_is_no_commit),
		TEST(made_and_removed_in_one_is_no_commit),
		TEST(a_job_sees_itself_and_nobody_a_refused_one),
		TEST(a_commit_says_what_was_done),
		TEST(an_item_is_once_in_a_commit),
		TEST(order_is_kept_and_never_ends),
		TEST(base_and_txid_guard_a_job),
		TEST(a_key_belongs_to_one_item_for_ever),
		TEST(copies_and_removes_a_subtree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
