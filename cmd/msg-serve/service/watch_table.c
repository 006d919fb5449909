#include "service/watch_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "service/account.h"

#define NORMAL_MAX	((size_t)4 * QUERY_TEXT_MAX)

static bool
same_rights(const struct account *a, const struct account *b)
{
	return a->rights == b->rights;
}

static void
group_free(struct watch_group *g)
{
	arena_free(&g->arena);
	account_unref(g->account);
	free(g->branch_name);
	free(g->text);
	free(g);
}

struct watch_group *
watch_group_get(struct watch_table *t, const char *p, size_t n,
    uint32_t branch, struct str branch_name, const struct account *account,
    struct err *e)
{
	struct watch_group *g, *fresh = mem_zero(sizeof *fresh);
	struct buf text = BUF_INIT(NORMAL_MAX);

	fresh->query = query_parse(&fresh->arena, p, n, e);
	if (fresh->query == NULL) {
		group_free(fresh);
		return NULL;
	}
	query_print(fresh->query, &text);
	fresh->text = buf_take(&text);
	for (g = t->groups; g != NULL; g = g->next)
		if (g->branch == branch && strcmp(g->text, fresh->text) == 0 &&
		    same_rights(g->account, account)) {
			group_free(fresh);
			return g;
		}
	fresh->anchor = query_anchor(fresh->query, &fresh->arena);
	fresh->branch = branch;
	fresh->branch_name = mem_strn(branch_name.p, branch_name.n);
	fresh->account = account_ref(account);
	fresh->next = t->groups;
	t->groups = fresh;
	return fresh;
}

struct watch *
watch_add(struct watch_table *t, struct watch_group *g, uint64_t session)
{
	struct watch *w = mem_zero(sizeof *w);

	w->group = g;
	w->session = session;
	w->id = ++t->last_id;
	w->next = g->watches;
	g->watches = w;
	t->count++;
	return w;
}

static void
unlink_group(struct watch_table *t, struct watch_group *g)
{
	struct watch_group **at = &t->groups;

	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	group_free(g);
}

void
watch_remove(struct watch_table *t, struct watch *w)
{
	struct watch_group *g = w->group;
	struct watch **at = &g->watches;

	watch_lag(w, false);
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	free(w);
	t->count--;
	if (g->watches == NULL)
		unlink_group(t, g);
}

struct watch *
watch_find(struct watch_table *t, uint64_t session, uint64_t id)
{
	for (struct watch_group *g = t->groups; g != NULL; g = g->next)
		for (struct watch *w = g->watches; w != NULL; w = w->next)
			if (w->session == session && (id == 0 || w->id == id))
				return w;
	return NULL;
}

size_t
watch_count(const struct watch_table *t, uint64_t session)
{
	size_t n = 0;

	for (struct watch_group *g = t->groups; g != NULL; g = g->next)
		for (struct watch *w = g->watches; w != NULL; w = w->next)
			n += w->session == session;
	return n;
}

void
watch_table_clear(struct watch_table *t)
{
	while (t->groups != NULL)
		watch_remove(t, t->groups->watches);
}

void
watch_lag(struct watch *w, bool lagging)
{
	if (w->lagging == lagging)
		return;
	w->lagging = lagging;
	w->group->lagging += lagging ? 1 : (size_t)-1;
}
