/*
 * Readers beside the writer: each snapshot is whole, goes only forward, and
 * is what the feed said.  Built with TSan this finds races.
 */
#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#define READERS		3
#define WRITERS		2
#define COMMITS		300		/* of each writer */

struct shared {
	struct fixture *f;
	uint64_t a, b;			/* always saved together */
	atomic_bool over;
	atomic_uint fed;
	uint64_t fed_rev;		/* the writer's thread alone */
	atomic_uint seen;
};

static int
save_both(struct txn *t, void *arg, struct err *e)
{
	struct shared *s = arg;
	char text[32];

	snprintf(text, sizeof text, "%ju", (uintmax_t)txn_rev(t));
	if (txn_save(t, s->a, str_of(text), e) < 0)
		return -1;
	return txn_save(t, s->b, str_of(text), e);
}

static void *
writer(void *arg)
{
	struct shared *s = arg;

	for (int i = 0; i < COMMITS; i++) {
		struct fixture_job j = fixture_job(2, save_both, s);
		struct err e = ERR_INIT;

		if (store_run(s->f->store, &j.job, &e) < 0)
			abort();
		if (j.job.rev > store_head(s->f->store))
			abort();
	}
	return NULL;
}

static void *
reader(void *arg)
{
	struct shared *s = arg;
	struct reader *r = reader_new(s->f->store);
	struct err e = ERR_INIT;
	uint64_t last = 0;

	while (!atomic_load(&s->over)) {
		uint64_t promised = store_head(s->f->store);
		struct item a, b;
		struct view v;

		if (reader_begin(r, &e) < 0 || view_open(&v, r, 2, 0, &e) < 0)
			abort();
		if (reader_head(r) < last || reader_head(r) < promised)
			abort();
		last = reader_head(r);
		if (view_item(&v, s->a, &a, &e) != 1 ||
		    view_item(&v, s->b, &b, &e) != 1 || a.rev != b.rev ||
		    a.rev != last || !str_eq(a.body, b.body))
			abort();
		if (kinds_by_name(reader_kinds(r), STR("Page")) == NULL)
			abort();
		atomic_fetch_add(&s->seen, 1);
		reader_end(r);
	}
	reader_free(r);
	return NULL;
}

/* Every revision, once, in order. */
static void
feed(void *arg, struct commit *const *commits, size_t n)
{
	struct shared *s = arg;

	for (size_t i = 0; i < n; i++) {
		if (commits[i]->rev != s->fed_rev + 1 ||
		    commits[i]->count != 2)
			abort();
		s->fed_rev = commits[i]->rev;
		atomic_fetch_add(&s->fed, 1);
	}
}

static void
readers_beside_writers(void **state)
{
	struct fixture *f = *state;
	struct shared s = { .f = f };
	pthread_t r[READERS], w[WRITERS];

	s.a = fixture_create(f, 2, ITEM_ROOT, "a", "");
	s.b = fixture_create(f, 2, ITEM_ROOT, "b", "");
	s.fed_rev = fixture_do(f, 2, save_both, &s);
	store_set_feed(f->store, feed, &s);
	for (int i = 0; i < READERS; i++)
		pthread_create(&r[i], NULL, reader, &s);
	for (int i = 0; i < WRITERS; i++)
		pthread_create(&w[i], NULL, writer, &s);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(w[i], NULL);
	atomic_store(&s.over, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(r[i], NULL);
	assert_int_equal(atomic_load(&s.fed), WRITERS * COMMITS);
	assert_true(atomic_load(&s.seen) > 0);
}

/* --- the queue is bounded, and closing does what was accepted -------- */

struct slow {
	struct store_job job;		/* first */
	atomic_uint *done;
};

static int
slow_run(struct store_job *job, struct txn *t, struct err *e)
{
	(void)job;
	(void)t;
	(void)e;
	return 0;
}

static void
slow_done(struct store_job *job)
{
	atomic_fetch_add(((struct slow *)job)->done, 1);
}

static void
closing_finishes_what_was_submitted(void **state)
{
	static struct slow jobs[2000];
	struct fixture *f = *state;
	atomic_uint done = 0;
	unsigned taken = 0;

	for (size_t i = 0; i < MEM_COUNT(jobs); i++) {
		jobs[i] = (struct slow){ .job = { .branch = 2,
		    .run = slow_run, .done = slow_done }, .done = &done };
		taken += store_submit(f->store, &jobs[i].job, &f->e) == 0;
	}
	fixture_close(f);
	assert_true(taken > 0);
	assert_int_equal(atomic_load(&done), taken);
	fixture_open(f);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(readers_beside_writers),
		TEST(closing_finishes_what_was_submitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
