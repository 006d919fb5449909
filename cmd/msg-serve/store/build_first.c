#include <openssl/rand.h>
#include <stdlib.h>

#include "avro/object.h"
#include "base/mem.h"
#include "store/build.h"
#include "store/key.h"
#include "store/kinds_inside.h"

/* A folder's body with name and title, all else as by default. */
static int
folder_body(const struct kind *k, const char *name, const char *title,
    struct buf *out, struct err *e)
{
	struct plan_run *run = plan_run_new(NULL);
	struct buf json = BUF_INIT(1024);
	int rc;

	buf_printf(&json, "{\"name\":\"%s\",\"title\":\"%s\"}", name, title);
	object_put_head(out, k->current->fp);
	rc = plan_encode(k->current->plan, run, json.p, json.n, out, e);
	buf_free(&json);
	plan_run_free(run);
	return rc;
}

static int
put_root(struct txn *t, uint64_t id, const char *kind, const char *name,
    const char *title, struct err *e)
{
	const struct kind *k = kinds_by_name(txn_kinds(t), str_of(kind));
	struct buf body = BUF_INIT(4096), key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new n = { .kind = k->id, .name = str_of(name) };
	uint64_t got;
	int rc;

	key_put_string(&key, k->name, n.name);
	rc = folder_body(k, name, title, &body, e);
	n.key = (struct str){ key.p, key.n };
	n.body = (struct str){ body.p, body.n };
	if (rc == 0)
		rc = txn_put_new(t, &n, id, STR_NONE, &got, e);
	buf_free(&body);
	buf_free(&key);
	return rc;
}

/* The item that describes a branch. */
static int
describe(struct txn *t, const char *name, const char *publish,
    struct err *e)
{
	const struct kind *k = kinds_by_name(txn_kinds(t), STR("branch"));
	struct buf body = BUF_INIT(1024), key = BUF_INIT(STORE_KEY_MAX);
	struct txn_new n = { .parent = ITEM_BRANCHES, .kind = k->id,
		.name = str_of(name) };
	struct buf json = BUF_INIT(256);
	struct plan_run *run = plan_run_new(NULL);
	uint64_t id;
	int rc;

	buf_printf(&json, "{\"owner\":\"\",\"publish\":\"%s\"}", publish);
	object_put_head(&body, k->current->fp);
	rc = plan_encode(k->current->plan, run, json.p, json.n, &body, e);
	key_put_string(&key, k->name, n.name);
	n.key = (struct str){ key.p, key.n };
	n.body = (struct str){ body.p, body.n };
	if (rc == 0)
		rc = txn_create(t, &n, &id, e);
	plan_run_free(run);
	buf_free(&json);
	buf_free(&body);
	buf_free(&key);
	return rc;
}

static int
fill_repository(struct store_job *job, struct txn *t, struct err *e)
{
	uint32_t id;

	(void)job;
	for (const struct kind_builtin *b = kind_builtins; b->name != NULL;
	    b++)
		if (txn_kind(t, str_of(b->name), str_of(b->base),
		    str_of(b->schema), &id, e) < 0)
			return -1;
	if (put_root(t, ITEM_USERS, "Folder", "users", "Users", e) < 0 ||
	    put_root(t, ITEM_BRANCHES, "Folder", "branches", "Branches",
	    e) < 0 || describe(t, "live", "", e) < 0)
		return -1;
	return describe(t, "staging", "live", e);
}

static int
fill_live(struct store_job *job, struct txn *t, struct err *e)
{
	(void)job;
	return put_root(t, ITEM_ROOT, "Site", "root", "Site", e);
}

/* Rows that jobs build upon. */
static int
put_ground(struct txn *t, void *arg, struct err *e)
{
	static const struct {
		const char *name;
		uint32_t id, parent;
		uint64_t fork_rev;
	} branches[] = {
		{ "repository", BRANCH_REPOSITORY, BRANCH_REPOSITORY, 0 },
		{ "live", BRANCH_LIVE, BRANCH_LIVE, 0 },
		{ "staging", BRANCH_STAGING, BRANCH_LIVE, 2 },
	};
	uint8_t b[16];

	(void)arg;
	(void)e;
	put_be32(b, STORE_FORMAT);
	build_meta(t, "format", b, 4);
	if (RAND_bytes(b, sizeof b) != 1)
		abort();
	build_meta(t, "uuid", b, sizeof b);
	for (size_t i = 0; i < MEM_COUNT(branches); i++) {
		txn_put_branch(t, branches[i].id, &(struct row_branch){
			.parent = branches[i].parent,
			.fork_rev = branches[i].fork_rev,
			.name = str_of(branches[i].name) });
		txn_put_branch_name(t, str_of(branches[i].name),
		    branches[i].id);
	}
	return 0;
}

/* Revision 1: kinds, users and branches; 2: the root, on live. */
int
build_first(struct build *b, struct err *e)
{
	struct store_job job = { .author = STR("msg-serve"),
		.message = STR("first start"), .run = fill_repository };
	struct commit *c;

	b->r.state.next_item = ITEM_FIRST;
	b->r.state.next_branch = BRANCH_STAGING + 1;
	b->r.state.next_kind = 1;
	if (build_rows(b, put_ground, NULL, e) < 0 ||
	    build_job(b, &job, &c, e) != 1)
		return -1;
	commit_unref(c);
	job.run = fill_live;
	job.branch = BRANCH_LIVE;
	if (build_job(b, &job, &c, e) != 1)
		return -1;
	commit_unref(c);
	return build_commit(b, e);
}
