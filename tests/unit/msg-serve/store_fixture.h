/* store_fixture.h - a new store in a directory of its own, and small jobs. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/first.h"
#include "store/kinds.h"
#include "store/store.h"
#include "store/txn.h"
#include "store/view.h"

#define KIND_TEST	9999		/* no kind of the registry */

struct fixture {
	char top[64], dir[80];
	struct store *store;
	struct reader *reader;
	struct err e;
	uint64_t map_bytes;
	size_t txn_bytes;
};

/* Remove what a store's directory holds, and itself. */
static inline void
fixture_remove(const char *dir)
{
	static const char *const parts[] = { "data/data.mdb", "data/lock.mdb",
		"data", "cred/data.mdb", "cred/lock.mdb", "cred", "" };
	char path[256];

	for (size_t i = 0; i < MEM_COUNT(parts); i++) {
		snprintf(path, sizeof path, "%s/%s", dir, parts[i]);
		remove(path);
	}
}

static inline void
fixture_open(struct fixture *f)
{
	struct store_options o = { .dir = f->dir, .unsafe = true,
		.txn_bytes = f->txn_bytes,
		.map_bytes = f->map_bytes != 0 ? f->map_bytes :
		    (uint64_t)256 << 20 };

	if (store_open(&f->store, &o, &f->e) < 0)
		fail_msg("%s", f->e.text);
	f->reader = reader_new(f->store);
}

static inline void
fixture_close(struct fixture *f)
{
	reader_free(f->reader);
	store_close(f->store);
	f->reader = NULL;
	f->store = NULL;
}

static inline void
fixture_make(struct fixture *f)
{
	struct first *first;

	memcpy(f->top, "/tmp/store-test-XXXXXX", 23);
	assert_non_null(mkdtemp(f->top));
	snprintf(f->dir, sizeof f->dir, "%s/store", f->top);
	f->e = (struct err)ERR_INIT;
	if (first_begin(&first, f->dir, &f->e) < 0 ||
	    first_finish(first, &f->e) < 0)
		fail_msg("%s", f->e.text);
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = mem_zero(sizeof *f);

	fixture_make(f);
	fixture_open(f);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	fixture_remove(f->dir);
	remove(f->top);
	free(f);
	return 0;
}

/* The newest snapshot, anew. */
static inline void
fixture_renew(struct fixture *f)
{
	reader_end(f->reader);
	if (reader_begin(f->reader, &f->e) < 0)
		fail_msg("%s", f->e.text);
}

static inline struct view
fixture_view(struct fixture *f, uint32_t branch, uint64_t rev)
{
	struct view v;

	fixture_renew(f);
	if (view_open(&v, f->reader, branch, rev, &f->e) < 0)
		fail_msg("%s", f->e.text);
	return v;
}

/* --- jobs ------------------------------------------------------------ */

typedef int fixture_fn(struct txn *t, void *arg, struct err *e);

struct fixture_job {
	struct store_job job;
	fixture_fn *fn;
	void *arg;
};

static inline int
fixture_run(struct store_job *job, struct txn *t, struct err *e)
{
	struct fixture_job *j = (struct fixture_job *)job;

	return j->fn(t, j->arg, e);
}

static inline struct fixture_job
fixture_job(uint32_t branch, fixture_fn *fn, void *arg)
{
	return (struct fixture_job){ .job = { .branch = branch,
	    .author = STR("romeo@localhost"), .message = STR("test"),
	    .run = fixture_run }, .fn = fn, .arg = arg };
}

/* The revision; 0: refused, see f->e. */
static inline uint64_t
fixture_do(struct fixture *f, uint32_t branch, fixture_fn *fn, void *arg)
{
	struct fixture_job j = fixture_job(branch, fn, arg);

	f->e = (struct err)ERR_INIT;
	return store_run(f->store, &j.job, &f->e) == 0 ? j.job.rev : 0;
}

/* What most jobs are made of. */
struct make {
	uint64_t parent;
	const char *name, *body;
	uint64_t id;			/* out */
};

static inline int
make_item(struct txn *t, void *arg, struct err *e)
{
	struct make *m = arg;
	char key[128];
	struct txn_new n = { .parent = m->parent, .kind = KIND_TEST,
		.name = str_of(m->name), .body = str_of(m->body) };

	snprintf(key, sizeof key, "%s@%ju.%p", m->name,
	    (uintmax_t)txn_rev(t), (void *)m);
	n.key = str_of(key);
	return txn_create(t, &n, &m->id, e);
}

/* Creates, or fails the test. */
static inline uint64_t
fixture_create(struct fixture *f, uint32_t branch, uint64_t parent,
    const char *name, const char *body)
{
	struct make m = { parent, name, body, 0 };

	if (fixture_do(f, branch, make_item, &m) == 0)
		fail_msg("%s: %s", name, f->e.text);
	return m.id;
}

struct set {
	uint64_t id;
	struct str body;
};

static inline int
save_item(struct txn *t, void *arg, struct err *e)
{
	struct set *s = arg;

	return txn_save(t, s->id, s->body, e);
}

static inline uint64_t
fixture_save(struct fixture *f, uint32_t branch, uint64_t id,
    const char *body)
{
	struct set s = { id, str_of(body) };

	return fixture_do(f, branch, save_item, &s);
}

static inline int
remove_item(struct txn *t, void *arg, struct err *e)
{
	return txn_remove(t, *(uint64_t *)arg, e);
}

#define assert_str(s, literal) do { \
	assert_int_equal((s).n, strlen(literal)); \
	assert_memory_equal((s).p, literal, strlen(literal)); \
} while (0)

#endif
