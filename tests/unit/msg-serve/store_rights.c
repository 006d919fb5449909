/* What one may not read cannot be told from what is not there. */
#include "store_fixture.h"

#include "store/rights.h"

struct tree {
	struct fixture *f;
	uint64_t news, a, b, docs, deep, secret;
};

static struct tree
plant(struct fixture *f)
{
	struct tree t = { .f = f };

	t.news = fixture_create(f, 2, ITEM_ROOT, "news", "");
	t.a = fixture_create(f, 2, t.news, "a", "A");
	t.b = fixture_create(f, 2, t.news, "b", "B");
	t.docs = fixture_create(f, 2, ITEM_ROOT, "docs", "");
	t.deep = fixture_create(f, 2, t.docs, "deep", "");
	t.secret = fixture_create(f, 2, t.deep, "secret", "S");
	return t;
}

static struct rights *
roles(const char *a, const char *b)
{
	struct str list[2] = { str_of(a), str_of(b) };
	struct err e = ERR_INIT;
	struct rights *r;

	assert_int_equal(rights_new(&r, list, b == NULL ? 1 : 2, false, &e),
	    0);
	return r;
}

static void
a_path_opens_what_lies_below_it(void **state)
{
	struct tree t = plant(*state);
	struct fixture *f = t.f;
	struct rights *r = roles("read:/docs/deep", "nothing of ours");
	struct view v = fixture_view(f, 2, 0);
	struct scan at = SCAN_INIT;
	uint64_t ids[8], id;
	struct item it;
	size_t n;

	assert_int_equal(view_allow(&v, r, &f->e), 0);
	assert_int_equal(view_item(&v, t.secret, &it, &f->e), 1);
	assert_false(it.hidden);
	assert_str(it.body, "S");
	assert_int_equal(view_item(&v, t.deep, &it, &f->e), 1);
	assert_false(it.hidden);
	/* On the way, without what is in it. */
	assert_int_equal(view_item(&v, t.docs, &it, &f->e), 1);
	assert_true(it.hidden);
	assert_int_equal(it.body.n, 0);
	assert_int_equal(view_item(&v, ITEM_ROOT, &it, &f->e), 1);
	assert_true(it.hidden);
	/* As if they were not there. */
	assert_int_equal(view_item(&v, t.news, &it, &f->e), 0);
	assert_int_equal(view_item(&v, t.a, &it, &f->e), 0);
	assert_int_equal(view_child(&v, ITEM_ROOT, STR("news"), &id, &f->e),
	    0);
	assert_int_equal(view_child(&v, t.news, STR("a"), &id, &f->e), 0);
	assert_int_equal(view_children(&v, ITEM_ROOT, &at, ids, 8, &f->e), 1);
	assert_int_equal(ids[0], t.docs);
	at = (struct scan)SCAN_INIT;
	n = (size_t)view_by_kind(&v, KIND_TEST, &at, ids, 8, &f->e);
	assert_int_equal(n, 3);
	assert_int_equal(ids[2], t.secret);
	assert_int_equal(view_may_read(&v, t.secret, &f->e), 1);
	assert_int_equal(view_may_read(&v, t.docs, &f->e), 0);
	assert_int_equal(view_may_write(&v, t.secret, &f->e), 0);
	rights_unref(r);
}

static void
keys_tell_nothing_either(void **state)
{
	struct tree t = plant(*state);
	struct fixture *f = t.f;
	struct rights *r = roles("read:/docs", NULL);
	struct view v = fixture_view(f, 2, 0);
	struct item it;
	char key[STORE_KEY_MAX];
	struct str k = { key, 0 };
	uint64_t id;

	assert_int_equal(view_item(&v, t.a, &it, &f->e), 1);
	k.n = it.key.n;
	memcpy(key, it.key.p, k.n);
	assert_int_equal(view_key(&v, k, &id, &f->e), 1);
	assert_int_equal(view_allow(&v, r, &f->e), 0);
	assert_int_equal(view_key(&v, k, &id, &f->e), 0);
	rights_unref(r);
}

static void
a_path_to_nothing_opens_nothing(void **state)
{
	struct tree t = plant(*state);
	struct fixture *f = t.f;
	struct rights *r = roles("read:/news/none", NULL);
	struct view v = fixture_view(f, 2, 0);
	struct item it;

	assert_int_equal(view_allow(&v, r, &f->e), 0);
	assert_int_equal(view_item(&v, t.news, &it, &f->e), 0);
	assert_int_equal(view_item(&v, ITEM_ROOT, &it, &f->e), 0);
	rights_unref(r);
}

static void
all_and_admin(void **state)
{
	struct tree t = plant(*state);
	struct fixture *f = t.f;
	struct str one[] = { STR("read:/"), STR("write:/news") };
	struct err e = ERR_INIT;
	struct rights *r;
	struct view v;
	struct item it;

	assert_int_equal(rights_new(&r, one, 2, false, &e), 0);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_allow(&v, r, &e), 0);
	assert_int_equal(view_item(&v, ITEM_ROOT, &it, &e), 1);
	assert_false(it.hidden);
	assert_int_equal(view_may_write(&v, t.a, &e), 1);
	assert_int_equal(view_may_write(&v, t.news, &e), 1);
	assert_int_equal(view_may_write(&v, t.secret, &e), 0);
	assert_int_equal(view_may_write(&v, ITEM_ROOT, &e), 0);
	rights_unref(r);
	assert_int_equal(rights_new(&r, NULL, 0, true, &e), 0);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_allow(&v, r, &e), 0);
	assert_int_equal(view_may_write(&v, ITEM_ROOT, &e), 1);
	rights_unref(r);
}

static void
what_is_no_role(void **state)
{
	static const char *const bad[] = { "read:", "read:news", "write:x",
	    "admin", "ADMIN", "", "reads:/", "Read:/", "/", "read" };
	struct str good[] = { STR("read:/"), STR("write:/news/deep") };
	struct fixture *f = *state;

	assert_int_equal(rights_check(good, 2, &f->e), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct str role = str_of(bad[i]);
		struct rights *r;

		assert_int_equal(rights_check(&role, 1, &f->e), -1);
		assert_int_equal(f->e.code, ERR_VALUE);
		assert_non_null(strstr(f->e.text, "admin\": true") != NULL ?
		    f->e.text : strstr(f->e.text, "'read:/PATH'"));
		/* Kept from before, it allows nothing. */
		assert_int_equal(rights_new(&r, &role, 1, false, &f->e), 0);
		assert_int_equal(rights_count(r), 0);
		assert_false(rights_all_read(r));
		rights_unref(r);
	}
}

/* --- in a transaction ----------------------------------------------------- */

struct attempt {
	uint64_t id, parent;
	const char *name;
};

static int
try_save(struct txn *t, void *arg, struct err *e)
{
	struct attempt *a = arg;

	return txn_save(t, a->id, STR("changed"), e);
}

static int
try_move(struct txn *t, void *arg, struct err *e)
{
	struct attempt *a = arg;

	return txn_move(t, a->id, a->parent, str_of(a->name), e);
}

static int
try_copy(struct txn *t, void *arg, struct err *e)
{
	struct attempt *a = arg;
	uint64_t id;

	return txn_copy(t, a->id, a->parent, str_of(a->name), &id, e);
}

static int
try_remove(struct txn *t, void *arg, struct err *e)
{
	return txn_remove(t, ((struct attempt *)arg)->id, e);
}

static int
try_create(struct txn *t, void *arg, struct err *e)
{
	struct attempt *a = arg;
	struct make m = { a->parent, a->name, "", 0 };

	return make_item(t, &m, e);
}

static enum err_code
attempt(struct fixture *f, const struct rights *r, fixture_fn *fn,
    struct attempt a)
{
	struct fixture_job j = fixture_job(2, fn, &a);

	j.job.rights = r;
	f->e = (struct err)ERR_INIT;
	return store_run(f->store, &j.job, &f->e) == 0 ? ERR_OK : f->e.code;
}

static void
writes_need_a_right_and_tell_nothing(void **state)
{
	struct tree t = plant(*state);
	struct fixture *f = t.f;
	struct rights *r = roles("write:/news", "read:/docs");
	char gone[ERR_TEXT_MAX];

	assert_int_equal(attempt(f, r, try_save, (struct attempt){ t.a, 0,
	    "" }), ERR_OK);
	assert_int_equal(attempt(f, r, try_save, (struct attempt){ t.secret,
	    0, "" }), ERR_FORBIDDEN);
	assert_int_equal(attempt(f, r, try_create, (struct attempt){ 0,
	    t.news, "new" }), ERR_OK);
	assert_int_equal(attempt(f, r, try_create, (struct attempt){ 0,
	    t.docs, "new" }), ERR_FORBIDDEN);
	assert_int_equal(attempt(f, r, try_move, (struct attempt){ t.b,
	    t.docs, "b" }), ERR_FORBIDDEN);
	assert_int_equal(attempt(f, r, try_move, (struct attempt){ t.secret,
	    t.news, "s" }), ERR_FORBIDDEN);
	assert_int_equal(attempt(f, r, try_copy, (struct attempt){ t.secret,
	    t.news, "s" }), ERR_OK);
	/* What is his is not his to take away. */
	assert_int_equal(attempt(f, r, try_remove, (struct attempt){ t.news,
	    0, "" }), ERR_FORBIDDEN);
	assert_int_equal(attempt(f, r, try_remove, (struct attempt){ t.b, 0,
	    "" }), ERR_OK);
	rights_unref(r);
	r = roles("write:/news", NULL);
	assert_int_equal(attempt(f, r, try_save, (struct attempt){ t.secret,
	    0, "" }), ERR_NOT_FOUND);
	memcpy(gone, f->e.text, sizeof gone);
	assert_int_equal(attempt(f, r, try_save, (struct attempt){ 123456,
	    0, "" }), ERR_NOT_FOUND);
	assert_string_equal(gone, f->e.text);
	assert_int_equal(attempt(f, r, try_create, (struct attempt){ 0,
	    t.docs, "x" }), ERR_NOT_FOUND);
	memcpy(gone, f->e.text, sizeof gone);
	assert_int_equal(attempt(f, r, try_create, (struct attempt){ 0,
	    123456, "x" }), ERR_NOT_FOUND);
	assert_string_equal(gone, f->e.text);
	rights_unref(r);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_opens_what_lies_below_it),
		TEST(keys_tell_nothing_either),
		TEST(a_path_to_nothing_opens_nothing),
		TEST(all_and_admin),
		TEST(what_is_no_role),
		TEST(writes_need_a_right_and_tell_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
