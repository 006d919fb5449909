/*
 * Random transactions against a model that keeps whole trees: the store must
 * show the same at the head, at any old revision and on every branch; also
 * after compaction, as far as that keeps it; and an export gives it all back.
 */
#include "store_equal.h"

#include "store/compact.h"

#define ITEMS		120
#define REVS		260
#define BRANCHES	5
#define STEPS		220

struct mnode {
	uint64_t parent;		/* 0: not there */
	uint64_t rev;
	char name[8], body[12];
};

/* seq: ids in an order in which siblings stand as they should. */
struct tree {
	size_t count;
	uint64_t seq[ITEMS];
	struct mnode node[ITEM_FIRST + ITEMS];
};

struct model {
	struct fixture *f;
	uint32_t seed;
	uint64_t next;			/* item id */
	uint64_t oldest;		/* revision kept */
	size_t branches;
	struct {
		uint32_t id, parent;
		uint64_t fork;
		struct tree now;
	} branch[BRANCHES];
	struct {
		uint32_t branch;	/* index; only then there is a tree */
		struct tree *tree;
	} rev[REVS];

	/* The transaction being tried. */
	struct tree trial;
	uint64_t made;
	int count;
	bool refuse;
};

static uint32_t
pick(struct model *m, uint32_t n)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 17;
	m->seed ^= m->seed << 5;
	return m->seed % n;
}

/* --- the model's own operations -------------------------------------- */

static bool
there(const struct tree *t, uint64_t id)
{
	return id == ITEM_ROOT || t->node[id].parent != 0;
}

static bool
below(const struct tree *t, uint64_t id, uint64_t top)
{
	while (id != ITEM_ROOT && id != top)
		id = t->node[id].parent;
	return id == top;
}

static uint64_t
child(const struct tree *t, uint64_t parent, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->node[t->seq[i]].parent == parent &&
		    strcmp(t->node[t->seq[i]].name, name) == 0)
			return t->seq[i];
	return 0;
}

static void
take_out(struct tree *t, uint64_t id)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		if (t->seq[i] != id)
			t->seq[n++] = t->seq[i];
	t->count = n;
}

static void
put_in(struct tree *t, uint64_t id, size_t at)
{
	memmove(t->seq + at + 1, t->seq + at,
	    (t->count - at) * sizeof t->seq[0]);
	t->seq[at] = id;
	t->count++;
}

static void
drop(struct tree *t, uint64_t top)
{
	for (size_t i = t->count; i-- > 0;) {
		uint64_t id = t->seq[i];

		if (id == top || t->node[id].parent != top)
			continue;
		drop(t, id);
		i = t->count;
	}
	take_out(t, top);
	t->node[top].parent = 0;
}

/* Something that is there, the root among it. */
static uint64_t
any(struct model *m)
{
	size_t i = pick(m, (uint32_t)m->trial.count + 1);

	return i == m->trial.count ? ITEM_ROOT : m->trial.seq[i];
}

/* --- one step on both ------------------------------------------------ */

static int
step_create(struct model *m, struct txn *t, struct err *e)
{
	struct tree *tr = &m->trial;
	struct make mk = { any(m), NULL, NULL, 0 };
	char name[8], body[12];
	int rc;

	snprintf(name, sizeof name, "n%u", pick(m, 6));
	snprintf(body, sizeof body, "%u", pick(m, 1000));
	if (m->made == ITEM_FIRST + ITEMS ||
	    child(tr, mk.parent, name) != 0)
		return 0;
	mk.name = name;
	mk.body = body;
	/* The fixture's key is not enough for several in one job. */
	struct txn_new n = { .parent = mk.parent, .kind = KIND_TEST,
		.name = str_of(name), .body = str_of(body) };
	char key[32];

	snprintf(key, sizeof key, "key %ju", (uintmax_t)m->made);
	n.key = str_of(key);
	rc = txn_create(t, &n, &mk.id, e);
	if (rc < 0)
		return -1;
	assert_int_equal(mk.id, m->made);
	m->made++;
	put_in(tr, mk.id, tr->count);
	tr->node[mk.id].parent = mk.parent;
	tr->node[mk.id].rev = txn_rev(t);
	memcpy(tr->node[mk.id].name, name, sizeof name);
	memcpy(tr->node[mk.id].body, body, sizeof body);
	m->count++;
	return 0;
}

static int
step_save(struct model *m, struct txn *t, struct err *e)
{
	uint64_t id = any(m);
	struct mnode *n = &m->trial.node[id];
	char body[12];

	if (id == ITEM_ROOT)
		return 0;
	snprintf(body, sizeof body, "%u", pick(m, 1000));
	if (strcmp(body, n->body) == 0)
		return 0;
	memcpy(n->body, body, sizeof body);
	n->rev = txn_rev(t);
	m->count++;
	return txn_save(t, id, str_of(n->body), e);
}

static int
step_move(struct model *m, struct txn *t, struct err *e)
{
	struct tree *tr = &m->trial;
	uint64_t id = any(m), to = any(m);
	struct mnode *n = &tr->node[id];
	char name[8];

	snprintf(name, sizeof name, "n%u", pick(m, 6));
	if (id == ITEM_ROOT || below(tr, to, id) ||
	    child(tr, to, name) != 0)
		return 0;
	if (n->parent != to) {
		take_out(tr, id);
		put_in(tr, id, tr->count);
	}
	n->parent = to;
	n->rev = txn_rev(t);
	memcpy(n->name, name, sizeof name);
	m->count++;
	return txn_move(t, id, to, str_of(name), e);
}

static int
step_order(struct model *m, struct txn *t, struct err *e)
{
	struct tree *tr = &m->trial;
	uint64_t id = any(m), after = any(m);
	size_t at = 0;

	if (id == ITEM_ROOT || id == after)
		return 0;
	if (after == ITEM_ROOT)
		after = 0;
	else if (tr->node[after].parent != tr->node[id].parent)
		return 0;
	take_out(tr, id);
	while (after != 0 && tr->seq[at] != after)
		at++;
	put_in(tr, id, after == 0 ? 0 : at + 1);
	tr->node[id].rev = txn_rev(t);
	m->count++;
	return txn_order(t, id, after, e);
}

static int
step_remove(struct model *m, struct txn *t, struct err *e)
{
	uint64_t id = any(m);

	if (id == ITEM_ROOT || pick(m, 3) > 0)
		return 0;
	drop(&m->trial, id);
	m->count++;
	return txn_remove(t, id, e);
}

/* --- comparing ------------------------------------------------------- */

static void
same_item(struct fixture *f, struct view *v, const struct tree *t,
    uint64_t id)
{
	const struct mnode *n = &t->node[id];
	struct item it;
	uint64_t got;

	assert_int_equal(view_item(v, id, &it, &f->e), there(t, id));
	if (!there(t, id))
		return;
	assert_str(it.name, n->name);
	assert_str(it.body, n->body);
	assert_int_equal(it.parent, n->parent);
	assert_int_equal(it.rev, n->rev);
	assert_int_equal(view_child(v, n->parent, str_of(n->name), &got,
	    &f->e), 1);
	assert_int_equal(got, id);
	assert_int_equal(view_key(v, it.key, &got, &f->e), 1);
	assert_int_equal(got, id);
}

static void
same_children(struct fixture *f, struct view *v, const struct tree *t,
    uint64_t parent)
{
	struct scan at = SCAN_INIT;
	uint64_t got[ITEMS];
	size_t want = 0, n = 0;
	int rc;

	while ((rc = view_children(v, parent, &at, got + n, 3, &f->e)) > 0)
		n += (size_t)rc;
	assert_int_equal(rc, 0);
	for (size_t i = 0; i < t->count; i++)
		if (t->node[t->seq[i]].parent == parent)
			assert_int_equal(got[want++], t->seq[i]);
	assert_int_equal(n, want);
}

static void
same_index(struct fixture *f, struct view *v, const struct tree *t,
    uint64_t next)
{
	struct scan at = SCAN_INIT;
	uint64_t got[ITEMS + 1];
	struct attr name;
	int n = view_by_kind(v, KIND_TEST, &at, got, ITEMS + 1, &f->e);
	int k = 0;

	for (uint64_t id = ITEM_FIRST; id < next; id++)
		if (there(t, id))
			assert_int_equal(got[k++], id);
	assert_int_equal(n, k);
	attr_string(&name, STR("n3"));
	at = (struct scan)SCAN_INIT;
	n = view_by_field(v, KIND_TEST, kind_field_id(STR("name")), &name,
	    &at, got, ITEMS + 1, &f->e);
	k = 0;
	for (uint64_t id = ITEM_FIRST; id < next; id++)
		if (there(t, id) && strcmp(t->node[id].name, "n3") == 0)
			assert_int_equal(got[k++], id);
	assert_int_equal(n, k);
}

static void
same(struct model *m, struct view *v, const struct tree *t, uint64_t next)
{
	same_children(m->f, v, t, ITEM_ROOT);
	for (uint64_t id = m->next; id-- > ITEM_FIRST + 2;) {
		same_item(m->f, v, t, id);
		same_children(m->f, v, t, id);
	}
	same_index(m->f, v, t, next);
}

/* A branch at a revision: its newest tree, or what it was forked from. */
static const struct tree *
tree_at(struct model *m, size_t b, uint64_t rev)
{
	static const struct tree empty;

	for (uint64_t r = rev; r > 0; r--)
		if (m->rev[r].tree != NULL && m->rev[r].branch == b)
			return m->rev[r].tree;
	if (b == 0)
		return &empty;
	return tree_at(m, m->branch[b].parent,
	    rev < m->branch[b].fork ? rev : m->branch[b].fork);
}

/* --- transactions ---------------------------------------------------- */

static int
transaction(struct txn *t, void *arg, struct err *e)
{
	static int (*const step[])(struct model *, struct txn *,
	    struct err *) = { step_create, step_create, step_save, step_move,
		step_order, step_remove };
	struct model *m = arg;
	int n = 1 + (int)pick(m, 5);

	while (n-- > 0)
		if (step[pick(m, MEM_COUNT(step))](m, t, e) < 0)
			return -1;
	same(m, txn_view(t), &m->trial, m->made);
	return m->refuse ? err_set(e, ERR_VALUE, "refused") : 0;
}

static void
try_transaction(struct model *m)
{
	size_t b = pick(m, (uint32_t)m->branches);
	uint64_t head = store_head(m->f->store), rev;

	m->trial = m->branch[b].now;
	m->made = m->next;
	m->count = 0;
	m->refuse = pick(m, 4) == 0;
	rev = fixture_do(m->f, m->branch[b].id, transaction, m);
	if (m->refuse) {
		assert_int_equal(rev, 0);
		assert_string_equal(m->f->e.text, "refused");
		assert_int_equal(store_head(m->f->store), head);
		return;
	}
	if (rev == 0)
		fail_msg("%s", m->f->e.text);
	if (rev == head)		/* created, then removed; or nothing */
		return;
	m->next = m->made;
	m->branch[b].now = m->trial;
	m->rev[rev].branch = (uint32_t)b;
	m->rev[rev].tree = mem_dup(&m->trial, sizeof m->trial);
}

static int
fork_one(struct txn *t, void *arg, struct err *e)
{
	struct model *m = arg;
	char name[8];

	snprintf(name, sizeof name, "b%zu", m->branches);
	return txn_branch_create(t, str_of(name),
	    m->branch[m->branch[m->branches].parent].id,
	    &m->branch[m->branches].id, e);
}

static void
try_fork(struct model *m)
{
	size_t n = m->branches;

	if (n == BRANCHES)
		return;
	m->branch[n].parent = pick(m, (uint32_t)n);
	m->branch[n].fork = store_head(m->f->store);
	m->branch[n].now = m->branch[m->branch[n].parent].now;
	assert_true(fixture_do(m->f, BRANCH_REPOSITORY, fork_one, m) > 0);
	m->branches++;
}

static void
compare(struct model *m)
{
	uint64_t head = store_head(m->f->store);
	size_t b = pick(m, (uint32_t)m->branches);
	uint64_t rev = pick(m, 3) == 0 ? 0 : m->oldest +
	    pick(m, (uint32_t)(head - m->oldest + 1));
	struct view v = fixture_view(m->f, m->branch[b].id, rev);

	same(m, &v, tree_at(m, b, rev == 0 ? head : rev), m->next);
}

static void
verify(struct model *m)
{
	uint64_t issues = 1;

	fixture_renew(m->f);
	assert_int_equal(store_verify(m->f->reader, equal_issue, NULL, &issues,
	    &m->f->e), 0);
	assert_int_equal(issues, 0);
}

static void
compact(struct model *m)
{
	struct compact_policy p = { .revisions = 1 + pick(m, 100) };
	struct fixture *f = m->f;
	struct compact_result r;
	uint64_t head = store_head(f->store);
	struct view v;

	fixture_close(f);
	if (store_compact(f->dir, &p, &r, &f->e) < 0)
		fail_msg("%s", f->e.text);
	fixture_open(f);
	assert_int_equal(store_head(f->store), head);
	if (r.oldest > m->oldest)
		m->oldest = r.oldest;
	assert_true(head - m->oldest + 1 <= p.revisions);
	fixture_renew(f);
	if (m->oldest > 2) {
		assert_int_equal(view_open(&v, f->reader, 2, m->oldest - 1,
		    &f->e), -1);
		assert_int_equal(f->e.code, ERR_GONE);
	}
	verify(m);
	for (uint64_t rev = m->oldest; rev <= head; rev++)
		for (size_t b = 0; b < m->branches; b++) {
			v = fixture_view(f, m->branch[b].id, rev);
			same(m, &v, tree_at(m, b, rev), m->next);
		}
}

static void
the_store_is_as_the_model(void **state)
{
	for (uint32_t seed = 1; seed <= 6; seed++) {
		struct fixture *f = *state;
		struct model *m = mem_zero(sizeof *m);

		if (seed > 1) {
			fixture_close(f);
			fixture_remove(f->dir);
			remove(f->top);
			fixture_make(f);
			fixture_open(f);
		}
		m->f = f;
		m->seed = seed * 2654435761u;
		m->branches = 1;
		m->oldest = 2;
		m->branch[0].id = BRANCH_STAGING;
		/* Two items are the descriptions of the branches. */
		m->next = ITEM_FIRST + 2;
		for (int i = 0; i < STEPS; i++) {
			if (i % 40 == 39)
				try_fork(m);
			try_transaction(m);
			compare(m);
			if (i == STEPS / 2) {
				fixture_close(f);
				fixture_open(f);
			}
			if (i == STEPS / 2 || i == STEPS * 3 / 4)
				compact(m);
		}
		verify(m);
		equal_back(f);
		for (size_t i = 0; i < REVS; i++)
			free(m->rev[i].tree);
		free(m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_store_is_as_the_model,
		    fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
