/* remove, move and copy: where items are, not what they say. */
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
