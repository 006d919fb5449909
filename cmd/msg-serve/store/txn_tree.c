#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/key.h"
#include "store/order.h"
#include "store/txn_inside.h"

/* --- names ----------------------------------------------------------- */

static int
check_name(struct str name, struct err *e)
{
	if (name.n == 0 || name.n > STORE_NAME_MAX)
		return err_set(e, ERR_VALUE, "a name has 1 to %d bytes",
		    STORE_NAME_MAX);
	if (utf8_check(name.p, name.n) != name.n)
		return err_set(e, ERR_VALUE, "a name must be UTF-8");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' || (uint8_t)name.p[i] < 0x20 ||
		    name.p[i] == 0x7f)
			return err_set(e, ERR_VALUE,
			    "a name must not hold '/' or control characters");
	return 0;
}

static int
check_free(struct txn *t, uint64_t parent, struct str name, struct err *e)
{
	uint64_t id;
	int rc = view_child(&t->all, parent, name, &id, e);

	if (rc == 1)
		return err_set(e, ERR_CONFLICT, "there is an item '%.*s' "
		    "already", (int)name.n, name.p);
	return rc;
}

/* May the job put something of that name below parent? */
static int
check_place(struct txn *t, uint64_t parent, struct str name,
    struct item *folder, struct err *e)
{
	if (check_name(name, e) < 0)
		return -1;
	if (txn_item(t, parent, folder, e) < 0 ||
	    txn_allowed(t, parent, e) < 0)
		return err_prefix(e, "the parent");
	return check_free(t, parent, name, e);
}

/* An item that is to leave its place: no root, and both ends changeable. */
static int
check_leave(struct txn *t, uint64_t id, struct item *it, const char *what,
    struct err *e)
{
	if (txn_item(t, id, it, e) < 0 || txn_allowed(t, id, e) < 0)
		return -1;
	if (it->parent == 0)
		return err_set(e, ERR_NOT_ALLOWED, "the root cannot be %s",
		    what);
	if (txn_allowed(t, it->parent, e) == 0)
		return 0;
	/* Who sees the item knows that it has a folder. */
	return e->code == ERR_NOT_FOUND ? err_set(e, ERR_FORBIDDEN,
	    "no right to change its folder") : -1;
}

/* --- create, save, move ---------------------------------------------- */

int
txn_create(struct txn *t, const struct txn_new *n, uint64_t *id,
    struct err *e)
{
	struct item folder;
	struct order place;

	if (check_place(t, n->parent, n->name, &folder, e) < 0 ||
	    txn_last_place(t, n->parent, &place, e) < 0)
		return -1;
	return txn_put_new(t, n, 0, order_str(&place), id, e);
}

int
txn_save(struct txn *t, uint64_t id, struct str body, struct err *e)
{
	struct item before, after;

	if (txn_item(t, id, &before, e) < 0 || txn_allowed(t, id, e) < 0)
		return -1;
	if (body.n > STORE_BODY_MAX)
		return err_set(e, ERR_LIMIT, "the item has over %zu bytes",
		    STORE_BODY_MAX);
	if (str_eq(before.body, body))
		return 0;
	after = before;
	after.body = body;
	return txn_put_item(t, &before, &after, CHANGE_SAVE, e);
}

/* The body with another name and folder. */
static int
place_body(struct txn *t, const struct item *it, struct str name,
    struct str folder, struct str *body, struct err *e)
{
	const struct kinds *ks = txn_kinds(t);
	const struct kind *k = ks == NULL ? NULL : kinds_by_id(ks, it->kind);
	struct buf *b = &t->tools->body;

	if (k == NULL) {
		*body = it->body;
		return 0;
	}
	buf_reset(b);
	if (body_place(&t->tools->index, k, it->body, name, folder, b, e) < 0)
		return -1;
	*body = (struct str){ b->p, b->n };
	return 0;
}

int
txn_move(struct txn *t, uint64_t id, uint64_t parent, struct str name,
    struct err *e)
{
	struct item before, after, folder;
	struct order place;
	int rc;

	if (check_leave(t, id, &before, "moved", e) < 0)
		return -1;
	if (before.parent == parent && str_eq(before.name, name))
		return 0;
	rc = view_under(&t->all, parent, id, e);
	if (rc != 0)
		return rc < 0 ? -1 : err_set(e, ERR_NOT_ALLOWED,
		    "an item cannot be moved below itself");
	if (check_place(t, parent, name, &folder, e) < 0)
		return -1;
	after = before;
	if (before.parent != parent) {
		if (txn_last_place(t, parent, &place, e) < 0)
			return -1;
		after.order = order_str(&place);
	}
	after.parent = parent;
	after.name = name;
	if (place_body(t, &before, name, folder.key, &after.body, e) < 0)
		return -1;
	return txn_put_item(t, &before, &after, CHANGE_MOVE, e);
}

/* --- order ----------------------------------------------------------- */

/* New places for all children, evenly, as they stand now. */
static int
number_anew(struct txn *t, uint64_t parent, struct err *e)
{
	struct scan at = SCAN_INIT;
	struct item before, after;
	uint64_t *ids = NULL;
	size_t count = 0, cap = 0;
	struct order place;
	int n, rc = -1;

	do {
		ids = mem_grow(ids, &cap, count + 256, sizeof *ids);
		n = view_children(&t->all, parent, &at, ids + count, 256, e);
		count += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	if (n < 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		if (txn_item(t, ids[i], &before, e) < 0)
			goto out;
		order_nth(&place, i);
		after = before;
		after.order = order_str(&place);
		if (!str_eq(before.order, after.order) &&
		    txn_put_item(t, &before, &after, CHANGE_ORDER, e) < 0)
			goto out;
	}
	rc = 0;
out:
	free(ids);
	return rc;
}

/* The place behind after and before what comes next. 1, 0 no room, -1. */
static int
place_behind(struct txn *t, uint64_t parent, uint64_t after, uint64_t id,
    struct order *out, struct err *e)
{
	struct scan at = SCAN_INIT;
	struct str low = STR_NONE, high = STR_NONE;
	struct item it;
	struct rowkey k;
	uint64_t next;
	int n;

	if (after != 0) {
		if (txn_item(t, after, &it, e) < 0)
			return -1;
		if (it.parent != parent)
			return err_set(e, ERR_ARGUMENT,
			    "not in the same folder");
		low = it.order;
		key_child(&k, parent, it.order, after);
		memcpy(at.key, k.p, k.n);
		memset(at.key + k.n, 0xff, ROW_VERSION);
		at.n = k.n + ROW_VERSION;
	}
	do {
		n = view_children(&t->all, parent, &at, &next, 1, e);
	} while (n == 1 && next == id);
	if (n < 0)
		return -1;
	if (n == 1) {
		if (txn_item(t, next, &it, e) < 0)
			return -1;
		high = it.order;
	}
	return order_between(out, low, high);
}

int
txn_order(struct txn *t, uint64_t id, uint64_t after, struct err *e)
{
	struct item before, now;
	struct order place;
	int rc;

	if (check_leave(t, id, &before, "put in order", e) < 0)
		return -1;
	if (after == id)
		return err_set(e, ERR_ARGUMENT, "behind itself");
	rc = place_behind(t, before.parent, after, id, &place, e);
	if (rc == 0) {
		if (number_anew(t, before.parent, e) < 0 ||
		    txn_item(t, id, &before, e) < 0)
			return -1;
		rc = place_behind(t, before.parent, after, id, &place, e);
	}
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_LIMIT, "no place left in the folder");
	now = before;
	now.order = order_str(&place);
	return txn_put_item(t, &before, &now, CHANGE_ORDER, e);
}

/* --- copy, remove ---------------------------------------------------- */

/* An item and all below it: top first, a parent before its children. */
struct subtree {
	uint64_t *ids;
	size_t count, cap;
};

static int
collect(struct txn *t, uint64_t top, struct subtree *s, struct err *e)
{
	int n;

	s->ids = mem_grow(s->ids, &s->cap, 64, sizeof *s->ids);
	s->ids[0] = top;
	s->count = 1;
	for (size_t i = 0; i < s->count; i++) {
		struct scan at = SCAN_INIT;

		do {
			s->ids = mem_grow(s->ids, &s->cap, s->count + 64,
			    sizeof *s->ids);
			n = view_children(&t->all, s->ids[i], &at,
			    s->ids + s->count, 64, e);
			s->count += n > 0 ? (size_t)n : 0;
		} while (n > 0);
		if (n < 0)
			return -1;
	}
	return 0;
}

int
txn_remove(struct txn *t, uint64_t id, struct err *e)
{
	struct subtree s = { NULL, 0, 0 };
	struct item it;
	int rc = -1;

	if (check_leave(t, id, &it, "removed", e) < 0)
		return -1;
	if (collect(t, id, &s, e) < 0)
		goto out;
	for (size_t i = 0; i < s.count; i++)
		if (txn_item(t, s.ids[i], &it, e) < 0 ||
		    txn_put_item(t, &it, NULL, CHANGE_REMOVE, e) < 0)
			goto out;
	rc = 0;
out:
	free(s.ids);
	return rc;
}

/* One item of a copied subtree below the copy of its parent. */
static int
copy_one(struct txn *t, const struct item *it, const struct item *folder,
    struct str name, uint64_t *copy, struct err *e)
{
	const struct kinds *ks = txn_kinds(t);
	const struct kind *k = ks == NULL ? NULL : kinds_by_id(ks, it->kind);
	struct buf key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new n = {
		.parent = folder->id, .kind = it->kind, .name = name,
	};
	struct order place;
	int rc = -1;

	key_put_random(&key, k == NULL ? STR("Item") : k->name);
	n.key = (struct str){ key.p, key.n };
	if (place_body(t, it, name, folder->key, &n.body, e) == 0 &&
	    txn_last_place(t, folder->id, &place, e) == 0)
		rc = txn_put_new(t, &n, 0, order_str(&place), copy, e);
	buf_free(&key);
	return rc;
}

int
txn_copy(struct txn *t, uint64_t id, uint64_t parent, struct str name,
    uint64_t *copy, struct err *e)
{
	struct subtree s = { NULL, 0, 0 };
	struct map copies = MAP_INIT;	/* id -> the copy's */
	struct item it, folder;
	uint64_t made;
	int rc;

	if ((rc = view_may_read(&t->view, id, e)) == 0)
		err_set(e, ERR_NOT_FOUND, "no such item");
	if (rc != 1)
		return -1;
	rc = -1;
	if (check_place(t, parent, name, &folder, e) < 0 ||
	    collect(t, id, &s, e) < 0)
		goto out;
	for (size_t i = 0; i < s.count; i++) {
		if (txn_item(t, s.ids[i], &it, e) < 0)
			goto out;
		if (i > 0 && txn_item(t, (uintptr_t)map_get(&copies,
		    &it.parent, sizeof it.parent), &folder, e) < 0)
			goto out;
		if (copy_one(t, &it, &folder, i == 0 ? name : it.name, &made,
		    e) < 0)
			goto out;
		map_set(&copies, &s.ids[i], sizeof s.ids[i],
		    (void *)(uintptr_t)made);
		if (i == 0)
			*copy = made;
	}
	rc = 0;
out:
	map_free(&copies);
	free(s.ids);
	return rc;
}
