#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/order.h"
#include "store/txn_inside.h"

/* --- what a transaction did to an item ------------------------------- */

#define FEW	8			/* changes are looked through */

struct change *
txn_change_of(struct txn *t, uint64_t id)
{
	uintptr_t at;

	if (t->count > FEW) {
		at = (uintptr_t)map_get(&t->by_item, &id, sizeof id);
		return at == 0 ? NULL : &t->changes[at - 1];
	}
	for (size_t i = 0; i < t->count; i++)
		if (t->changes[i].item == id)
			return &t->changes[i];
	return NULL;
}

static struct change *
add_change(struct txn *t, uint64_t id)
{
	struct change *c;

	t->changes = mem_grow(t->changes, &t->cap, t->count + 1,
	    sizeof *t->changes);
	c = &t->changes[t->count++];
	*c = (struct change){ .item = id };
	if (t->count <= FEW)
		return c;
	for (size_t i = t->count == FEW + 1 ? 0 : t->count - 1; i < t->count;
	    i++)
		map_set(&t->by_item, &t->changes[i].item, sizeof id,
		    (void *)(uintptr_t)(i + 1));
	return c;
}

static void
note(struct txn *t, const struct item *before, const struct item *after,
    unsigned op)
{
	uint64_t id = before != NULL ? before->id : after->id;
	struct change *c = txn_change_of(t, id);

	if (c == NULL) {
		c = add_change(t, id);
		if (before != NULL) {
			c->prev_rev = before->rev;
			c->old_parent = before->parent;
		}
	} else if (before == NULL && c->op & CHANGE_REMOVE) {
		c->op &= ~(unsigned)CHANGE_REMOVE;	/* it is back */
		op = CHANGE_SAVE | CHANGE_MOVE;
		t->again = true;
	} else {
		t->again = true;
	}
	c->op |= op;
	c->new_parent = after == NULL ? 0 : after->parent;
}

/* --- rows of an item ------------------------------------------------- */

static void
put_blob(struct txn *t, struct str body, uint8_t head[ROW_BLOB_HEAD])
{
	struct rowkey k;
	uint32_t i = 0;

	hash_bytes(t->tools->hasher, body, STR_NONE, head);
	put_be32(head + 32, (uint32_t)body.n);
	for (size_t at = 0; at < body.n; i++) {
		size_t n = body.n - at < ROW_BLOB_PIECE ? body.n - at :
		    ROW_BLOB_PIECE;

		key_blob(&k, head, i);
		txn_put(t, T_BLOB, &k, body.p + at, n);
		at += n;
	}
}

void
txn_put_node(struct txn *t, uint64_t id, const struct item *it)
{
	struct buf *v = &t->tools->value;
	struct row_node n = { .live = it != NULL };
	uint8_t head[ROW_BLOB_HEAD];
	struct rowkey k;

	if (it != NULL) {
		n.item = *it;
		if (it->body.n > ROW_BLOB_OVER) {
			n.blob = true;
			put_blob(t, it->body, head);
			n.item.body = (struct str){ (char *)head,
			    sizeof head };
		}
	}
	buf_reset(v);
	row_node_put(v, &n);
	key_node(&k, id);
	key_version(&k, t->job->branch, t->rev);
	txn_put(t, T_NODE, &k, v->p, v->n);
}

static void
put_child(struct txn *t, const struct item *it, bool live)
{
	struct rowkey k;

	key_child(&k, it->parent, it->order, it->id);
	key_version(&k, t->job->branch, t->rev);
	txn_put(t, T_CHILD, &k, live ? "\1" : "\0", 1);
}

void
txn_put_name(struct txn *t, const struct item *it, bool live)
{
	struct rowkey k;
	uint8_t v[8];

	key_name(&k, it->parent, it->name);
	key_version(&k, t->job->branch, t->rev);
	put_be64(v, live ? it->id : 0);
	txn_put(t, T_NAME, &k, v, sizeof v);
}

static void
put_attr(struct txn *t, const struct item *it, const struct attr_row *a,
    bool live)
{
	struct buf *v = &t->tools->value;
	struct rowkey k;

	key_attr(&k, it->kind, a->field, &a->value, it->id);
	key_version(&k, it->branch, it->rev);
	buf_reset(v);
	buf_putc(v, live);
	txn_put_sealed(t, T_ATTR, &k, v);
}

void
txn_put_attrs(struct txn *t, const struct item *it, const struct attrs *a,
    const struct attrs *b)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		int c = i == a->count ? 1 : j == b->count ? -1 :
		    attr_row_cmp(&a->v[i], &b->v[j]);

		if (c < 0)
			put_attr(t, it, &a->v[i], false);
		else if (c > 0)
			put_attr(t, it, &b->v[j], true);
		i += c <= 0;
		j += c >= 0;
	}
}

/* What is indexed of an item; of another kind there is nothing in common. */
static int
attrs_of(struct txn *t, const struct item *it, struct attrs *out,
    struct err *e)
{
	out->count = 0;
	if (it == NULL)
		return 0;
	return index_item(&t->tools->index,
	    txn_kinds(t) == NULL ? NULL : kinds_by_id(txn_kinds(t), it->kind),
	    it->name, it->body, out, e);
}

static bool
same_place(const struct item *a, const struct item *b)
{
	return a != NULL && b != NULL && a->parent == b->parent;
}

/* With the index as tools->before and after have it; cannot fail. */
static void
put_rows(struct txn *t, const struct item *before, const struct item *after,
    unsigned op)
{
	bool place = !same_place(before, after) ||
	    !str_eq(before->order, after->order);
	bool name = !same_place(before, after) ||
	    !str_eq(before->name, after->name);
	struct item now = *(after != NULL ? after : before);

	now.branch = t->job->branch;
	now.rev = t->rev;
	note(t, before, after, op);
	txn_put_attrs(t, &now, &t->tools->before, &t->tools->after);
	if (before != NULL && before->parent != 0 && place)
		put_child(t, before, false);
	if (before != NULL && before->parent != 0 && name)
		txn_put_name(t, before, false);
	if (after != NULL && after->parent != 0 && place)
		put_child(t, after, true);
	if (after != NULL && after->parent != 0 && name)
		txn_put_name(t, after, true);
	txn_put_node(t, before != NULL ? before->id : after->id, after);
}

int
txn_put_item(struct txn *t, const struct item *before,
    const struct item *after, unsigned op, struct err *e)
{
	assert(before == NULL || after == NULL || before->kind == after->kind);
	if (txn_room(t, e) < 0 ||
	    attrs_of(t, before, &t->tools->before, e) < 0 ||
	    attrs_of(t, after, &t->tools->after, e) < 0)
		return -1;
	put_rows(t, before, after, op);
	return 0;
}

/* --- checks ---------------------------------------------------------- */

int
txn_item(struct txn *t, uint64_t id, struct item *out, struct err *e)
{
	int rc = view_item(&t->all, id, out, e);

	return rc == 0 ? err_set(e, ERR_NOT_FOUND, "no such item") : rc;
}

int
txn_allowed(struct txn *t, uint64_t id, struct err *e)
{
	int rc = view_may_read(&t->view, id, e);

	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "no such item");
	if (rc > 0)
		rc = view_may_write(&t->view, id, e);
	if (rc == 0)
		return err_set(e, ERR_FORBIDDEN, "no right to change it");
	return rc < 0 ? -1 : 0;
}

int
txn_expect(struct txn *t, uint64_t id, uint64_t rev, struct err *e)
{
	struct item it;

	if (txn_item(t, id, &it, e) < 0)
		return -1;
	if (it.rev != rev)
		return err_set(e, ERR_CONFLICT,
		    "changed since revision %ju: it is at %ju",
		    (uintmax_t)rev, (uintmax_t)it.rev);
	return 0;
}

/* --- new items ------------------------------------------------------- */

int
txn_last_place(struct txn *t, uint64_t parent, struct order *out,
    struct err *e)
{
	struct rowkey k;
	struct row row;
	int rc;

	/* Behind all versions of all branches: no two get one place. */
	key_children(&k, parent);
	rc = rows_last(t->reader->snap, t->rows, T_CHILD, rowkey_str(&k),
	    &row, e);
	if (rc < 0)
		return -1;
	if (!order_behind(out, rc == 1 ? row_order_of(row.key) : STR_NONE))
		return err_set(e, ERR_LIMIT, "no place left in the folder");
	return 0;
}

int
txn_take_key(struct txn *t, struct str key, uint64_t *id, struct err *e)
{
	struct rowkey k;
	struct str v;
	struct item it;
	uint8_t value[16];
	int rc;

	if (key.n == 0 || key.n > STORE_KEY_MAX)
		return err_set(e, ERR_ARGUMENT, "not a key");
	key_bytes(&k, key);
	rc = reader_get(t->reader, T_KEY, &k, &v, e);
	if (rc < 0)
		return -1;
	if (rc == 1) {
		if (v.n != 16)
			return row_bad(e, T_KEY);
		*id = get_be64(v.p);
		rc = view_node(&t->all, *id, &it, e);
		return rc == 1 ? err_set(e, ERR_CONFLICT,
		    "an item has this key already") : rc;
	}
	if (*id == 0)
		*id = t->state.next_item++;
	put_be64(value, *id);
	put_be64(value + 8, t->rev);
	txn_put(t, T_KEY, &k, value, sizeof value);
	return 0;
}

int
txn_put_new(struct txn *t, const struct txn_new *n, uint64_t id,
    struct str order, uint64_t *out, struct err *e)
{
	struct item it = {
		.rev = t->rev, .branch = t->job->branch, .kind = n->kind,
		.parent = n->parent, .key = n->key, .name = n->name,
		.order = order, .body = n->body,
	};

	if (n->body.n > STORE_BODY_MAX)
		return err_set(e, ERR_LIMIT, "the item has over %zu bytes",
		    STORE_BODY_MAX);
	/* All that may fail comes before the first row. */
	if (txn_room(t, e) < 0 ||
	    attrs_of(t, &it, &t->tools->after, e) < 0 ||
	    txn_take_key(t, n->key, &id, e) < 0)
		return -1;
	it.id = id;
	t->tools->before.count = 0;
	put_rows(t, NULL, &it, CHANGE_CREATE);
	*out = id;
	return 0;
}
