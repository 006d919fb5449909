#include "store_fixture.h"

#include "store/cred.h"
#include "store/cred_token.h"

static struct cred
sample(uint8_t x)
{
	struct cred c = {
		.sha1 = { .iterations = 4096, .salt_n = 16, .key_n = 20 },
		.sha256 = { .iterations = 10000, .salt_n = 64, .key_n = 32 },
	};

	memset(c.sha1.salt, x, 16);
	memset(c.sha1.stored, x + 1, 20);
	memset(c.sha1.server, x + 2, 20);
	memset(c.sha256.salt, x + 3, 64);
	memset(c.sha256.stored, x + 4, 32);
	memset(c.sha256.server, x + 5, 32);
	return c;
}

static void
keeps_replaces_removes(void **state)
{
	struct fixture *f = *state;
	struct cred a = sample(10), b = sample(20), got;

	assert_int_equal(cred_get(f->store, STR("romeo"), &got, &f->e), 0);
	assert_int_equal(cred_set(f->store, STR("romeo"), &a, &f->e), 0);
	assert_int_equal(cred_get(f->store, STR("romeo"), &got, &f->e), 1);
	assert_memory_equal(&got, &a, sizeof got);
	assert_int_equal(cred_set(f->store, STR("romeo"), &b, &f->e), 0);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(cred_get(f->store, STR("romeo"), &got, &f->e), 1);
	assert_memory_equal(&got, &b, sizeof got);
	/* Not one that has come since. */
	assert_int_equal(cred_remove(f->store, STR("romeo"), &a, &f->e), 0);
	assert_int_equal(cred_get(f->store, STR("romeo"), &got, &f->e), 1);
	assert_int_equal(cred_remove(f->store, STR("romeo"), &b, &f->e), 0);
	assert_int_equal(cred_remove(f->store, STR("romeo"), &b, &f->e), 0);
	assert_int_equal(cred_get(f->store, STR("romeo"), &got, &f->e), 0);
}

static void
refuses_what_does_not_fit(void **state)
{
	struct fixture *f = *state;
	struct cred c = sample(1), got;
	char longer[300];

	memset(longer, 'x', sizeof longer);
	assert_int_equal(cred_set(f->store, STR(""), &c, &f->e), -1);
	assert_int_equal(cred_set(f->store, (struct str){ longer, 300 }, &c,
	    &f->e), -1);
	assert_int_equal(f->e.code, ERR_ARGUMENT);
	assert_int_equal(cred_get(f->store, (struct str){ longer, 300 }, &got,
	    &f->e), 0);
	c.sha1.salt_n = CRED_SALT_MAX + 1;
	assert_int_equal(cred_set(f->store, STR("romeo"), &c, &f->e), -1);
}

static void
the_secret_is_the_stores_own(void **state)
{
	struct fixture *f = *state;
	uint8_t a[CRED_SECRET], b[CRED_SECRET], zero[CRED_SECRET] = { 0 };

	cred_secret(f->store, a);
	assert_memory_not_equal(a, zero, sizeof a);
	fixture_close(f);
	fixture_open(f);
	cred_secret(f->store, b);
	assert_memory_equal(a, b, sizeof a);
	fixture_close(f);
	fixture_remove(f->dir);
	remove(f->top);
	fixture_make(f);
	fixture_open(f);
	cred_secret(f->store, b);
	assert_memory_not_equal(a, b, sizeof a);
}

/* --- a store is made by one, whole, or not at all -------------------- */

static void
opened_by_one_made_by_one(void **state)
{
	struct fixture *f = *state;
	struct store_options o = { .dir = f->dir };
	struct first *a, *b;
	struct store *s;
	char dir[128];

	assert_int_equal(store_open(&s, &o, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	assert_int_equal(first_begin(&a, f->dir, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	snprintf(dir, sizeof dir, "%s/other", f->top);
	o.dir = dir;
	assert_int_equal(first_there(dir, &f->e), 0);
	assert_int_equal(store_open(&s, &o, &f->e), -1);
	assert_int_equal(f->e.code, ERR_NOT_FOUND);
	assert_int_equal(first_begin(&a, dir, &f->e), 0);
	assert_int_equal(first_begin(&b, dir, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	assert_int_equal(first_there(dir, &f->e), 0);
	first_abort(a);
	assert_int_equal(access(dir, F_OK), -1);
	snprintf(dir, sizeof dir, "%s/other.new", f->top);
	assert_int_equal(access(dir, F_OK), -1);
	assert_int_equal(first_there(f->dir, &f->e), 1);
}

static void
what_a_killed_start_left_is_cleared(void **state)
{
	struct fixture *f = *state;
	char dir[128], path[640];
	struct first *a;

	snprintf(dir, sizeof dir, "%s/other", f->top);
	snprintf(path, sizeof path, "mkdir -p %s.new/data && "
	    "echo x >%s.new/data/data.mdb && echo x >%s.new/tls.key", dir, dir,
	    dir);
	assert_int_equal(system(path), 0);
	if (first_begin(&a, dir, &f->e) < 0)
		fail_msg("%s", f->e.text);
	snprintf(path, sizeof path, "%s.new/tls.key", dir);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(first_finish(a, &f->e), 0);
	assert_int_equal(first_there(dir, &f->e), 1);
	fixture_remove(dir);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

static struct cred_tokens
tokens(uint8_t x, int64_t until_us, size_t count)
{
	struct cred_tokens t = { .count = count };

	for (size_t i = 0; i < count; i++) {
		memset(t.at[i].hash, x + (int)i, CRED_HASH);
		t.at[i].from_us = 1;
		t.at[i].until_us = until_us;
		t.at[i].mech = 3;
	}
	return t;
}

static size_t
count_of(struct fixture *f, const char *user, uint8_t agent)
{
	uint8_t mark[CRED_AGENT];
	struct cred_tokens t;

	memset(mark, agent, sizeof mark);
	assert_int_equal(cred_tokens_get(f->store, str_of(user), mark, &t,
	    &f->e), 0);
	return t.count;
}

static void
set_tokens(struct fixture *f, const char *user, uint8_t agent,
    struct cred_tokens t)
{
	uint8_t mark[CRED_AGENT];

	memset(mark, agent, sizeof mark);
	assert_int_equal(cred_tokens_set(f->store, str_of(user), mark, &t,
	    cred_changes(f->store), &f->e), 0);
}

static void
tokens_are_of_a_user_and_a_client(void **state)
{
	struct fixture *f = *state;
	uint8_t mark[CRED_AGENT] = { 0 };
	struct cred_tokens want = tokens(7, INT64_MAX, 2), got;

	set_tokens(f, "romeo", 0, want);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(cred_tokens_get(f->store, STR("romeo"), mark, &got,
	    &f->e), 0);
	assert_int_equal(got.count, 2);
	assert_memory_equal(&got.at[1].hash, &want.at[1].hash, CRED_HASH);
	assert_true(got.at[0].until_us == INT64_MAX);
	assert_int_equal(got.at[0].mech, 3);
	assert_int_equal(count_of(f, "romeo", 1), 0);
	assert_int_equal(count_of(f, "rome", 0), 0);
	assert_int_equal(count_of(f, "juliet", 0), 0);
	set_tokens(f, "romeo", 0, tokens(0, 0, 0));
	assert_int_equal(count_of(f, "romeo", 0), 0);
}

static void
tokens_go_with_the_password(void **state)
{
	struct fixture *f = *state;
	struct cred c = sample(1);

	set_tokens(f, "romeo", 0, tokens(1, 9, 1));
	set_tokens(f, "romeo", 1, tokens(1, 9, 2));
	set_tokens(f, "romeos", 1, tokens(1, 9, 1));
	assert_int_equal(cred_set(f->store, STR("romeo"), &c, &f->e), 0);
	assert_int_equal(count_of(f, "romeo", 0), 0);
	assert_int_equal(count_of(f, "romeo", 1), 0);
	assert_int_equal(count_of(f, "romeos", 1), 1);
	set_tokens(f, "romeo", 0, tokens(1, 9, 1));
	assert_int_equal(cred_remove(f->store, STR("romeo"), &c, &f->e), 0);
	assert_int_equal(count_of(f, "romeo", 0), 0);
}

/* Who logged in with it while it was changed. */
static void
no_token_comes_of_a_former_password(void **state)
{
	struct fixture *f = *state;
	uint8_t mark[CRED_AGENT] = { 0 };
	struct cred_tokens t = tokens(1, 9, 1);
	struct cred c = sample(1);
	uint64_t before;

	set_tokens(f, "juliet", 0, t);
	before = cred_changes(f->store);
	assert_int_equal(cred_set(f->store, STR("romeo"), &c, &f->e), 0);
	assert_int_equal(cred_tokens_set(f->store, STR("romeo"), mark, &t,
	    before, &f->e), -1);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	assert_int_equal(count_of(f, "romeo", 0), 0);
	before = cred_changes(f->store);
	assert_int_equal(cred_remove(f->store, STR("romeo"), &c, &f->e), 0);
	assert_int_equal(cred_tokens_set(f->store, STR("romeo"), mark, &t,
	    before, &f->e), -1);
	assert_int_equal(count_of(f, "romeo", 0), 0);

	/* To take tokens back is always right. */
	t.count = 0;
	assert_int_equal(cred_tokens_set(f->store, STR("juliet"), mark, &t,
	    before, &f->e), 0);
	assert_int_equal(count_of(f, "juliet", 0), 0);
}

static void
of_too_many_tokens_those_that_end_first_go(void **state)
{
	struct fixture *f = *state;

	for (uint8_t i = 0; i < CRED_TOKENS; i++)
		set_tokens(f, "romeo", i, tokens(1, 100 - i, 1));
	assert_int_equal(count_of(f, "romeo", CRED_TOKENS - 1), 1);
	set_tokens(f, "romeo", 200, tokens(1, 1000, 1));
	assert_int_equal(count_of(f, "romeo", CRED_TOKENS - 1), 0);
	assert_int_equal(count_of(f, "romeo", CRED_TOKENS - 2), 1);
	assert_int_equal(count_of(f, "romeo", 200), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_replaces_removes),
		TEST(refuses_what_does_not_fit),
		TEST(tokens_are_of_a_user_and_a_client),
		TEST(tokens_go_with_the_password),
		TEST(no_token_comes_of_a_former_password),
		TEST(of_too_many_tokens_those_that_end_first_go),
		TEST(the_secret_is_the_stores_own),
		TEST(opened_by_one_made_by_one),
		TEST(what_a_killed_start_left_is_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
