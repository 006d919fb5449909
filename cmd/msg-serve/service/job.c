#include "service/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/serve.h"
#include "net/session.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"

struct job *
job_new(struct call *c)
{
	struct job *j = mem_zero(sizeof *j);

	arena_init(&j->arena);
	j->request = request_copy(&j->arena, c->request);
	j->account = account_ref(c->account);
	j->from = session_place(c->session);
	j->store.author = str_of(c->account->bare);
	j->store.message = j->request->message;
	j->store.base = j->request->base;
	j->store.rights = c->account->rights;
	j->store.has_txid = j->request->has_txid;
	memcpy(j->store.txid, j->request->txid, sizeof j->store.txid);
	return j;
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	if (j->clear != NULL)
		j->clear(j);
	account_unref(j->account);
	arena_free(&j->arena);
	free(j);
}

/* In the worker: whoever asked is told, if he is still there. */
static void
arrived(struct mail *m)
{
	struct job *j = (struct job *)((char *)m - offsetof(struct job, mail));
	struct session *s = worker_session(j->from.worker, j->from.session);

	worker_refresh(j->from.worker);
	if (s != NULL)
		serve_done(s, j);
	job_free(j);
}

/* In the writer. */
static void
done(struct store_job *sj)
{
	struct job *j = (struct job *)sj;

	j->mail.fn = arrived;
	mailbox_post(j->from.worker->box, &j->mail);
}

int
job_submit(struct call *c, struct job *j, struct err *e)
{
	j->store.done = done;
	if (store_submit(c->worker->server->store, &j->store, e) < 0) {
		job_free(j);
		return -1;
	}
	return 1;
}

void
job_refuse(struct job *j)
{
	j->store.rc = -1;
	done(&j->store);
}

void
job_go(struct job *j)
{
	struct store *store = j->from.worker->server->store;

	j->store.done = done;
	if (store_submit(store, &j->store, &j->store.err) < 0)
		job_refuse(j);
}
