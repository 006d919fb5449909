/* order: the places of children in their folder. */
#include <string.h>

#include "query/idset.h"
#include "service/item_action.h"

/* All children of the folder, in the arena. */
static int
list_children(struct applying *x, uint64_t folder, uint64_t **out,
    size_t *count)
{
	struct scan at = SCAN_INIT;
	size_t cap = 0;
	uint64_t *ids = NULL, *more;
	int n;

	*count = 0;
	do {
		if (*count + 64 > cap) {
			more = arena_alloc(x->arena, (cap * 2 + 128) *
			    sizeof *ids);
			if (*count > 0)
				memcpy(more, ids, *count * sizeof *ids);
			ids = more;
			cap = cap * 2 + 128;
		}
		n = view_children(x->view, folder, &at, ids + *count, 64,
		    x->e);
		if (n < 0)
			return -1;
		*count += (size_t)n;
	} while (n > 0);
	*out = ids;
	return 0;
}

/* A child by its name, or by the first of [name, key]. */
static int
find_child(struct applying *x, uint64_t folder, const struct json *j,
    uint64_t *id)
{
	struct str name;
	int rc;

	if (j->type == JSON_ARRAY && j->first != NULL)
		j = j->first;
	if (j->type != JSON_STRING)
		return err_set(x->e, ERR_VALUE, "an order is a list of names "
		    "of children");
	name = j->text;
	rc = view_child(x->view, folder, name, id, x->e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return err_set(x->e, ERR_CONFLICT, "the folder has no child '%.*s'",
	    (int)(name.n > 60 ? 60 : name.n), name.p);
}

/* The order as it is to be: what is listed, then the others as they were.
 * Of each its present place. */
static int
read_order(struct applying *x, uint64_t folder, const struct json *list,
    uint64_t *wanted, size_t *places, uint64_t *children, size_t count)
{
	struct idset at = IDSET_INIT;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < count; i++)
		*idset_at(&at, children[i]) = i + 1;
	for (const struct json *j = list->first; j != NULL && rc == 0;
	    j = j->next) {
		uint64_t id, *place;

		rc = find_child(x, folder, j, &id);
		if (rc < 0)
			break;
		place = idset_at(&at, id);
		if (*place == 0) {
			rc = err_set(x->e, ERR_VALUE,
			    "a child is named twice");
			break;
		}
		places[n] = (size_t)*place - 1;
		wanted[n++] = id;
		*place = 0;
	}
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (*idset_at(&at, children[i]) == 0)
			continue;
		places[n] = i;
		wanted[n++] = children[i];
	}
	idset_free(&at);
	return rc;
}

/* Which may stay where they are: the longest run of places that rises
 * (patience sorting).  stay[i] of the i-th wanted. */
static void
find_stays(struct arena *a, const size_t *places, size_t n, bool *stay)
{
	size_t *tops = arena_alloc(a, (n + 1) * sizeof *tops);
	size_t *before = arena_alloc(a, (n + 1) * sizeof *before);
	size_t piles = 0;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = piles;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (places[tops[mid]] < places[i])
				low = mid + 1;
			else
				high = mid;
		}
		before[i] = low > 0 ? tops[low - 1] : n;
		tops[low] = i;
		if (low == piles)
			piles++;
		stay[i] = false;
	}
	for (size_t i = piles > 0 ? tops[piles - 1] : n; i < n; i = before[i])
		stay[i] = true;
}

int
order_children(struct applying *x, uint64_t folder, const struct json *list)
{
	uint64_t *children, *wanted;
	size_t count, *places;
	bool *stay;

	if (list->type != JSON_ARRAY)
		return err_set(x->e, ERR_VALUE, "an order is a list of names "
		    "of children");
	if (list_children(x, folder, &children, &count) < 0)
		return -1;
	wanted = arena_alloc(x->arena, (count + 1) * sizeof *wanted);
	places = arena_alloc(x->arena, (count + 1) * sizeof *places);
	stay = arena_alloc(x->arena, (count + 1) * sizeof *stay);
	if (read_order(x, folder, list, wanted, places, children, count) < 0)
		return -1;
	find_stays(x->arena, places, count, stay);
	for (size_t i = 0; i < count; i++)
		if (!stay[i] && txn_order(x->txn, wanted[i], i == 0 ? 0 :
		    wanted[i - 1], x->e) < 0)
			return -1;
	return 0;
}

/* One item behind a sibling; null: the first. */
static int
order_behind(struct applying *x, const struct item *it,
    const struct json *after)
{
	uint64_t sibling = 0;

	if (it->parent == 0)
		return err_set(x->e, ERR_NOT_ALLOWED,
		    "the root has no siblings");
	if (after->type != JSON_NULL &&
	    find_child(x, it->parent, after, &sibling) < 0)
		return err_path(x->e, "/after");
	if (sibling == it->id)
		return 0;
	return txn_order(x->txn, it->id, sibling, x->e);
}

int
item_order(struct applying *x)
{
	const struct json *contents = json_get(x->action->data, "contents");
	const struct json *after = json_get(x->action->data, "after");
	const struct item *folder;
	struct item it;

	if (find_item(x, &it) < 0)
		return -1;
	if ((contents == NULL) == (after == NULL))
		return err_set(x->e, ERR_ARGUMENT, "order needs a folder's "
		    "\"contents\", or \"after\", the sibling before it");
	if (after != NULL) {
		if (order_behind(x, &it, after) < 0)
			return -1;
		affect(x, it.parent);
		return 0;
	}
	if (need_folder(x, it.id, &folder, "it") < 0)
		return -1;
	if (order_children(x, it.id, contents) < 0)
		return err_path(x->e, "/contents");
	affect(x, it.id);
	return 0;
}
