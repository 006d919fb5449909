/* get-branch and set-branch: between a request and branch_change.h. */
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/body.h"
#include "service/branch_change.h"
#include "service/branch_owner.h"
#include "service/command.h"
#include "service/job.h"
#include "service/record.h"

/* --- get-branch ----------------------------------------------------------- */

static int
render(struct call *c, struct view *v, uint64_t id, struct err *e)
{
	const struct kind *k = kinds_by_name(reader_kinds(v->reader),
	    STR("branch"));
	struct buf *out = c->payload;
	struct branch b;
	struct item it;
	int rc;

	rc = view_item(v, id, &it, e);
	if (rc > 0)
		rc = branch_find(c->account, v->reader, it.name, &b, e);
	if (rc <= 0)
		return rc;
	buf_lit(out, "{\"_key\":\"");
	base64url_put(out, it.key.p, it.key.n);
	buf_lit(out, "\",\"_kind\":\"branch\",\"_name\":");
	json_put_str(out, it.name);
	buf_lit(out, ",\"_rev\":");
	buf_putu(out, b.head_rev > b.fork_rev ? b.head_rev : b.fork_rev);
	if (body_members(k, c->worker->run, it.body, out, e) < 0)
		return -1;
	buf_putc(out, '}');
	return 1;
}

int
command_get_branch(struct call *c, struct err *e)
{
	struct str name = c->request->argument;
	struct reader *r = worker_reader(c->worker, e);
	struct view v;
	uint64_t id;
	int rc;

	if (r == NULL || view_open(&v, r, BRANCH_REPOSITORY, 0, e) < 0)
		return -1;
	if (name.n == 0)
		return record_children(c, &v, ITEM_BRANCHES, render, e);
	rc = view_child(&v, ITEM_BRANCHES, name, &id, e);
	if (rc > 0)
		rc = render(c, &v, id, e);
	if (rc == 0)
		return branch_missing(name, e);
	return rc < 0 ? -1 : 0;
}

/* --- set-branch ---------------------------------------------------------- */

static int
apply(struct store_job *sj, struct txn *t, struct err *e)
{
	struct job *j = (struct job *)sj;
	struct branch_change *change = j->data;

	change->account = job_account(j);
	return branch_change_apply(change, t, &j->arena, e);
}

static int
publish(struct store_job *sj, struct txn *t, struct err *e)
{
	struct job *j = (struct job *)sj;

	return branch_change_publish(j->data, t, &j->arena, e);
}

static int
finish(struct call *c, struct job *j, struct err *e)
{
	struct branch_change *change = j->data;
	struct reader *r = worker_reader(c->worker, e);
	struct view v;

	if (r == NULL || view_open(&v, r, BRANCH_REPOSITORY, 0, e) < 0 ||
	    (j->store.replayed && record_recall(r, j->store.rev,
	    change->affected, &change->affected_count, e) < 0))
		return -1;
	return record_list(c, &v, change->affected, change->affected_count,
	    render, e);
}

static int
finish_publish(struct call *c, struct job *j, struct err *e)
{
	struct branch_change *change = j->data;
	struct reader *r = worker_reader(c->worker, e);
	struct commit *commit;

	if (r == NULL)
		return -1;
	if (j->store.replayed) {
		if (reader_commit(r, j->store.rev, &commit, e) < 1)
			return -1;
		change->merge.items = commit->count;
		commit_unref(commit);
	}
	buf_lit(c->payload, "{\"items\":");
	buf_putu(c->payload, change->merge.items);
	buf_lit(c->payload, ",\"rev\":");
	buf_putu(c->payload, j->store.rev);
	buf_putc(c->payload, '}');
	return 0;
}

static void
detail(struct job *j, struct buf *out)
{
	struct branch_change *change = j->data;

	if (change->conflicts.n == 0 || buf_full(&change->conflicts))
		return;
	buf_putc(out, '[');
	buf_put(out, change->conflicts.p, change->conflicts.n);
	buf_putc(out, ']');
}

static void
clear(struct job *j)
{
	branch_change_clear(j->data);
}

/* Find the branches of a publish. */
static int
find_branches(struct call *c, struct branch_change *change,
    struct arena *a, struct err *e)
{
	struct str name = change->actions[0].name, owner, publishes;
	struct reader *r = worker_reader(c->worker, e);
	struct branch from, to;
	struct view v;
	int rc;

	if (r == NULL || view_open(&v, r, BRANCH_REPOSITORY, 0, e) < 0)
		return -1;
	rc = branch_describe(&v, name, a, &owner, &publishes, e);
	if (rc > 0)
		rc = branch_find(c->account, r, name, &from, e);
	if (rc == 0)
		branch_missing(name, e);
	if (rc <= 0)
		return -1;
	if (publishes.n == 0)
		return err_set(e, ERR_NOT_ALLOWED, "branch '%.*s' publishes "
		    "to none: save its \"publish\" first", (int)name.n,
		    name.p);
	rc = branch_find(c->account, r, publishes, &to, e);
	if (rc == 0)
		err_set(e, ERR_NOT_FOUND, "branch '%.*s' publishes to '%.*s', "
		    "which is not there", (int)name.n, name.p,
		    (int)publishes.n, publishes.p);
	change->from = from.id;
	change->to = to.id;
	return rc > 0 ? 0 : -1;
}

int
command_set_branch(struct call *c, struct err *e)
{
	struct job *j = job_new(c);
	struct str arg = j->request->argument;
	struct branch_change *change = branch_change_parse(&j->arena, arg.p,
	    arg.n, e);

	if (change == NULL) {
		job_free(j);
		return -1;
	}
	change->account = j->account;
	j->data = change;
	j->clear = clear;
	j->detail = detail;
	j->finish = finish;
	j->store.run = apply;
	j->store.branch = BRANCH_REPOSITORY;
	j->store.rights = NULL;		/* these are the tree's */
	c->alone = true;
	if (branch_change_publishes(change)) {
		if (find_branches(c, change, &j->arena, e) < 0) {
			job_free(j);
			return -1;
		}
		j->finish = finish_publish;
		j->store.run = publish;
		j->store.branch = change->to;
		j->store.rights = j->account->rights;
	}
	return job_submit(c, j, e);
}
