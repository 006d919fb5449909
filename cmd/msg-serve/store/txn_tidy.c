#include "store/txn_inside.h"

/* How a group stood before the transaction. */
static int
was(struct txn *t, enum table table, struct str group, struct str *value,
    struct err *e)
{
	const struct overlay *rows = t->reader->overlay;
	struct rowkey k;
	struct row row;
	int rc;

	key_bytes(&k, group);
	t->reader->overlay = NULL;
	rc = view_newest(&t->all, table, &k, &row, e);
	t->reader->overlay = rows;
	if (rc == 1)
		*value = row.value;
	return rc;
}

/* The same as it was, or not there as it was not. */
static bool
same(const struct row *r, bool there, struct str before)
{
	if (r->table == T_NAME)
		return there ? str_eq(r->value, before) :
		    get_be64(r->value.p) == 0;
	return (r->value.p[0] != 0) == (there && before.p[0] != 0);
}

static int
needless(struct txn *t, const struct row *r, struct err *e)
{
	struct str before = STR_NONE;
	int rc;

	switch (r->table) {
	case T_NODE:
		return !txn_changed(t, get_be64(r->key.p));
	case T_KEY:
		return !txn_changed(t, get_be64(r->value.p));
	case T_CHILD:
	case T_NAME:
	case T_ATTR:
		if (r->table == T_ATTR && row_rev_of(r->key) != t->rev)
			return 0;		/* of a new index */
		rc = was(t, r->table, row_group(r->key), &before, e);
		return rc < 0 ? -1 : same(r, rc == 1, before);
	default:
		return 0;
	}
}

int
txn_tidy(struct txn *t, struct err *e)
{
	const struct overlay_row *at = NULL;

	while ((at = overlay_next(t->rows, at)) != NULL) {
		struct row r = overlay_row(at);
		int rc = needless(t, &r, e);

		if (rc < 0)
			return -1;
		if (rc == 1)
			overlay_cancel(t->rows, at);
	}
	return 0;
}
