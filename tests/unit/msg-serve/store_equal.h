/* store_equal.h - a store is equal to what an export of it gives. */
#ifndef STORE_EQUAL_H
#define STORE_EQUAL_H

#include "store_fixture.h"

#include <fcntl.h>

#include "base/fs.h"
#include "store/export.h"
#include "store/verify.h"

static inline void
equal_export(struct fixture *f, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	fixture_renew(f);
	if (store_export(f->reader, fd, &f->e) < 0)
		fail_msg("%s", f->e.text);
	close(fd);
}

static inline int
equal_import(struct fixture *f, const char *path, const char *dir)
{
	int fd = open(path, O_RDONLY), rc;
	struct first *first;

	assert_true(fd >= 0);
	f->e = (struct err)ERR_INIT;
	rc = first_import(&first, dir, fd, &f->e);
	close(fd);
	return rc < 0 ? -1 : first_finish(first, &f->e);
}

static inline void
equal_issue(void *arg, const char *what)
{
	(void)arg;
	print_error("%s\n", what);
}

/* Read back from an export, the store gives the same export again, has no
 * issue, and can be written on. */
static inline void
equal_back(struct fixture *f)
{
	struct fixture g = { .map_bytes = 0 };
	char one[128], two[128];
	struct buf a = BUF_INIT(100 << 20), b = BUF_INIT(100 << 20);
	uint64_t issues = 1;

	snprintf(one, sizeof one, "%s/one", f->top);
	snprintf(two, sizeof two, "%s/two", f->top);
	snprintf(g.dir, sizeof g.dir, "%.60s/back", f->top);
	equal_export(f, one);
	if (equal_import(f, one, g.dir) < 0)
		fail_msg("%s", f->e.text);
	fixture_open(&g);
	equal_export(&g, two);
	assert_int_equal(fs_read(&a, one, &f->e), 0);
	assert_int_equal(fs_read(&b, two, &f->e), 0);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	fixture_renew(&g);
	assert_int_equal(store_verify(g.reader, equal_issue, NULL, &issues,
	    &g.e), 0);
	assert_int_equal(issues, 0);
	/* It goes on where the first one was. */
	assert_true(fixture_create(&g, 2, ITEM_ROOT, "afterwards", "x") > 0);
	fixture_close(&g);
	fixture_remove(g.dir);
	remove(one);
	remove(two);
	buf_free(&a);
	buf_free(&b);
}

#endif
