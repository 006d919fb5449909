/* get-schema and set-schema: between a request and the files that know. */
#include "net/worker.h"
#include "service/job.h"
#include "service/schema_get.h"
#include "service/schema_set.h"

int
command_get_schema(struct call *c, struct err *e)
{
	struct reader *r = worker_reader(c->worker, e);

	if (r == NULL)
		return -1;
	return schema_get(reader_kinds(r), c->request->argument,
	    c->request->match, c->match, c->payload, e);
}

static int
apply(struct store_job *sj, struct txn *t, struct err *e)
{
	return schema_set_apply(((struct job *)sj)->data, t, e);
}

/* The schema as it is stored. */
static int
finish(struct call *c, struct job *j, struct err *e)
{
	struct reader *r = worker_reader(c->worker, e);
	struct schema_set *s = j->data;

	if (r == NULL)
		return -1;
	c->rev = j->store.rev;
	return schema_get(reader_kinds(r), s->name, STR_NONE, c->match,
	    c->payload, e);
}

static void
detail(struct job *j, struct buf *out)
{
	const struct schema_set *s = j->data;

	buf_put(out, s->reasons->p, s->reasons->n);
}

int
command_set_schema(struct call *c, struct err *e)
{
	struct job *j = job_new(c);
	struct str arg = j->request->argument;

	j->data = schema_set_parse(&j->arena, arg.p, arg.n,
	    j->request->compatibility, e);
	if (j->data == NULL) {
		job_free(j);
		return -1;
	}
	j->finish = finish;
	j->detail = detail;
	j->store.run = apply;
	j->store.branch = BRANCH_REPOSITORY;
	return job_submit(c, j, e);
}
