#include "service/branch_own.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/branch_change.h"

/* The branch being made, and what is to be done on it. */
struct fork {
	struct store_job store;		/* first: run and done get this */
	struct mail mail;
	struct arena arena;
	struct branch_change *change;
	struct job *next;
};

bool
branch_is_own(const struct call *c, struct str name)
{
	return str_is(name, c->account->name);
}

static int
apply(struct store_job *sj, struct txn *t, struct err *e)
{
	struct fork *f = (struct fork *)sj;

	return branch_change_apply(f->change, t, &f->arena, e);
}

/* In the worker: the branch is there, made by us or by another just now. */
static void
arrived(struct mail *m)
{
	struct fork *f = (struct fork *)((char *)m -
	    offsetof(struct fork, mail));
	struct job *j = f->next;
	struct worker *w = j->from.worker;
	struct err *e = &j->store.err;
	struct branch found;
	struct reader *r;

	worker_refresh(w);
	r = worker_reader(w, e);
	if (r != NULL && reader_branch(r, str_of(j->account->name), &found,
	    e) == 1) {
		j->store.branch = found.id;
		job_go(j);
	} else {
		if (e->code == ERR_OK)
			*e = f->store.err;
		job_refuse(j);
	}
	branch_change_clear(f->change);
	arena_free(&f->arena);
	free(f);
}

static void
done(struct store_job *sj)
{
	struct fork *f = (struct fork *)sj;

	f->mail.fn = arrived;
	mailbox_post(f->next->from.worker->box, &f->mail);
}

/* A create action for set-branch, as the user would send it. */
static struct branch_change *
own_change(struct arena *a, const struct account *account, struct err *e)
{
	struct buf text = BUF_INIT(65536);
	struct branch_change *change;

	buf_lit(&text, "[{\"method\":\"create\",\"data\":{\"_name\":");
	json_put_cstr(&text, account->name);
	buf_lit(&text, "}}]");
	change = branch_change_parse(a, arena_strn(a, text.p, text.n),
	    text.n, e);
	buf_free(&text);
	return change;
}

int
branch_own_submit(struct call *c, struct job *j, struct err *e)
{
	struct fork *f = mem_zero(sizeof *f);

	f->next = j;
	f->change = own_change(&f->arena, j->account, e);
	if (f->change == NULL)
		goto refused;
	f->change->account = j->account;
	f->store.branch = BRANCH_REPOSITORY;
	f->store.author = str_of(j->account->bare);
	f->store.message = STR("a branch of one's own");
	f->store.run = apply;
	f->store.done = done;
	if (store_submit(c->worker->server->store, &f->store, e) == 0) {
		c->alone = true;
		return 1;
	}
	branch_change_clear(f->change);
refused:
	arena_free(&f->arena);
	free(f);
	job_free(j);
	return -1;
}
