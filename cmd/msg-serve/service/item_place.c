/* remove, move, copy and order: where items are, not what they say. */
#include <string.h>

#include "base/mem.h"
#include "service/item_action.h"
#include "store/key.h"

int
item_remove(struct applying *x)
{
	struct item it;

	if (find_item(x, &it) < 0)
		return -1;
	if (it.parent == 0)
		return err_set(x->e, ERR_NOT_ALLOWED,
		    "the root cannot be removed");
	if (txn_remove(x->txn, it.id, x->e) < 0)
		return -1;
	affect(x, it.parent);
	return 0;
}

/* "to" is the whole new path, or a folder's with a '/' behind it. */
static int
read_to(struct applying *x, struct str to, uint64_t *parent,
    struct str *name)
{
	size_t i = to.n;

	while (i > 0 && to.p[i - 1] != '/')
		i--;
	if (find_path(x, (struct str){ to.p, i }, parent) < 0)
		return -1;
	if (i == to.n)
		return 0;
	return make_name(x, (struct str){ to.p + i, to.n - i }, name);
}

/* "folder": its path, or its key. */
static int
read_folder(struct applying *x, struct str folder, uint64_t *parent)
{
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	int rc;

	if (folder.n > 0 && folder.p[0] == '/')
		return find_path(x, folder, parent);
	rc = key_parse(&raw, folder, x->e);
	if (rc == 0)
		rc = view_key(x->view, (struct str){ raw.p, raw.n }, parent,
		    x->e);
	buf_free(&raw);
	if (rc == 0)
		return err_set(x->e, ERR_NOT_FOUND, "there is no item of this "
		    "key");
	return rc < 0 ? -1 : 0;
}

/* Where it is to go: "to", or "folder" and "name", as far as they are given.
 * The name is the arena's. */
static int
read_target(struct applying *x, const struct item *it, uint64_t *parent,
    struct str *name)
{
	struct str to, folder, given;
	bool is_to, is_folder, is_name;
	const struct item *f;

	*parent = it->parent;
	name->p = arena_strn(x->arena, it->name.p, it->name.n);
	name->n = it->name.n;
	if (get_string(x, "to", &to, &is_to) < 0 ||
	    get_string(x, "folder", &folder, &is_folder) < 0 ||
	    get_string(x, "name", &given, &is_name) < 0)
		return -1;
	if (is_to ? is_folder || is_name : !is_folder && !is_name)
		return err_set(x->e, ERR_ARGUMENT, "say where with \"to\", a "
		    "path, or with \"folder\" and \"name\"");
	if (is_to && read_to(x, to, parent, name) < 0)
		return -1;
	if (is_folder && read_folder(x, folder, parent) < 0)
		return err_path(x->e, "/folder");
	if (is_name && make_name(x, given, name) < 0)
		return err_path(x->e, "/name");
	return *parent == 0 ? 0 : need_folder(x, *parent, &f, "the target");
}

int
item_move(struct applying *x)
{
	uint64_t parent, old;
	struct str name;
	struct item it;

	if (find_item(x, &it) < 0 || read_target(x, &it, &parent, &name) < 0)
		return -1;
	old = it.parent;
	if (old == 0)
		return err_set(x->e, ERR_NOT_ALLOWED,
		    "the root cannot be moved");
	if (txn_move(x->txn, it.id, parent, name, x->e) < 0)
		return -1;
	affect(x, it.id);
	affect(x, parent);
	affect(x, old);
	return 0;
}

int
item_copy(struct applying *x)
{
	uint64_t parent, copy;
	struct str name;
	struct item it;

	if (find_item(x, &it) < 0 || read_target(x, &it, &parent, &name) < 0)
		return -1;
	if (it.parent == 0)
		return err_set(x->e, ERR_NOT_ALLOWED,
		    "the root cannot be copied");
	if (txn_copy(x->txn, it.id, parent, name, &copy, x->e) < 0)
		return -1;
	affect(x, copy);
	affect(x, parent);
	return 0;
}

/* --- order ---------------------------------------------------------------------- */

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

/* Only those are moved that are not where they should be already: children
 * holds the order as it becomes. */
static int
place_behind(struct applying *x, uint64_t *children, size_t count,
    size_t at, uint64_t id)
{
	size_t i = at;

	while (i < count && children[i] != id)
		i++;
	if (i == count)
		return err_set(x->e, ERR_VALUE, "a child is named twice");
	if (i == at)
		return 0;
	memmove(children + at + 1, children + at,
	    (i - at) * sizeof *children);
	children[at] = id;
	return txn_order(x->txn, id, at == 0 ? 0 : children[at - 1], x->e);
}

int
order_children(struct applying *x, uint64_t folder, const struct json *list)
{
	uint64_t *children, id;
	size_t count, at = 0;

	if (list->type != JSON_ARRAY)
		return err_set(x->e, ERR_VALUE, "an order is a list of names "
		    "of children");
	if (list_children(x, folder, &children, &count) < 0)
		return -1;
	for (const struct json *j = list->first; j != NULL; j = j->next)
		if (find_child(x, folder, j, &id) < 0 || place_behind(x,
		    children, count, at++, id) < 0)
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
