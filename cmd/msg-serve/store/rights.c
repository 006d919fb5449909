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

/* A path behind "read:" or "write:". */
static bool
split(struct str role, struct str *path, bool *write)
{
	static const char *const words[] = { "read:", "write:" };

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(words[i]);

		if (role.n > n && memcmp(role.p, words[i], n) == 0 &&
		    role.p[n] == '/') {
			*path = (struct str){ role.p + n, role.n - n };
			*write = i == 1;
			return true;
		}
	}
	return false;
}

int
rights_check(const struct str *roles, size_t count, struct err *e)
{
	struct str path;
	bool write;

	if (count > RIGHTS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d roles", RIGHTS_MAX);
	for (size_t i = 0; i < count; i++)
		if (str_is(roles[i], "admin"))
			return err_set(e, ERR_VALUE, "'admin' is no role: an "
			    "administrator has \"admin\": true");
		else if (!split(roles[i], &path, &write))
			return err_set(e, ERR_VALUE, "'%.*s' is no role: "
			    "roles are 'read:/PATH' and 'write:/PATH', "
			    "'read:/' for all of the tree",
			    (int)(roles[i].n > 60 ? 60 : roles[i].n),
			    roles[i].p);
	return 0;
}

static int
add(struct rights *r, struct str path, bool write, struct err *e)
{
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
	bool write;
	int rc = 0;

	atomic_init(&r->refs, 1);
	r->all_read = r->all_write = admin;
	for (size_t i = 0; rc == 0 && i < count; i++)
		if (split(roles[i], &path, &write))
			rc = add(r, path, write, e);
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
