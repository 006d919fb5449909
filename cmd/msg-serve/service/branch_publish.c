/* publish: which side to take, and what both sides are when none is taken. */
#include <stdlib.h>

#include "base/base64.h"
#include "service/body.h"
#include "service/branch_change.h"
#include "store/key.h"
#include "store/kinds.h"

#define PATH_MAX_BYTES	((size_t)1 << 20)

/* --- choices -------------------------------------------------------------- */

static int
read_side(const struct json *j, enum merge_side *out, struct err *e)
{
	struct str word = json_string(j);

	if (word.p != NULL && str_is(word, "mine"))
		*out = MERGE_MINE;
	else if (word.p != NULL && str_is(word, "theirs"))
		*out = MERGE_THEIRS;
	else
		return err_set(e, ERR_VALUE, "%.*s is no side: of '%.*s' "
		    "take \"mine\" or \"theirs\"",
		    (int)(j->raw.n > 60 ? 60 : j->raw.n), j->raw.p,
		    (int)(j->key.n > 60 ? 60 : j->key.n), j->key.p);
	return 0;
}

/* An item by its path or its key, as one of the sides has it: 1, 0, -1. */
static int
find(struct view *v, struct str what, uint64_t *id, struct err *e)
{
	struct buf raw = BUF_INIT(STORE_KEY_MAX);
	struct err ignored = ERR_INIT;
	int rc = 0;

	if (what.n > 0 && what.p[0] == '/')
		return view_find(v, what, id, e);
	if (key_parse(&raw, what, &ignored) == 0)
		rc = view_key(v, (struct str){ raw.p, raw.n }, id, e);
	buf_free(&raw);
	return rc == 1 ? view_may_read(v, *id, e) : rc;
}

/* A path may lead to one item here and to another there: both are meant. */
static int
read_choice(struct branch_change *c, const struct json *j, struct err *e)
{
	struct view *sides[] = { &c->mine, txn_view(c->txn) };
	size_t before = c->take_count;
	enum merge_side side = MERGE_NONE;
	uint64_t id;

	if (read_side(j, &side, e) < 0)
		return -1;
	for (size_t i = 0; i < 2; i++) {
		int rc = find(sides[i], j->key, &id, e);

		if (rc < 0)
			return -1;
		if (rc > 0)
			c->take[c->take_count++] =
			    (struct branch_take){ id, side };
	}
	if (c->take_count > before)
		return 0;
	return err_set(e, ERR_NOT_FOUND, "there is no item '%.*s' to take a "
	    "side of: its path or its key is wanted",
	    (int)(j->key.n > 60 ? 60 : j->key.n), j->key.p);
}

static int
compare(const void *a, const void *b)
{
	const struct branch_take *x = a, *y = b;

	return (x->item > y->item) - (x->item < y->item);
}

static int
read_choices(struct branch_change *c, struct arena *a, struct err *e)
{
	const struct json *take = json_get(c->actions[0].data, "take"), *j;

	if (take == NULL)
		return 0;
	if (take->type != JSON_OBJECT) {
		err_set(e, ERR_VALUE, "expected object, got %s",
		    json_type_name(take->type));
		return err_path(e, "/take");
	}
	c->take = arena_zero(a, 2 * (take->count + 1) * sizeof *c->take);
	for (j = take->first; j != NULL; j = j->next)
		if (read_choice(c, j, e) < 0)
			return e->code == ERR_VALUE ||
			    e->code == ERR_NOT_FOUND ? err_path(e, "/take") :
			    -1;
	if (c->take_count > 0)
		qsort(c->take, c->take_count, sizeof *c->take, compare);
	return 0;
}

static enum merge_side
on_choose(void *arg, uint64_t item)
{
	struct branch_change *c = arg;

	struct branch_take *found = c->take_count == 0 ? NULL :
	    bsearch(&(struct branch_take){ .item = item }, c->take,
	    c->take_count, sizeof *c->take, compare);

	return found == NULL ? MERGE_NONE : found->side;
}

/* --- conflicts ------------------------------------------------------------ */

/* One side of a conflict: the item as it is there, or null. */
static void
put_side(struct branch_change *c, const char *name, const struct item *it)
{
	struct buf *out = &c->conflicts;
	const struct kind *k = it == NULL ? NULL :
	    kinds_by_id(txn_kinds(c->txn), it->kind);
	struct plan_run *run;
	struct err ignored = ERR_INIT;

	buf_printf(out, ",\"%s\":", name);
	if (k == NULL) {
		buf_lit(out, "null");
		return;
	}
	run = plan_run_new(NULL);
	buf_lit(out, "{\"_rev\":");
	buf_putu(out, it->rev);
	body_members(k, run, it->body, out, &ignored);
	buf_putc(out, '}');
	plan_run_free(run);
}

/* Where it is on the branch or, removed there, where it is to go. */
static void
put_path(struct branch_change *c, const struct merge_conflict *x)
{
	struct view *v = x->mine != NULL ? &c->mine : txn_view(c->txn);
	struct buf path = BUF_INIT(PATH_MAX_BYTES);
	struct err ignored = ERR_INIT;

	if (view_path(v, x->item, &path, &ignored) > 0) {
		buf_lit(&c->conflicts, ",\"_path\":");
		json_put_string(&c->conflicts, path.p, path.n);
	}
	buf_free(&path);
}

static void
on_conflict(void *arg, const struct merge_conflict *x)
{
	struct branch_change *c = arg;
	struct buf *out = &c->conflicts;
	const struct item *it = x->mine != NULL ? x->mine :
	    x->theirs != NULL ? x->theirs : x->base;

	buf_puts(out, out->n > 0 ? ",{\"_key\":\"" : "{\"_key\":\"");
	if (it != NULL)
		base64url_put(out, it->key.p, it->key.n);
	buf_putc(out, '"');
	put_path(c, x);
	put_side(c, "base", x->base);
	if (x->why == MERGE_FIELD) {
		buf_lit(out, ",\"field\":");
		json_put_str(out, x->field);
	}
	put_side(c, "mine", x->mine);
	put_side(c, "theirs", x->theirs);
	buf_lit(out, ",\"why\":");
	json_put_cstr(out, merge_why_text(x->why));
	buf_putc(out, '}');
}

int
branch_change_publish(struct branch_change *c, struct txn *t,
    struct arena *a, struct err *e)
{
	c->txn = t;
	c->merge.arg = c;
	c->merge.conflict = on_conflict;
	c->merge.choose = on_choose;
	if (view_open(&c->mine, txn_view(t)->reader, c->from, 0, e) < 0 ||
	    txn_allow(t, &c->mine, e) < 0 || read_choices(c, a, e) < 0)
		return -1;
	if (txn_merge(t, c->from, &c->merge, e) == 0)
		return 0;
	if (e->code != ERR_CONFLICT)
		buf_reset(&c->conflicts);	/* not for his eyes */
	return -1;
}
