#include "store/rights.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct rights {
	atomic_uint refs;
	bool all_read, all_write;
	size_t count;
	struct {
		char *path;
		bool write;
	} grant[RIGHTS_MAX];
};

/* "read:" or "write:" off the front. */
static bool
grant(struct str role, const char *word, struct str *path)
{
	size_t n = strlen(word);

	if (role.n < n || memcmp(role.p, word, n) != 0)
		return false;
	*path = (struct str){ role.p + n, role.n - n };
	return true;
}

static int
add(struct rights *r, struct str path, bool write, struct err *e)
{
	if (path.n == 0 || path.p[0] != '/')
		return err_set(e, ERR_VALUE,
		    "a role's path begins with '/': '%.*s'", (int)path.n,
		    path.p);
	if (path.n == 1) {
		r->all_read = true;
		r->all_write = r->all_write || write;
		return 0;
	}
	if (r->count == RIGHTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d roles with a path",
		    RIGHTS_MAX);
	r->grant[r->count].path = mem_strn(path.p, path.n);
	r->grant[r->count++].write = write;
	return 0;
}

int
rights_new(struct rights **out, const struct str *roles, size_t count,
    bool admin, struct err *e)
{
	struct rights *r = mem_zero(sizeof *r);
	struct str path;
	int rc = 0;

	atomic_init(&r->refs, 1);
	r->all_read = r->all_write = admin;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (str_is(roles[i], "admin"))
			r->all_read = r->all_write = true;
		else if (grant(roles[i], "read:", &path))
			rc = add(r, path, false, e);
		else if (grant(roles[i], "write:", &path))
			rc = add(r, path, true, e);
	}
	if (rc < 0) {
		rights_unref(r);
		return -1;
	}
	*out = r;
	return 0;
}

struct rights *
rights_ref(const struct rights *r)
{
	struct rights *w = (struct rights *)(uintptr_t)r;

	atomic_fetch_add(&w->refs, 1);
	return w;
}

void
rights_unref(const struct rights *r)
{
	struct rights *w = (struct rights *)(uintptr_t)r;

	if (w == NULL || atomic_fetch_sub(&w->refs, 1) != 1)
		return;
	for (size_t i = 0; i < w->count; i++)
		free(w->grant[i].path);
	free(w);
}

bool
rights_all_read(const struct rights *r)
{
	return r->all_read;
}

bool
rights_all_write(const struct rights *r)
{
	return r->all_write;
}

size_t
rights_count(const struct rights *r)
{
	return r->count;
}

struct str
rights_path(const struct rights *r, size_t i, bool *write)
{
	*write = r->grant[i].write;
	return str_of(r->grant[i].path);
}
