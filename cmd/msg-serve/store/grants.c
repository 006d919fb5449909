#include "store/grants.h"

#include "store/inside.h"
#include "store/rights.h"

struct grants {
	struct view bare;		/* the same view, of everything */
	bool all_read, all_write;
	size_t count, passes;
	struct {
		uint64_t id;
		bool write;
	} top[RIGHTS_MAX];
	uint64_t *pass;			/* items above the tops */
	size_t pass_cap;

	/* Siblings are asked for one after another. */
	uint64_t memo;			/* 0: none */
	bool memo_read;
};

/* What a path's names lead to, 0: nothing; the items on the way into pass. */
static int
resolve(struct grants *g, struct str path, uint64_t *id, struct err *e)
{
	size_t i = 0, n;
	size_t passed = g->passes;
	int rc = 1;

	*id = ITEM_ROOT;
	while (rc == 1 && i < path.n) {
		const char *slash;

		if (path.p[i] == '/') {
			i++;
			continue;
		}
		slash = memchr(path.p + i, '/', path.n - i);
		n = slash == NULL ? path.n - i : (size_t)(slash - path.p) - i;
		g->pass[passed++] = *id;
		rc = view_child(&g->bare, *id,
		    (struct str){ path.p + i, n }, id, e);
		i += n;
	}
	if (rc == 1)
		g->passes = passed;	/* else there is nothing to lead to */
	else
		*id = 0;
	return rc < 0 ? -1 : 0;
}

static size_t
slashes(struct str s)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

int
view_allow(struct view *v, const struct rights *rights, struct err *e)
{
	struct grants *g;
	size_t room = 0;
	bool write;

	if (rights == NULL) {
		v->grants = NULL;
		return 0;
	}
	g = arena_zero(&v->reader->lent, sizeof *g);
	g->bare = *v;
	g->bare.grants = NULL;
	g->all_read = rights_all_read(rights);
	g->all_write = rights_all_write(rights);
	for (size_t i = 0; i < rights_count(rights); i++)
		room += slashes(rights_path(rights, i, &write));
	g->pass = arena_alloc(&v->reader->lent, (room + 1) * sizeof *g->pass);
	for (size_t i = 0; i < rights_count(rights); i++) {
		struct str path = rights_path(rights, i, &write);
		uint64_t id;

		if (resolve(g, path, &id, e) < 0)
			return -1;
		if (id == 0)
			continue;
		g->top[g->count].id = id;
		g->top[g->count++].write = write;
	}
	v->grants = g;
	return 0;
}

bool
view_reads_all(const struct view *v)
{
	return v->grants == NULL || v->grants->all_read;
}

/* Is the item at or below one of the tops?  0, 1 to read, 2 to write, -1. */
static int
below(struct grants *g, uint64_t id, bool write, struct err *e)
{
	struct item n;
	uint64_t parent = 0;
	int rc = 0;

	for (uint64_t at = id; at != 0; at = n.parent) {
		for (size_t i = 0; i < g->count; i++)
			if (g->top[i].id == at && (g->top[i].write || !write))
				rc = 1;
		if (rc == 1)
			break;
		if (!write && at == g->memo) {
			rc = g->memo_read;
			break;
		}
		rc = view_node(&g->bare, at, &n, e);
		if (rc != 1)
			break;
		if (at == id)
			parent = n.parent;
		rc = 0;
	}
	/* What holds for an item by its parents holds for its siblings. */
	if (rc >= 0 && !write && parent != 0) {
		g->memo = parent;
		g->memo_read = rc;
	}
	return rc;
}

int
grants_see(struct view *v, uint64_t id, struct err *e)
{
	struct grants *g = v->grants;
	int rc;

	if (g == NULL || g->all_read)
		return GRANT_READ;
	rc = below(g, id, false, e);
	if (rc != 0)
		return rc < 0 ? -1 : GRANT_READ;
	for (size_t i = 0; i < g->passes; i++)
		if (g->pass[i] == id)
			return GRANT_PASS;
	return GRANT_NONE;
}

int
view_may_read(struct view *v, uint64_t id, struct err *e)
{
	int rc = grants_see(v, id, e);

	return rc < 0 ? -1 : rc == GRANT_READ;
}

int
view_may_write(struct view *v, uint64_t id, struct err *e)
{
	struct grants *g = v->grants;

	if (g == NULL || g->all_write)
		return 1;
	return below(g, id, true, e);
}
