#include "service/job.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/serve.h"
#include "net/session.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/branch_owner.h"
#include "store/cred.h"
#include "store/txn.h"
#include "store/view.h"

static bool
add(EVP_MD_CTX *md, const void *p, size_t n)
{
	return EVP_DigestUpdate(md, p, n) && EVP_DigestUpdate(md, "", 1);
}

/* What a retry must have in common with the first try.  It is kept, and with
 * it nothing to guess a password from. */
static void
digest(struct job *j, struct store *s)
{
	const struct request *q = j->request;
	const char *word = q->command->word;
	bool passwords = msg_command_id(q->command) == MSG_set_user;
	uint8_t secret[CRED_SECRET];
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	cred_secret(s, secret);
	if (md == NULL || !EVP_DigestInit_ex(md, EVP_sha256(), NULL) ||
	    !add(md, secret, passwords ? sizeof secret : 0) ||
	    !add(md, word, strlen(word)) ||
	    !add(md, q->branch.p, q->branch.n) ||
	    !add(md, q->argument.p, q->argument.n) ||
	    !EVP_DigestFinal_ex(md, j->store.digest, NULL))
		abort();		/* out of memory */
	EVP_MD_CTX_free(md);
	OPENSSL_cleanse(secret, sizeof secret);
}

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
	if (j->store.has_txid)
		digest(j, c->worker->server->store);
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
	account_unref(j->now);
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
	if (j->store.rc == 0 && j->durable != NULL)
		j->durable(j);
	if (s != NULL)
		serve_done(s, j);
	job_free(j);
}

/* What he may do is in the store, and may have changed on the way here. */
static int
take_rights(struct job *j, struct txn *t, struct err *e)
{
	const struct account *a = j->account;
	struct reader *r = txn_view(t)->reader;
	struct item it;
	struct view v;
	int rc;

	if (a->item == 0)
		return 0;		/* nobody's in the store */
	if (view_open(&v, r, BRANCH_REPOSITORY, 0, e) < 0)
		return -1;
	rc = view_node(&v, a->item, &it, e);
	if (rc > 0 && it.rev == a->rev)
		return 0;
	if (rc > 0)
		rc = account_load(&j->now, r, str_of(a->name),
		    strchr(a->bare, '@') + 1, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || j->now->item != a->item ||
	    (a->admin && !j->now->admin))
		return err_set(e, ERR_FORBIDDEN, "the rights of '%s' are "
		    "others by now", a->name);
	if (j->store.rights == NULL)
		return 0;		/* they are the tree's */
	j->store.rights = j->now->rights;
	return txn_allow(t, txn_view(t), e);
}

static int
run(struct store_job *sj, struct txn *t, struct err *e)
{
	struct job *j = (struct job *)sj;

	if (take_rights(j, t, e) < 0 ||
	    branch_check_change(job_account(j), txn_view(t)->reader,
	    sj->branch, e) < 0)
		return -1;
	return j->run(sj, t, e);
}

/* In the writer. */
static void
done(struct store_job *sj)
{
	struct job *j = (struct job *)sj;

	j->mail.fn = arrived;
	mailbox_post(j->from.worker->box, &j->mail);
}

static void
prepare(struct job *j)
{
	j->run = j->store.run;
	j->store.run = run;
	j->store.done = done;
}

int
job_submit(struct call *c, struct job *j, struct err *e)
{
	prepare(j);
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

	prepare(j);
	if (store_submit(store, &j->store, &j->store.err) < 0)
		job_refuse(j);
}
