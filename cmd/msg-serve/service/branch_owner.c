#include "service/branch_owner.h"

#include "base/json.h"
#include "service/account.h"
#include "service/body.h"
#include "store/kinds.h"
#include "store/rights.h"

/* A string field of a body, in the arena. */
static int
text_field(const struct kind *k, struct plan_run *run, struct str body,
    const char *name, struct arena *a, struct str *out, struct err *e)
{
	struct buf scratch = BUF_INIT(STORE_BODY_MAX), text;
	int i = kind_field(k, str_of(name));
	struct json *j = NULL;
	struct str field;

	buf_init(&text, STORE_BODY_MAX);
	if (body_slice(k, run, body, i, &scratch, &field, e) == 0 &&
	    plan_decode_field(k->current->plan, run, (size_t)i, field.p,
	    field.n, &text, e) == 0)
		j = json_parse(a, arena_strn(a, text.p, text.n), text.n,
		    NULL, e);
	buf_free(&scratch);
	buf_free(&text);
	if (j == NULL)
		return -1;
	*out = j->text;
	return 0;
}

int
branch_describe(struct view *v, struct str name, struct arena *a,
    struct str *owner, struct str *publish, struct err *e)
{
	const struct kind *k = kinds_by_name(reader_kinds(v->reader),
	    STR("branch"));
	struct plan_run *run;
	struct item it;
	uint64_t id;
	int rc = view_child(v, ITEM_BRANCHES, name, &id, e);

	if (rc > 0)
		rc = view_item(v, id, &it, e);
	if (rc <= 0)
		return rc;
	run = plan_run_new(NULL);
	if (text_field(k, run, it.body, "owner", a, owner, e) < 0 ||
	    text_field(k, run, it.body, "publish", a, publish, e) < 0)
		rc = -1;
	plan_run_free(run);
	return rc;
}

bool
branch_sees_owner(const struct account *a, struct str owner)
{
	return owner.n == 0 || rights_all_read(a->rights) ||
	    str_eq(owner, str_of(a->name));
}

/* The owner of a branch; "" when it has none. */
static int
find_owner(struct reader *r, struct str name, struct arena *a,
    struct str *owner, struct err *e)
{
	struct str publish;
	struct view v;

	*owner = STR("");
	if (view_open(&v, r, BRANCH_REPOSITORY, 0, e) < 0)
		return -1;
	return branch_describe(&v, name, a, owner, &publish, e);
}

int
branch_find(const struct account *a, struct reader *r, struct str name,
    struct branch *out, struct err *e)
{
	struct arena arena = ARENA_INIT;
	struct str owner;
	int rc = reader_branch(r, name, out, e);

	if (rc <= 0 || out->id <= BRANCH_STAGING || rights_all_read(a->rights))
		return rc;
	rc = find_owner(r, name, &arena, &owner, e);
	if (rc >= 0)
		rc = branch_sees_owner(a, owner);
	arena_free(&arena);
	return rc;
}

int
branch_check_change(const struct account *a, struct reader *r, uint32_t id,
    struct err *e)
{
	struct arena arena = ARENA_INIT;
	struct branch b;
	struct str owner;
	int rc = -1;

	if (id <= BRANCH_STAGING || a->admin)
		return 0;
	if (reader_branch_id(r, id, &b, e) < 0 ||
	    find_owner(r, b.name, &arena, &owner, e) < 0)
		goto out;
	if (owner.n == 0 || str_eq(owner, str_of(a->name)))
		rc = 0;
	else if (branch_sees_owner(a, owner))
		err_set(e, ERR_FORBIDDEN, "branch '%.*s' is of '%.*s': only "
		    "its owner and administrators change it", (int)b.name.n,
		    b.name.p, (int)owner.n, owner.p);
	else
		branch_missing(b.name, e);
out:
	arena_free(&arena);
	return rc;
}

int
branch_missing(struct str name, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "there is no branch '%.*s'",
	    (int)(name.n > 60 ? 60 : name.n), name.p);
}
