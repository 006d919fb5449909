/* The map is full, or a job too large for it. */
#include "store_fixture.h"

#include <pthread.h>

static void
refuses(struct fixture *f, fixture_fn *fn, void *arg, enum err_code code)
{
	uint64_t head = store_head(f->store);

	assert_int_equal(fixture_do(f, 2, fn, arg), 0);
	assert_int_equal(f->e.code, code);
	assert_int_equal(store_head(f->store), head);
}

static int
full_setup(void **state)
{
	struct fixture *f = mem_zero(sizeof *f);

	f->map_bytes = (uint64_t)1 << 20;
	fixture_make(f);
	fixture_open(f);
	*state = f;
	return 0;
}

/* A folder into itself, again and again: each time it is twice as large. */
static int
copy_into_itself(struct txn *t, void *arg, struct err *e)
{
	uint64_t id = *(uint64_t *)arg, copy;
	char name[16];

	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "c%d", i);
		if (txn_copy(t, id, id, str_of(name), &copy, e) < 0)
			return -1;
	}
	return 0;
}

static int
small_setup(void **state)
{
	struct fixture *f = mem_zero(sizeof *f);

	f->txn_bytes = (size_t)1 << 20;
	fixture_make(f);
	fixture_open(f);
	*state = f;
	return 0;
}

static void
a_job_has_an_end(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "0");

	refuses(f, copy_into_itself, &a, ERR_POLICY);
	assert_true(fixture_save(f, 2, a, "1") > 0);
}

static void
a_full_store_refuses_writes_and_serves_reads(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "0"), head;
	char *large = mem_zero(1500000);
	struct set s = { a, { large, 1500000 } };
	struct item it;
	struct view v;

	refuses(f, save_item, &s, ERR_LIMIT);
	/* The writer is as good as before. */
	assert_true(fixture_save(f, 2, a, "1") > 0);
	for (int i = 0; i < 2000; i++) {
		char text[2000];

		memset(text, 'a' + i % 26, sizeof text);
		s.body = (struct str){ text, sizeof text };
		if (fixture_do(f, 2, save_item, &s) == 0)
			break;
	}
	assert_int_equal(f->e.code, ERR_LIMIT);
	head = store_head(f->store);
	v = fixture_view(f, 2, 0);
	assert_int_equal(v.rev, head);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_int_equal(it.rev, head);
	fixture_close(f);
	fixture_open(f);
	v = fixture_view(f, 2, 0);
	assert_int_equal(v.rev, head);
	free(large);
}

/* Holds the writer until the others are in its queue. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool open;
	int done;
};

static int
wait_at_gate(struct txn *t, void *arg, struct err *e)
{
	struct gate *g = arg;

	(void)t;
	(void)e;
	pthread_mutex_lock(&g->lock);
	while (!g->open)
		pthread_cond_wait(&g->wake, &g->lock);
	pthread_mutex_unlock(&g->lock);
	return 0;
}

struct queued {
	struct fixture_job j;		/* first */
	struct gate *gate;
};

static void
count_done(struct store_job *job)
{
	struct gate *g = ((struct queued *)job)->gate;

	pthread_mutex_lock(&g->lock);
	g->done++;
	pthread_cond_signal(&g->wake);
	pthread_mutex_unlock(&g->lock);
}

static void
a_job_too_large_does_not_spoil_its_group(void **state)
{
	struct fixture *f = *state;
	struct gate g = { .open = false };
	char *large = mem_zero(1500000);
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "0");
	uint64_t b = fixture_create(f, 2, ITEM_ROOT, "b", "0");
	struct set sa = { a, STR("one") }, sb = { b, STR("two") };
	struct set sl = { a, { large, 1500000 } };
	struct queued q[4] = {
		{ fixture_job(2, wait_at_gate, &g), &g },
		{ fixture_job(2, save_item, &sa), &g },
		{ fixture_job(2, save_item, &sl), &g },
		{ fixture_job(2, save_item, &sb), &g },
	};
	uint64_t head = store_head(f->store);
	struct store_stats was, is;
	struct item it;
	struct view v;

	pthread_mutex_init(&g.lock, NULL);
	pthread_cond_init(&g.wake, NULL);
	store_stats(f->store, &was);
	for (int i = 0; i < 4; i++) {
		q[i].j.job.done = count_done;
		assert_int_equal(store_submit(f->store, &q[i].j.job, &f->e),
		    0);
	}
	pthread_mutex_lock(&g.lock);
	g.open = true;
	pthread_cond_broadcast(&g.wake);
	while (g.done < 4)
		pthread_cond_wait(&g.wake, &g.lock);
	pthread_mutex_unlock(&g.lock);
	assert_int_equal(q[1].j.job.rc, 0);
	assert_int_equal(q[1].j.job.rev, head + 1);
	assert_int_equal(q[2].j.job.rc, -1);
	assert_int_equal(q[2].j.job.err.code, ERR_LIMIT);
	assert_int_equal(q[3].j.job.rc, 0);
	assert_int_equal(q[3].j.job.rev, head + 2);
	store_stats(f->store, &is);
	assert_int_equal(is.groups, was.groups + 1);
	assert_int_equal(is.commits, was.commits + 2);
	v = fixture_view(f, 2, 0);
	assert_int_equal(view_item(&v, a, &it, &f->e), 1);
	assert_str(it.body, "one");
	assert_int_equal(view_item(&v, b, &it, &f->e), 1);
	assert_str(it.body, "two");
	pthread_cond_destroy(&g.wake);
	pthread_mutex_destroy(&g.lock);
	free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_job_has_an_end, small_setup,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    a_full_store_refuses_writes_and_serves_reads, full_setup,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    a_job_too_large_does_not_spoil_its_group, full_setup,
		    fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
