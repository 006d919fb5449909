/* get-item and set-item: between a request and the files that know items. */
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/branch_own.h"
#include "service/item_avro.h"
#include "service/item_get.h"
#include "service/item_set.h"
#include "service/job.h"
#include "store/rights.h"
#include "service/render.h"

int
command_get_item(struct call *c, struct err *e)
{
	struct query_limits limits = {
		.steps = (uint64_t)c->worker->server->opt->steps };
	struct str query = c->request->argument, as = c->request->as;
	struct render_versions versions;
	struct view v;

	if (call_view(c, &v, e) < 0 || render_versions(&versions,
	    reader_kinds(v.reader), c->request->schema, e) < 0)
		return -1;
	if (str_is(as, "explain") && !rights_all_read(c->account->rights))
		return err_set(e, ERR_FORBIDDEN, "how a query is done tells "
		    "of what one may not read: 'explain' needs read:/");
	if (str_is(as, "explain"))
		return item_explain(&v, query, &limits, c->arena, c->payload,
		    e);
	if (str_is(as, "avro")) {
		c->avro = true;
		return item_get_avro(&v, query, &limits, c->arena,
		    c->payload, e);
	}
	return item_get(&v, c->worker->run, query, &limits,
	    versions.count > 0 ? &versions : NULL, c->arena, c->payload, e);
}

/* --- set-item ----------------------------------------------------------- */

static int
apply(struct store_job *sj, struct txn *t, struct err *e)
{
	struct job *j = (struct job *)sj;

	return item_set_apply(j->data, t, e);
}

/* A retry did nothing: what the first one did is in its commit. */
static int
recall(struct item_set *s, struct reader *r, uint64_t rev, struct err *e)
{
	struct commit *commit;
	int rc = reader_commit(r, rev, &commit, e);

	if (rc <= 0)
		return rc;
	item_set_recall(s, commit);
	commit_unref(commit);
	return 0;
}

static int
finish(struct call *c, struct job *j, struct err *e)
{
	struct reader *r = worker_reader(c->worker, e);
	struct item_set *s = j->data;
	struct view v;

	if (r == NULL || (j->store.replayed &&
	    recall(s, r, j->store.rev, e) < 0))
		return -1;
	if (view_open(&v, r, j->store.branch, j->store.rev, e) < 0 ||
	    view_allow(&v, c->account->rights, e) < 0)
		return -1;
	c->rev = j->store.rev;
	if (str_is(j->request->as, "avro")) {
		c->avro = true;
		return item_set_avro(s, &v, c->payload, e);
	}
	return item_set_render(s, &v, c->worker->run, c->payload, e);
}

int
command_set_item(struct call *c, struct err *e)
{
	struct job *j;
	struct str arg;
	uint32_t branch;

	if (call_branch(c, &branch, e) < 0)
		return -1;
	if (branch == BRANCH_REPOSITORY)
		return err_set(e, ERR_NOT_ALLOWED,
		    "that branch is changed by set-user and set-branch");
	j = job_new(c);
	arg = j->request->argument;
	j->data = item_set_parse(&j->arena, arg.p, arg.n, e);
	if (j->data == NULL) {
		job_free(j);
		return -1;
	}
	j->finish = finish;
	j->store.run = apply;
	j->store.branch = branch;
	return branch == BRANCH_OWN ? branch_own_submit(c, j, e) :
	    job_submit(c, j, e);
}
