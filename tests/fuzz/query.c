/* Any text is refused with its place or printed so that it reads back as the
 * same query; and what is a query runs on a small store within its budget. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "query/query.h"
#include "service/import.h"
#include "service/item_get.h"
#include "store/first.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct {
	char dir[32];
	struct store *store;
	struct reader *reader;
	struct view view;
	struct plan_run *run;
} demo;

static void
demo_close(void)
{
	char command[64];

	reader_end(demo.reader);
	reader_free(demo.reader);
	store_close(demo.store);
	plan_run_free(demo.run);
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
	demo.reader = reader_new(demo.store);
	demo.run = plan_run_new(NULL);
	if (reader_begin(demo.reader, &e) < 0 || view_open(&demo.view,
	    demo.reader, BRANCH_STAGING, 0, &e) < 0)
		abort();
	free(dir);
	atexit(demo_close);
}

static void
run(struct arena *a, const char *p, size_t n)
{
	struct query_limits limits = { .steps = 20000, .values = 5000 };
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	if (demo.store == NULL)
		demo_open();
	if (item_get(&demo.view, demo.run, (struct str){ p, n }, &limits,
	    NULL, a, &out, &e) == 0)
		assert(out.n >= 2 && out.p[0] == '[');
	else
		assert(e.code != ERR_OK && e.code != ERR_SYSTEM);
	buf_reset(&out);
	e = (struct err)ERR_INIT;
	(void)item_explain(&demo.view, (struct str){ p, n }, &limits, a,
	    &out, &e);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct buf text = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct query *q = query_parse(&a, (const char *)p, n, &e), *again;

	if (q == NULL) {
		assert(e.code == ERR_SYNTAX ? e.at[0] != 0 :
		    e.code == ERR_LIMIT);
	} else {
		query_print(q, &text);
		assert(!buf_full(&text));
		/* What is printed may be longer, and so over the limit. */
		again = query_parse(&a, text.p, text.n, &e);
		assert(again != NULL ? query_equal(q, again) :
		    e.code == ERR_LIMIT);
		run(&a, (const char *)p, n);
	}
	arena_free(&a);
	buf_free(&text);
	return 0;
}
