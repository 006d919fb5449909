#include "store_fixture.h"

#include "store/compact.h"
#include "store/merge.h"

/* Jobs: publish staging (2) to live (1), or another pair. */
struct merging {
	uint32_t from;
	struct merge m;
	struct {
		uint64_t item;
		enum merge_why why;
		bool base, mine, theirs;
	} told[16];
	size_t count;
	uint64_t choose;		/* this item only; 0: all */
	enum merge_side side;
};

static void
told(void *arg, const struct merge_conflict *c)
{
	struct merging *g = arg;

	assert_true(g->count < MEM_COUNT(g->told));
	g->told[g->count].item = c->item;
	g->told[g->count].why = c->why;
	g->told[g->count].base = c->base != NULL;
	g->told[g->count].mine = c->mine != NULL;
	g->told[g->count++].theirs = c->theirs != NULL;
}

static enum merge_side
choose(void *arg, uint64_t item)
{
	struct merging *g = arg;

	return g->choose == 0 || g->choose == item ? g->side : MERGE_NONE;
}

static int
run_merge(struct txn *t, void *arg, struct err *e)
{
	struct merging *g = arg;

	g->m.arg = g;
	g->m.conflict = told;
	g->m.choose = choose;
	g->count = 0;
	return txn_merge(t, g->from, &g->m, e);
}

static uint64_t
publish(struct fixture *f, struct merging *g)
{
	g->from = g->from == 0 ? 2 : g->from;
	return fixture_do(f, 1, run_merge, g);
}

static void
has(struct fixture *f, uint32_t branch, uint64_t id, const char *name,
    const char *body)
{
	struct view v = fixture_view(f, branch, 0);
	struct item it;
	uint64_t got;

	if (name == NULL) {
		assert_int_equal(view_item(&v, id, &it, &f->e), 0);
		return;
	}
	assert_int_equal(view_item(&v, id, &it, &f->e), 1);
	assert_str(it.name, name);
	assert_str(it.body, body);
	assert_int_equal(view_child(&v, it.parent, str_of(name), &got,
	    &f->e), 1);
	assert_int_equal(got, id);
}

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

static void
what_only_one_side_did_is_taken(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	uint64_t b = fixture_create(f, 2, a, "b", "1"), live, rev;
	struct merging g = { 0 };
	struct commit *c;

	rev = publish(f, &g);
	assert_true(rev > 0);
	assert_int_equal(g.m.items, 2);
	has(f, 1, a, "a", "1");
	has(f, 1, b, "b", "1");
	assert_int_equal(reader_commit(f->reader, rev, &c, &f->e), 1);
	assert_int_equal(c->merged_branch, 2);
	assert_int_equal(c->merged_rev, rev - 1);
	assert_int_equal(c->changes[0].op, CHANGE_CREATE);
	commit_unref(c);
	/* Nothing new: no commit. */
	assert_int_equal(publish(f, &g), rev);
	assert_int_equal(g.m.items, 0);
	/* Different items on both sides. */
	live = fixture_create(f, 1, ITEM_ROOT, "live", "x");
	fixture_save(f, 2, b, "2");
	fixture_do(f, 2, move_item, &(struct move){ b, ITEM_ROOT, "c" });
	assert_true(publish(f, &g) > 0);
	assert_int_equal(g.m.items, 1);
	has(f, 1, b, "c", "2");
	has(f, 1, live, "live", "x");
	has(f, 2, live, NULL, NULL);
	fixture_do(f, 2, remove_item, &a);
	assert_true(publish(f, &g) > 0);
	has(f, 1, a, NULL, NULL);
	has(f, 1, b, "c", "2");
}

static void
place_and_body_merge_apart(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	struct merging g = { 0 };

	publish(f, &g);
	fixture_save(f, 1, a, "live's");
	fixture_do(f, 2, move_item, &(struct move){ a, ITEM_ROOT, "b" });
	assert_true(publish(f, &g) > 0);
	has(f, 1, a, "b", "live's");
	has(f, 2, a, "b", "1");
	/* The same on both sides is no conflict. */
	fixture_save(f, 1, a, "same");
	fixture_save(f, 2, a, "same");
	assert_true(publish(f, &g) > 0);
	assert_int_equal(g.m.items, 0);
}

static void
conflicts_are_told_and_nothing_is_done(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	uint64_t b = fixture_create(f, 2, ITEM_ROOT, "b", "1");
	uint64_t c = fixture_create(f, 2, ITEM_ROOT, "c", "1");
	uint64_t d = fixture_create(f, 2, ITEM_ROOT, "d", "1"), head;
	struct merging g = { 0 };

	publish(f, &g);
	fixture_save(f, 1, a, "live");
	fixture_save(f, 2, a, "staging");
	fixture_do(f, 1, move_item, &(struct move){ b, ITEM_ROOT, "bl" });
	fixture_do(f, 2, move_item, &(struct move){ b, ITEM_ROOT, "bs" });
	fixture_do(f, 1, remove_item, &c);
	fixture_save(f, 2, c, "2");
	fixture_save(f, 2, d, "2");
	head = store_head(f->store);
	assert_int_equal(publish(f, &g), 0);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	assert_int_equal(store_head(f->store), head);
	assert_int_equal(g.m.conflicts, 3);
	assert_int_equal(g.count, 3);
	assert_int_equal(g.told[0].item, a);
	assert_int_equal(g.told[0].why, MERGE_FIELD);
	assert_int_equal(g.told[1].item, b);
	assert_int_equal(g.told[1].why, MERGE_PLACE);
	assert_int_equal(g.told[2].item, c);
	assert_int_equal(g.told[2].why, MERGE_REMOVED);
	assert_true(g.told[2].base && g.told[2].mine);
	assert_false(g.told[2].theirs);
	has(f, 1, d, "d", "1");
	/* A side for one item is not enough, for all it is. */
	g.side = MERGE_MINE;
	g.choose = a;
	assert_int_equal(publish(f, &g), 0);
	assert_int_equal(g.m.conflicts, 2);
	g.choose = 0;
	assert_true(publish(f, &g) > 0);
	has(f, 1, a, "a", "staging");
	has(f, 1, b, "bs", "1");
	has(f, 1, c, "c", "2");
	has(f, 1, d, "d", "2");
}

static void
theirs_keeps_what_is_here(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	uint64_t b = fixture_create(f, 2, ITEM_ROOT, "b", "1");
	struct merging g = { 0 };

	publish(f, &g);
	fixture_save(f, 1, a, "live");
	fixture_save(f, 2, a, "staging");
	fixture_do(f, 2, remove_item, &b);
	fixture_save(f, 1, b, "live");
	g.side = MERGE_THEIRS;
	assert_true(publish(f, &g) > 0);
	assert_int_equal(g.m.items, 0);
	has(f, 1, a, "a", "live");
	has(f, 1, b, "b", "live");
}

static void
places_must_fit(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1"), x, y;
	uint64_t b = fixture_create(f, 2, ITEM_ROOT, "b", "1");
	struct merging g = { 0 };

	publish(f, &g);
	x = fixture_create(f, 1, ITEM_ROOT, "x", "live's");
	y = fixture_create(f, 2, ITEM_ROOT, "x", "staging's");
	fixture_do(f, 1, remove_item, &a);
	fixture_create(f, 2, a, "in", "?");
	fixture_create(f, 1, b, "in", "!");
	fixture_do(f, 2, remove_item, &b);
	assert_int_equal(publish(f, &g), 0);
	assert_int_equal(g.count, 3);
	assert_int_equal(g.told[0].item, b);
	assert_int_equal(g.told[0].why, MERGE_CHILDREN);
	assert_int_equal(g.told[1].item, y);
	assert_int_equal(g.told[1].why, MERGE_NAME);
	assert_int_equal(g.told[2].why, MERGE_PARENT);
	g.side = MERGE_THEIRS;
	assert_true(publish(f, &g) > 0);
	has(f, 1, x, "x", "live's");
	has(f, 1, y, NULL, NULL);
	has(f, 1, a, NULL, NULL);
	has(f, 1, b, "b", "1");
}

static int
swap_names(struct txn *t, void *arg, struct err *e)
{
	uint64_t *id = arg;

	if (txn_move(t, id[0], ITEM_ROOT, STR("tmp"), e) < 0 ||
	    txn_move(t, id[1], ITEM_ROOT, STR("a"), e) < 0)
		return -1;
	return txn_move(t, id[0], ITEM_ROOT, STR("b"), e);
}

static void
names_may_change_hands(void **state)
{
	struct fixture *f = *state;
	uint64_t id[2] = { fixture_create(f, 2, ITEM_ROOT, "a", "A"),
		fixture_create(f, 2, ITEM_ROOT, "b", "B") };
	struct merging g = { 0 };
	uint64_t c;

	publish(f, &g);
	assert_true(fixture_do(f, 2, swap_names, id) > 0);
	assert_true(publish(f, &g) > 0);
	has(f, 1, id[0], "b", "A");
	has(f, 1, id[1], "a", "B");
	/* Removed, and another made in its place. */
	fixture_do(f, 2, remove_item, &id[0]);
	c = fixture_create(f, 2, ITEM_ROOT, "b", "new");
	assert_true(publish(f, &g) > 0);
	has(f, 1, id[0], NULL, NULL);
	has(f, 1, c, "b", "new");
	/* A folder into another, and that into it on the other side. */
	fixture_do(f, 1, move_item, &(struct move){ id[1], c, "a" });
	fixture_do(f, 2, move_item, &(struct move){ c, id[1], "b" });
	assert_int_equal(publish(f, &g), 0);
	assert_int_equal(f->e.code, ERR_CONFLICT);
}

static void
no_folder_gets_below_itself(void **state)
{
	struct fixture *f = *state;
	/* The first is not in the circle, but its way up would be. */
	uint64_t in = fixture_create(f, 2, ITEM_ROOT, "in", "1");
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	uint64_t b = fixture_create(f, 2, ITEM_ROOT, "b", "1");
	struct merging g = { 0 };

	publish(f, &g);
	fixture_do(f, 2, move_item, &(struct move){ a, b, "a" });
	fixture_do(f, 2, move_item, &(struct move){ in, a, "in" });
	fixture_do(f, 1, move_item, &(struct move){ b, a, "b" });
	assert_int_equal(publish(f, &g), 0);
	assert_int_equal(f->e.code, ERR_CONFLICT);
	assert_int_equal(g.count, 1);
	assert_int_equal(g.told[0].item, a);
	assert_int_equal(g.told[0].why, MERGE_CIRCLE);
	g.side = MERGE_THEIRS;
	g.choose = a;
	assert_true(publish(f, &g) > 0);
	has(f, 1, a, "a", "1");
	has(f, 1, b, "b", "1");
	has(f, 1, in, "in", "1");
	assert_int_equal(g.m.items, 1);
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
back_and_forth_along_branches(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	struct fork k = { "mine", 2, 0 };
	struct merging up = { 0 }, down = { .from = 2 };

	fixture_do(f, BRANCH_REPOSITORY, fork_branch, &k);
	/* Staging goes on; mine takes it over, changes, gives it back. */
	fixture_save(f, 2, a, "2");
	assert_true(fixture_do(f, k.id, run_merge, &down) > 0);
	has(f, k.id, a, "a", "2");
	fixture_save(f, 2, a, "3");
	assert_true(fixture_do(f, k.id, run_merge, &down) > 0);
	has(f, k.id, a, "a", "3");
	fixture_save(f, k.id, a, "4");
	up.from = k.id;
	assert_true(fixture_do(f, 2, run_merge, &up) > 0);
	has(f, 2, a, "a", "4");
	fixture_save(f, 2, a, "5");
	assert_true(fixture_do(f, k.id, run_merge, &down) > 0);
	has(f, k.id, a, "a", "5");
	/* Mine took 5 and did nothing: staging's 6 is no conflict. */
	fixture_save(f, 2, a, "6");
	assert_true(fixture_do(f, 2, run_merge, &up) > 0);
	has(f, 2, a, "a", "6");
	/* Two levels at once: from mine to live. */
	fixture_create(f, k.id, ITEM_ROOT, "new", "n");
	assert_true(fixture_do(f, 1, run_merge, &up) > 0);
	has(f, 1, a, "a", "5");
	assert_int_equal(fixture_do(f, BRANCH_REPOSITORY, run_merge, &up),
	    0);
	assert_int_equal(f->e.code, ERR_NOT_ALLOWED);
	up.from = 1;
	assert_int_equal(fixture_do(f, 1, run_merge, &up), 0);
	assert_int_equal(f->e.code, ERR_ARGUMENT);
}

static void
publishes_after_compaction_as_before(void **state)
{
	struct fixture *f = *state;
	uint64_t a = fixture_create(f, 2, ITEM_ROOT, "a", "1");
	uint64_t b = fixture_create(f, 2, ITEM_ROOT, "b", "1");
	struct compact_policy p = { .revisions = 1 };
	struct compact_result r;
	struct merging g = { 0 };
	struct fork k = { "mine", 2, 0 };

	fixture_do(f, BRANCH_REPOSITORY, fork_branch, &k);
	fixture_save(f, k.id, b, "mine");
	publish(f, &g);
	fixture_save(f, 2, a, "2");
	fixture_save(f, 1, b, "live's");
	fixture_save(f, 1, b, "live's own");
	fixture_close(f);
	assert_int_equal(store_compact(f->dir, &p, &r, &f->e), 0);
	assert_true(r.rows > 0);
	fixture_open(f);
	assert_int_equal(r.oldest, store_head(f->store));
	/* What was forked and merged long ago is the ground still. */
	assert_true(publish(f, &g) > 0);
	assert_int_equal(g.m.items, 1);
	has(f, 1, a, "a", "2");
	has(f, 1, b, "b", "live's own");
	g.from = k.id;
	assert_int_equal(fixture_do(f, 1, run_merge, &g), 0);
	assert_int_equal(g.m.conflicts, 2);
	assert_int_equal(g.told[0].item, a);
	assert_int_equal(g.told[1].item, b);
	assert_true(fixture_do(f, 2, run_merge, &g) > 0);
	has(f, 2, b, "b", "mine");
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_only_one_side_did_is_taken),
		TEST(place_and_body_merge_apart),
		TEST(conflicts_are_told_and_nothing_is_done),
		TEST(theirs_keeps_what_is_here),
		TEST(places_must_fit),
		TEST(names_may_change_hands),
		TEST(no_folder_gets_below_itself),
		TEST(back_and_forth_along_branches),
		TEST(publishes_after_compaction_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
