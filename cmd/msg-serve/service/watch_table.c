#include "service/watch_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "query/reach.h"

#define NORMAL_MAX	((size_t)4 * QUERY_TEXT_MAX)
#define KEY_MAX		(NORMAL_MAX + ((size_t)1 << 20))

/* --- lists --------------------------------------------------------------- */

static void
member_add(struct member **list, struct member *m, void *of)
{
	m->of = of;
	m->next = *list;
	m->at = list;
	if (m->next != NULL)
		m->next->at = &m->next;
	*list = m;
}

static void
member_remove(struct member *m)
{
	*m->at = m->next;
	if (m->next != NULL)
		m->next->at = m->at;
}

/* --- anchors ------------------------------------------------------------- */

static void
anchor_key(struct buf *out, uint32_t branch, struct str path)
{
	buf_put(out, &branch, sizeof branch);
	buf_put(out, path.p, path.n);
}

static struct watch_anchor *
anchor_get(struct watch_table *t, uint32_t branch, struct str path)
{
	struct buf key = BUF_INIT(NORMAL_MAX);
	struct watch_anchor *x;

	anchor_key(&key, branch, path);
	x = map_get(&t->anchors, key.p, key.n);
	if (x == NULL) {
		x = mem_zero(sizeof *x);
		x->branch = branch;
		x->path = (struct str){ mem_strn(path.p, path.n), path.n };
		map_set(&t->anchors, key.p, key.n, x);
	}
	buf_free(&key);
	return x;
}

static void
anchor_drop(struct watch_table *t, struct watch_anchor *x)
{
	struct buf key = BUF_INIT(NORMAL_MAX);

	anchor_key(&key, x->branch, x->path);
	map_del(&t->anchors, key.p, key.n);
	buf_free(&key);
	free((char *)(uintptr_t)x->path.p);
	free(x);
}

/* --- groups -------------------------------------------------------------- */

/* Whose events are the same: all who may read everything are alike. */
static void
group_key(struct buf *out, uint32_t branch, const struct rights *rights,
    const struct event_form *form, const char *text)
{
	bool write;

	buf_put(out, &branch, sizeof branch);
	buf_put(out, &form, sizeof form);
	if (!rights_all_read(rights))
		for (size_t i = 0; i < rights_count(rights); i++) {
			struct str path = rights_path(rights, i, &write);

			buf_put(out, path.p, path.n);
			buf_putc(out, '\0');
		}
	buf_putc(out, rights_all_read(rights) ? '*' : '\0');
	buf_puts(out, text);
}

static void
group_free(struct watch_group *g)
{
	arena_free(&g->arena);
	rights_unref(g->rights);
	free(g->branch_name);
	free(g->text);
	free(g->key);
	free(g);
}

struct watch_group *
watch_group_get(struct watch_table *t, const char *p, size_t n,
    uint32_t branch, struct str branch_name, const struct rights *rights,
    const struct event_form *form, struct err *e)
{
	struct watch_group *g = mem_zero(sizeof *g), *there;
	struct buf text = BUF_INIT(NORMAL_MAX), key = BUF_INIT(KEY_MAX);

	g->query = query_parse(&g->arena, p, n, e);
	if (g->query == NULL) {
		group_free(g);
		return NULL;
	}
	query_print(g->query, &text);
	g->text = buf_take(&text);
	group_key(&key, branch, rights, form, g->text);
	if (buf_full(&key)) {
		err_set(e, ERR_POLICY, "the query and the roles are too long "
		    "to watch");
		buf_free(&key);
		group_free(g);
		return NULL;
	}
	there = map_get(&t->groups, key.p, key.n);
	if (there != NULL) {
		buf_free(&key);
		group_free(g);
		return there;
	}
	map_set(&t->groups, key.p, key.n, g);
	g->key_n = key.n;
	g->key = buf_take(&key);
	g->branch = branch;
	g->branch_name = mem_strn(branch_name.p, branch_name.n);
	g->rights = rights_ref(rights);
	g->form = form;
	g->anchor = anchor_get(t, branch, query_anchor(g->query, &g->arena));
	member_add(&g->anchor->groups, &g->in_anchor, g);
	return g;
}

static void
group_drop(struct watch_table *t, struct watch_group *g)
{
	member_remove(&g->in_anchor);
	if (g->anchor->groups == NULL)
		anchor_drop(t, g->anchor);
	map_del(&t->groups, g->key, g->key_n);
	group_free(g);
}

/* --- watches ------------------------------------------------------------- */

uint64_t
watch_told(const struct watch_table *t, const struct watch *w)
{
	return w->lagging || w->told > t->now ? w->told : t->now;
}

struct watch_owner *
watch_owner(const struct watch_table *t, uint64_t session)
{
	return map_get(&t->owners, &session, sizeof session);
}

struct watch *
watch_add(struct watch_table *t, struct watch_group *g, uint64_t session,
    uint64_t told)
{
	struct watch_owner *o = watch_owner(t, session);
	struct watch *w = mem_zero(sizeof *w);

	if (o == NULL) {
		o = mem_zero(sizeof *o);
		o->session = session;
		map_set(&t->owners, &session, sizeof session, o);
	}
	w->id = ++t->last_id;
	w->told = told;
	w->owner = o;
	member_add(&o->watches, &w->in_owner, w);
	o->count++;
	w->group = g;
	member_add(&g->watches, &w->in_group, w);
	t->count++;
	return w;
}

static void
leave_group(struct watch_table *t, struct watch *w)
{
	member_remove(&w->in_group);
	if (w->group->watches == NULL)
		group_drop(t, w->group);
	w->group = NULL;
}

void
watch_remove(struct watch_table *t, struct watch *w)
{
	struct watch_owner *o = w->owner;

	watch_level(w);
	leave_group(t, w);
	member_remove(&w->in_owner);
	if (--o->count == 0) {
		map_del(&t->owners, &o->session, sizeof o->session);
		free(o);
	}
	free(w);
	t->count--;
}

void
watch_move(struct watch_table *t, struct watch *w, struct watch_group *g)
{
	if (g == w->group)
		return;
	leave_group(t, w);
	w->group = g;
	member_add(&g->watches, &w->in_group, w);
}

struct watch *
watch_find(const struct watch_table *t, uint64_t session, uint64_t id)
{
	struct watch_owner *o = watch_owner(t, session);

	for (struct member *m = o == NULL ? NULL : o->watches; m != NULL;
	    m = m->next) {
		struct watch *w = m->of;

		if (w->id == id)
			return w;
	}
	return NULL;
}

void
watch_table_clear(struct watch_table *t)
{
	struct watch_owner *o;
	size_t at = 0;

	while ((o = map_next(&t->owners, &at, NULL, NULL)) != NULL)
		for (size_t n = o->count; n > 0; n--)
			watch_remove(t, o->watches->of);
	map_free(&t->anchors);
	map_free(&t->groups);
	map_free(&t->owners);
}

void
watch_lag(struct watch_table *t, struct watch *w, uint64_t told)
{
	w->told = told;
	if (!w->lagging)
		member_add(&t->lagging, &w->in_lagging, w);
	w->lagging = true;
}

void
watch_level(struct watch *w)
{
	if (w->lagging)
		member_remove(&w->in_lagging);
	w->lagging = false;
}

/* --- reach --------------------------------------------------------------- */

static void
reach_anchor(struct watch_reach *r, struct watch_anchor *x)
{
	if (x == NULL || x->branch != r->branch || x->reached == r->rev)
		return;
	x->reached = r->rev;
	for (struct member *m = x->groups; m != NULL; m = m->next) {
		struct watch_group *g = m->of;

		g->next_reached = r->groups;
		r->groups = g;
	}
}

/* The anchors at the path and above it. */
static void
reach_above(struct watch_reach *r, struct str path)
{
	struct buf key = BUF_INIT(NORMAL_MAX);
	size_t head = sizeof r->branch;

	anchor_key(&key, r->branch, path);
	if (buf_full(&key)) {
		watch_reach_all(r);
		buf_free(&key);
		return;
	}
	for (size_t n = key.n; n > head; n--)
		if (n == key.n || key.p[n] == '/' || n == head + 1)
			reach_anchor(r, map_get(&r->table->anchors, key.p,
			    n));
	buf_free(&key);
}

void
watch_reach_path(void *reach, struct str path, bool below)
{
	struct watch_reach *r = reach;
	struct watch_anchor *x;
	size_t at = 0;

	reach_above(r, path);
	if (!below)
		return;
	while ((x = map_next(&r->table->anchors, &at, NULL, NULL)) != NULL)
		if (path_above(path, x->path))
			reach_anchor(r, x);
}

void
watch_reach_all(struct watch_reach *r)
{
	struct watch_anchor *x;
	size_t at = 0;

	while ((x = map_next(&r->table->anchors, &at, NULL, NULL)) != NULL)
		reach_anchor(r, x);
}
