#include "base/mem.h"
#include "base/text.h"
#include "store/txn_inside.h"

static int
check_name(struct txn *t, struct str name, struct err *e)
{
	struct branch b;
	int rc;

	if (name.n == 0 || name.n > STORE_NAME_MAX ||
	    utf8_check(name.p, name.n) != name.n)
		return err_set(e, ERR_VALUE, "not a branch's name");
	rc = reader_branch(t->reader, name, &b, e);
	return rc == 1 ? err_set(e, ERR_CONFLICT,
	    "there is a branch '%.*s' already", (int)name.n, name.p) : rc;
}

void
txn_put_branch_name(struct txn *t, struct str name, uint32_t id)
{
	struct buf *v = &t->tools->value;
	uint8_t b[4];
	struct rowkey k;

	put_be32(b, id);
	buf_reset(v);
	buf_put(v, b, sizeof b);
	key_bytes(&k, name);
	txn_put_sealed(t, T_BRANCH_NAME, &k, v);
}

static void
drop_name(struct txn *t, struct str name)
{
	struct rowkey k;

	key_bytes(&k, name);
	overlay_put(t->rows, T_BRANCH_NAME, rowkey_str(&k), STR_NONE);
}

static int
get(struct txn *t, uint32_t id, struct branch *b, struct err *e)
{
	int rc = reader_branch_id(t->reader, id, b, e);

	if (rc == 0 || (rc == 1 && b->removed))
		return err_set(e, ERR_NOT_FOUND, "no such branch");
	return rc < 0 ? -1 : 0;
}

static void
put(struct txn *t, const struct branch *b)
{
	txn_put_branch(t, b->id, &(struct row_branch){
		.removed = b->removed, .parent = b->parent,
		.fork_rev = b->fork_rev, .head_rev = b->head_rev,
		.name = b->name,
	});
	t->touched = true;
}

int
txn_branch_create(struct txn *t, struct str name, uint32_t from,
    uint32_t *id, struct err *e)
{
	struct branch parent, b = { .name = name };
	struct view v;

	if (check_name(t, name, e) < 0 || get(t, from, &parent, e) < 0 ||
	    view_open(&v, t->reader, from, 0, e) < 0)
		return -1;
	if (v.levels == VIEW_LEVELS)
		return err_set(e, ERR_LIMIT, "branches of branches go %d deep",
		    VIEW_LEVELS);
	if (from == BRANCH_REPOSITORY)
		return err_set(e, ERR_NOT_ALLOWED,
		    "nothing can branch off the repository");
	b.id = (uint32_t)t->state.next_branch++;
	b.parent = from;
	b.fork_rev = t->reader->state.rev;
	put(t, &b);
	txn_put_branch_name(t, name, b.id);
	*id = b.id;
	return 0;
}

int
txn_branch_remove(struct txn *t, uint32_t id, struct err *e)
{
	struct branch b;

	if (get(t, id, &b, e) < 0)
		return -1;
	if (id <= BRANCH_STAGING)
		return err_set(e, ERR_NOT_ALLOWED,
		    "branch '%.*s' cannot be removed", (int)b.name.n,
		    b.name.p);
	drop_name(t, b.name);
	b.removed = true;
	put(t, &b);
	return 0;
}
