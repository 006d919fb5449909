#include "service/user.h"

#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/mem.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/body.h"
#include "service/command.h"
#include "service/job.h"
#include "service/record.h"
#include "service/user_change.h"
#include "xmpp/jid.h"

/* The roles, a list of strings. */
static int
find_rights(struct user *out, const struct kind *k, struct plan_run *run,
    struct err *e)
{
	int i = kind_field(k, STR("roles"));
	struct buf text = BUF_INIT(STORE_BODY_MAX);
	struct buf scratch = BUF_INIT(STORE_BODY_MAX);
	struct arena a = ARENA_INIT;
	struct json *list = NULL, *j;
	struct str *roles, field;
	size_t n = 0;
	int rc = -1;

	if (body_slice(k, run, out->item.body, i, &scratch, &field,
	    e) == 0 && plan_decode_field(k->current->plan, run, (size_t)i,
	    field.p, field.n, &text, e) == 0)
		list = json_parse(&a, text.p, text.n, NULL, e);
	if (list != NULL) {
		roles = arena_alloc(&a, list->count * sizeof *roles + 1);
		for (j = list->first; j != NULL; j = j->next)
			roles[n++] = j->text;
		rc = rights_new(&out->rights, roles, n, out->admin, e);
	}
	buf_free(&scratch);
	buf_free(&text);
	arena_free(&a);
	return rc;
}

int
user_find(struct user *out, struct reader *r, struct str name, struct err *e)
{
	const struct kind *k = kinds_by_name(reader_kinds(r), STR("User"));
	struct buf scratch = BUF_INIT(STORE_BODY_MAX);
	struct plan_run *run;
	struct str admin;
	struct view v;
	uint64_t id;
	int rc;

	if (view_open(&v, r, BRANCH_REPOSITORY, 0, e) < 0)
		return -1;
	rc = view_child(&v, ITEM_USERS, name, &id, e);
	if (rc > 0)
		rc = view_item(&v, id, &out->item, e);
	if (rc <= 0)
		return rc;
	run = plan_run_new(NULL);
	if (body_slice(k, run, out->item.body, kind_field(k, STR("admin")),
	    &scratch, &admin, e) < 0)
		rc = -1;
	else
		out->admin = admin.p[0];
	if (rc > 0 && find_rights(out, k, run, e) < 0)
		rc = -1;
	plan_run_free(run);
	buf_free(&scratch);
	return rc;
}

/* --- get-user ------------------------------------------------------------ */

/* May the caller see this user at all? */
static bool
sees(const struct call *c, uint64_t id)
{
	return c->account->admin || c->account->item == id;
}

static int
render(struct call *c, struct view *v, uint64_t id, struct err *e)
{
	const struct kind *k = kinds_by_name(reader_kinds(v->reader),
	    STR("User"));
	struct buf *out = c->payload;
	struct item it;

	if (!sees(c, id))
		return 0;
	if (view_item(v, id, &it, e) < 1)
		return -1;
	buf_lit(out, "{\"_key\":\"");
	base64url_put(out, it.key.p, it.key.n);
	buf_lit(out, "\",\"_kind\":\"User\"");
	if (body_members(k, c->worker->run, it.body, out, e) < 0)
		return -1;
	buf_putc(out, '}');
	return 1;
}

int
command_get_user(struct call *c, struct err *e)
{
	struct str arg = c->request->argument;
	struct buf name = BUF_INIT(STORE_NAME_MAX);
	struct reader *r = worker_reader(c->worker, e);
	struct err ignored = ERR_INIT;
	struct view v;
	uint64_t id;
	int rc;

	if (r == NULL || call_check_rev(c, r, c->request->rev, e) < 0 ||
	    view_open(&v, r, BRANCH_REPOSITORY, c->request->rev, e) < 0)
		return -1;
	if (arg.n == 0)
		return record_children(c, &v, ITEM_USERS, render, e);
	rc = jid_local(&name, arg.p, arg.n, &ignored) < 0 ? 0 :
	    view_child(&v, ITEM_USERS, (struct str){ name.p, name.n }, &id,
	    e);
	buf_free(&name);
	if (rc < 0)
		return -1;
	if (rc == 0 || !sees(c, id))
		return err_set(e, ERR_NOT_FOUND, "no user '%.*s'",
		    (int)arg.n, arg.p);
	return render(c, &v, id, e) < 0 ? -1 : 0;
}

/* --- set-user ------------------------------------------------------------ */

static int
apply(struct store_job *sj, struct txn *t, struct err *e)
{
	struct job *j = (struct job *)sj;

	return user_change_apply(j->data, j->from.worker->server->store, t,
	    &j->arena, e);
}

static int
finish(struct call *c, struct job *j, struct err *e)
{
	struct user_change *change = j->data;
	struct reader *r = worker_reader(c->worker, e);
	struct view v;

	if (r == NULL || view_open(&v, r, BRANCH_REPOSITORY, j->store.rev,
	    e) < 0 || (j->store.replayed && record_recall(r, j->store.rev,
	    change->affected, &change->affected_count, e) < 0))
		return -1;
	return record_list(c, &v, change->affected, change->affected_count,
	    render, e);
}

static void
durable(struct job *j)
{
	struct worker *w = j->from.worker;
	struct err e = ERR_INIT;
	struct reader *r = worker_reader(w, &e);
	struct view v;

	if (r == NULL || view_open(&v, r, BRANCH_REPOSITORY, 0, &e) < 0 ||
	    user_change_forget(j->data, w->server->store, &v, &e) < 0)
		log_event(&w->server->log, LOG_LEVEL_WARN,
		    "an old password was not forgotten", "why", e.text, NULL);
}

static void
clear(struct job *j)
{
	user_change_wipe(j->data);
}

static void
hash(void *arg)
{
	struct job *j = arg;

	j->store.rc = user_change_hash(j->data, &j->store.err);
}

/* In the worker: the passwords are hashed, now the rows. */
static void
hashed(void *arg, bool ran)
{
	struct job *j = arg;

	if (!ran)
		j->store.rc = err_set(&j->store.err, ERR_UNAVAILABLE,
		    "the server is closing");
	if (j->store.rc < 0)
		job_refuse(j);
	else
		job_go(j);
}

int
command_set_user(struct call *c, struct err *e)
{
	struct server *server = c->worker->server;
	struct job *j = job_new(c);
	struct str arg = j->request->argument;
	struct user_change *change = user_change_parse(&j->arena, arg.p,
	    arg.n, e);

	if (change == NULL) {
		job_free(j);
		return -1;
	}
	change->domain = server->opt->domain;
	change->iterations = (uint32_t)server->opt->iterations;
	change->admin = c->account->admin;
	change->self = c->account->item;
	j->data = change;
	j->clear = clear;
	j->finish = finish;
	j->durable = durable;
	j->store.run = apply;
	j->store.branch = BRANCH_REPOSITORY;
	j->store.rights = NULL;		/* these are the tree's */
	c->alone = true;
	if (pool_submit(server->pool, hash, hashed, c->worker->box, j,
	    e) < 0) {
		job_free(j);
		return -1;
	}
	return 1;
}

/* --- the first one ------------------------------------------------------- */

struct first_admin {
	struct store_job job;
	struct store *store;
	struct user_change *change;
	struct arena arena;
};

static int
apply_first(struct store_job *sj, struct txn *t, struct err *e)
{
	struct first_admin *f = (struct first_admin *)sj;

	return user_change_apply(f->change, f->store, t, &f->arena, e);
}

/* Appends what names the user of an imported store; nothing: he is new. */
static int
find_admin(struct store *s, const char *name, struct buf *key, struct err *e)
{
	struct reader *r = reader_new(s);
	struct user u;
	int rc = reader_begin(r, e);

	if (rc == 0)
		rc = user_find(&u, r, str_of(name), e);
	if (rc == 1) {
		base64url_put(key, u.item.key.p, u.item.key.n);
		rights_unref(u.rights);
	}
	reader_free(r);
	return rc;
}

int
user_create_admin(struct store *s, const char *name, const char *domain,
    const struct secret *password, uint32_t iterations, struct err *e)
{
	struct first_admin f = { .store = s, .job = { .run = apply_first,
		.branch = BRANCH_REPOSITORY,
		.message = STR("create the administrator") } };
	struct buf text = BUF_INIT(8192), key = BUF_INIT(1024);
	int rc = find_admin(s, name, &key, e);

	if (rc < 0)
		return -1;
	buf_printf(&text, "[{\"method\":\"%s\",\"data\":{\"admin\":true,"
	    "\"%s\":", rc == 1 ? "save" : "create",
	    rc == 1 ? "_key" : "name");
	json_put_cstr(&text, rc == 1 ? buf_cstr(&key) : name);
	buf_lit(&text, ",\"password\":");
	json_put_string(&text, password->p, password->n);
	buf_lit(&text, "}}]");
	buf_free(&key);
	rc = -1;
	f.job.author = str_of(arena_printf(&f.arena, "%s@%s", name, domain));
	f.change = user_change_parse(&f.arena, text.p, text.n, e);
	if (f.change != NULL) {
		f.change->domain = domain;
		f.change->iterations = iterations;
		f.change->admin = true;
		rc = user_change_hash(f.change, e);
		if (rc == 0)
			rc = store_run(s, &f.job, e);
		user_change_wipe(f.change);
	}
	buf_wipe(&text);
	arena_free(&f.arena);
	return rc;
}
