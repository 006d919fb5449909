/* demo.h - a store with the demo tree in a directory of its own, for tests. */
#ifndef DEMO_H
#define DEMO_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "service/import.h"
#include "service/item_get.h"
#include "service/item_set.h"
#include "store/first.h"
#include "store/store.h"
#include "store/view.h"

struct demo {
	char dir[64];
	struct store *store;
	struct reader *reader;
	struct view view;
	struct plan_run *run;
	struct arena arena;
	struct buf out;
	struct err e;
};

static void
demo_fail(struct demo *d, const char *what)
{
	fail_msg("%s: %s %s %s", what, d->e.text, d->e.at, d->e.path);
}

/* Take the newest snapshot, or the one of rev. */
static void
demo_look(struct demo *d, uint64_t rev)
{
	reader_end(d->reader);
	if (reader_begin(d->reader, &d->e) < 0 || view_open(&d->view,
	    d->reader, BRANCH_STAGING, rev, &d->e) < 0)
		demo_fail(d, "view");
}

static void
demo_open(struct demo *d)
{
	struct store_options o = { .unsafe = true, .map_bytes = 256 << 20 };
	char *dir;
	struct first *f;

	memset(d, 0, sizeof *d);
	d->e = (struct err)ERR_INIT;
	snprintf(d->dir, sizeof d->dir, "/tmp/msg-test-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	dir = fs_join(d->dir, "store");
	if (first_begin(&f, dir, &d->e) < 0)
		demo_fail(d, "first");
	if (first_finish(f, &d->e) < 0)
		demo_fail(d, "first");
	o.dir = dir;
	if (store_open(&d->store, &o, &d->e) < 0 ||
	    import_demo(d->store, "localhost", &d->e) < 0)
		demo_fail(d, "demo");
	d->reader = reader_new(d->store);
	d->run = plan_run_new(NULL);
	buf_init(&d->out, 64 << 20);
	free(dir);
	demo_look(d, 0);
}

static void
demo_close(struct demo *d)
{
	char command[128];

	reader_end(d->reader);
	reader_free(d->reader);
	store_close(d->store);
	plan_run_free(d->run);
	arena_free(&d->arena);
	buf_free(&d->out);
	snprintf(command, sizeof command, "rm -rf '%s'", d->dir);
	assert_int_equal(system(command), 0);
}

/* What get-item answers; on error "code: text at". */
__attribute__((unused)) static const char *
demo_get(struct demo *d, const char *query)
{
	struct query_limits limits = { .steps = 0 };

	d->e = (struct err)ERR_INIT;
	buf_reset(&d->out);
	arena_reset(&d->arena);
	if (item_get(&d->view, d->run, str_of(query), &limits, NULL,
	    &d->arena, &d->out, &d->e) < 0) {
		buf_reset(&d->out);
		buf_printf(&d->out, "%s: %s %s", err_word(d->e.code),
		    d->e.text, d->e.at);
	}
	return buf_cstr(&d->out);
}

struct demo_job {
	struct store_job job;
	struct item_set *set;
};

static int
demo_apply(struct store_job *job, struct txn *t, struct err *e)
{
	return item_set_apply(((struct demo_job *)job)->set, t, e);
}

static void
demo_done(struct store_job *job)
{
	(void)job;
}

/* What set-item answers; on error "code, action, path: text".  The view is
 * that of the new revision. */
__attribute__((unused)) static const char *
demo_set(struct demo *d, const char *actions)
{
	struct arena a = ARENA_INIT;
	struct demo_job j = { .job = { .branch = BRANCH_STAGING,
	    .author = STR("romeo@localhost"), .message = STR("test"),
	    .run = demo_apply, .done = demo_done } };

	d->e = (struct err)ERR_INIT;
	buf_reset(&d->out);
	j.set = item_set_parse(&a, actions, strlen(actions), &d->e);
	if (j.set == NULL || store_run(d->store, &j.job, &d->e) < 0) {
		buf_printf(&d->out, "%s, %d, %s: %s", err_word(d->e.code),
		    d->e.action, d->e.path, d->e.text);
	} else {
		demo_look(d, 0);
		if (item_set_render(j.set, &d->view, d->run, &d->out,
		    &d->e) < 0)
			demo_fail(d, actions);
	}
	arena_free(&a);
	return buf_cstr(&d->out);
}

#endif
