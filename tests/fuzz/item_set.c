/* Any text is a list of actions or refused with a reason; what is one is
 * applied to a small store, looked at, and taken back. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "service/import.h"
#include "service/item_avro.h"
#include "service/item_set.h"
#include "store/first.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct {
	char dir[32];
	struct store *store;
} demo;

static void
demo_close(void)
{
	char command[64];

	store_close(demo.store);
	snprintf(command, sizeof command, "rm -rf '%s'", demo.dir);
	if (system(command) != 0)
		abort();
}

static void
demo_open(void)
{
	struct store_options o = { .unsafe = true, .map_bytes = 64 << 20 };
	struct err e = ERR_INIT;
	struct first *f;
	char *dir;

	snprintf(demo.dir, sizeof demo.dir, "/tmp/msg-fuzz-XXXXXX");
	if (mkdtemp(demo.dir) == NULL)
		abort();
	dir = fs_join(demo.dir, "store");
	o.dir = dir;
	if (first_begin(&f, dir, &e) < 0 || first_finish(f, &e) < 0 ||
	    store_open(&demo.store, &o, &e) < 0 ||
	    import_demo(demo.store, "localhost", &e) < 0)
		abort();
	free(dir);
	atexit(demo_close);
}

struct fuzz_job {
	struct store_job job;
	struct item_set *set;
};

/* Refused in the end, so that the next input finds the same store. */
static int
apply(struct store_job *job, struct txn *t, struct err *e)
{
	struct item_set *set = ((struct fuzz_job *)job)->set;
	struct buf out = BUF_INIT(1 << 20);
	struct plan_run *run;

	if (item_set_apply(set, t, e) < 0) {
		assert(e->code != ERR_OK && e->code != ERR_SYSTEM);
		assert(e->action >= 0 && (size_t)e->action < set->count);
		return -1;
	}
	run = plan_run_new(NULL);
	if (item_set_render(set, txn_view(t), run, &out, e) < 0)
		assert(e->code == ERR_POLICY);
	buf_reset(&out);
	if (item_set_avro(set, txn_view(t), &out, e) < 0)
		assert(e->code == ERR_POLICY);
	plan_run_free(run);
	buf_free(&out);
	return err_set(e, ERR_REFUSED, "taken back");
}

static void
done(struct store_job *job)
{
	(void)job;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct fuzz_job j = { .job = { .branch = BRANCH_STAGING,
	    .author = STR("a@b"), .message = STR(""), .run = apply,
	    .done = done } };

	if (demo.store == NULL)
		demo_open();
	j.set = item_set_parse(&a, (const char *)p, n, &e);
	if (j.set == NULL)
		assert(e.code != ERR_OK);
	else
		assert(store_run(demo.store, &j.job, &e) == -1);
	arena_free(&a);
	return 0;
}
