#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "login/login_int.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "store/cred.h"
#include "xmpp/jid.h"

/* The condition for what the SCRAM layer or the parser said. */
static const char *
condition_of(const struct err *e)
{
	return e->code == ERR_SYNTAX ? "malformed-request" :
	    e->code == ERR_AUTH ? "not-authorized" :
	    "temporary-auth-failure";
}

/* The prepared name; false when no user can be called so. */
static bool
prepare(struct buf *out, struct str user)
{
	struct err e = ERR_INIT;

	buf_reset(out);
	return user.n > 0 && jid_local(out, user.p, user.n, &e) == 0;
}

/* --- SCRAM --------------------------------------------------------------- */

static void
to_verifier(struct scram_verifier *v, enum scram_hash h,
    const struct cred_key *k)
{
	*v = (struct scram_verifier){ .hash = h,
		.iterations = k->iterations, .salt_len = k->salt_n };
	memcpy(v->salt, k->salt, sizeof v->salt);
	memcpy(v->stored_key, k->stored, sizeof v->stored_key);
	memcpy(v->server_key, k->server, sizeof v->server_key);
}

/* The user's verifier, or for one who is not there one that looks alike. */
static int
find_verifier(struct session *s, struct str user, enum scram_hash h,
    struct scram_verifier *v, struct err *e)
{
	struct server *server = s->worker->server;
	uint8_t secret[CRED_SECRET];
	struct cred c;
	int found = cred_get(server->store, user, &c, e);

	if (found < 0)
		return -1;
	s->login->known = found == 1;
	if (found == 1) {
		to_verifier(v, h, h == SCRAM_SHA1 ? &c.sha1 : &c.sha256);
		return 0;
	}
	cred_secret(server->store, secret);
	scram_verifier_fake(v, h, (uint32_t)server->opt->iterations, secret,
	    sizeof secret, user);
	return 0;
}

static void
scram_first(struct session *s, const struct buf *message)
{
	struct login *l = s->login;
	struct buf user = BUF_INIT(JID_PART_MAX);
	struct buf out = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct scram_verifier v;
	struct err e = ERR_INIT;
	struct str name;

	if (scram_server_first(&l->scram, message->p, message->n, &e) < 0) {
		login_fail(s, condition_of(&e));
		return;
	}
	name = (struct str){ l->scram.user.p, l->scram.user.n };
	if (prepare(&user, name))
		name = (struct str){ user.p, user.n };
	if (find_verifier(s, name, l->mech->hash, &v, &e) < 0 ||
	    scram_server_challenge(&l->scram, &v, &out, &e) < 0)
		login_fail(s, condition_of(&e));
	else
		login_challenge(s, &out);
	explicit_bzero(&v, sizeof v);
	buf_free(&out);
	buf_free(&user);
}

static void
scram_final(struct session *s, const struct buf *message)
{
	struct login *l = s->login;
	struct buf user = BUF_INIT(JID_PART_MAX);
	struct buf out = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct str authzid, name = { l->scram.user.p, l->scram.user.n };
	struct err e = ERR_INIT;
	struct judging judging;
	bool right;

	right = scram_server_final(&l->scram, message->p, message->n, &out,
	    &e) == 0;
	right = prepare(&user, name) && l->known && right;
	login_guard_take(s, &judging);
	login_guard_judged(s->worker, &judging, (struct str){ user.p, user.n },
	    right ? JUDGED_RIGHT : e.code == ERR_OK || e.code == ERR_AUTH ?
	    JUDGED_WRONG : JUDGED_NOT);
	if (!right) {
		login_fail(s, e.code == ERR_OK ? "not-authorized" :
		    condition_of(&e));
	} else {
		authzid = (struct str){ l->scram.authzid.p,
			l->scram.authzid.n };
		login_succeed(s, buf_cstr(&user), authzid, &out);
	}
	buf_free(&out);
	buf_free(&user);
}

/* --- PLAIN: the hash takes milliseconds, so a pool thread does it -------- */

struct check {
	struct place from;
	struct judging judging;
	struct scram_verifier verifier;
	struct secret password;
	char *user, *authzid;
	bool right;
};

static void
check_password(void *arg)
{
	struct check *c = arg;
	struct err e = ERR_INIT;

	c->right = scram_verifier_check(&c->verifier, c->password.p,
	    c->password.n, &e) == 0;
}

static void
checked(void *arg, bool ran)
{
	struct check *c = arg;
	struct session *s = worker_session(c->from.worker, c->from.session);

	login_guard_judged(c->from.worker, &c->judging, str_of(c->user),
	    !ran ? JUDGED_NOT : c->right ? JUDGED_RIGHT : JUDGED_WRONG);
	if (s != NULL && s->state == SESSION_LOGIN) {
		login_go_on(s);
		if (!ran)
			login_fail(s, "temporary-auth-failure");
		else if (!c->right || !s->login->known)
			login_fail(s, "not-authorized");
		else
			login_succeed(s, c->user, str_of(c->authzid), NULL);
	}
	secret_clear(&c->password);
	explicit_bzero(&c->verifier, sizeof c->verifier);
	free(c->user);
	free(c->authzid);
	free(c);
}

static void
plain(struct session *s, const struct buf *message)
{
	struct worker *w = s->worker;
	struct buf user = BUF_INIT(JID_PART_MAX);
	struct judging judging;
	struct sasl_plain p;
	struct check *c;
	struct err e = ERR_INIT;

	login_guard_take(s, &judging);
	if (sasl_plain_parse(&p, message->p, message->n, &e) < 0) {
		login_guard_judged(w, &judging, STR_NONE, JUDGED_NOT);
		login_fail(s, "malformed-request");
		return;
	}
	if (!prepare(&user, p.authcid))
		buf_put(&user, p.authcid.p, p.authcid.n);
	c = mem_zero(sizeof *c);
	c->from = session_place(s);
	c->judging = judging;
	c->user = mem_str(buf_cstr(&user));
	c->authzid = mem_strn(p.authzid.p, p.authzid.n);
	if (secret_set(&c->password, p.password.p, p.password.n, &e) == 0 &&
	    find_verifier(s, str_of(c->user), SCRAM_SHA256, &c->verifier,
	    &e) == 0 &&
	    pool_submit(w->server->pool, check_password, checked, w->box, c,
	    &e) == 0)
		login_wait(s);
	else
		checked(c, false);
	buf_free(&user);
}

/* --- EXTERNAL (XEP-0178): who the certificate says ---------------------- */

/* The local part of an address at our domain; false: it is elsewhere. */
static bool
user_of(const struct session *s, const char *p, size_t n, struct buf *out)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct jid jid;
	bool ours;

	ours = jid_parse(&jid, &a, p, n, &e) == 0 && jid.local.n > 0 &&
	    str_is(jid.domain, s->worker->server->opt->domain);
	buf_reset(out);
	if (ours)
		buf_put(out, jid.local.p, jid.local.n);
	arena_free(&a);
	return ours;
}

/* Of several addresses he says which is meant. */
static void
external(struct session *s, const struct buf *message)
{
	const struct buf *jids = &s->login->jids;
	struct buf want = BUF_INIT(JID_PART_MAX), has = BUF_INIT(JID_PART_MAX);
	struct buf user = BUF_INIT(JID_PART_MAX);
	size_t n, matches = 0;

	if (message->n > 0 &&
	    !user_of(s, message->p, message->n, &want)) {
		login_fail(s, "invalid-authzid");
		goto out;
	}
	for (size_t at = 0; at < jids->n; at += n + 1) {
		n = strlen(jids->p + at);
		if (!user_of(s, jids->p + at, n, &has) || (want.n > 0 &&
		    strcmp(buf_cstr(&has), buf_cstr(&want)) != 0))
			continue;
		buf_reset(&user);
		buf_put(&user, has.p, has.n);
		matches++;
	}
	if (matches == 1)
		login_succeed(s, buf_cstr(&user), STR_NONE, NULL);
	else
		login_fail(s, want.n > 0 ? "invalid-authzid" :
		    "not-authorized");
out:
	buf_free(&want);
	buf_free(&has);
	buf_free(&user);
}

/* --- ANONYMOUS (RFC 4505): the message is only who he wants to be -------- */

static void
anonymous(struct session *s)
{
	const struct account *account;
	struct err e = ERR_INIT;

	if (account_anonymous(&account, s->worker->server->opt->domain,
	    &e) < 0)
		login_fail(s, "temporary-auth-failure");
	else
		login_succeed_as(s, account, NULL);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What login_features told, for who wants to know whether he got it. */
static void
put_offer(const struct session *s, struct buf *out)
{
	const char *names[SASL_MECHS];
	const struct scram_binding *b = s->login->bindings;
	size_t n = 0;

	for (const struct sasl_mech *m = sasl_mechs; m->name != NULL; m++)
		if (m->kind != SASL_HT && login_offers(s, m))
			names[n++] = m->name;
	qsort(names, n, sizeof names[0], by_name);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? "\x1e" : "", names[i]);
	for (n = 0; b->type != NULL; b++)
		names[n++] = b->type;
	qsort(names, n, sizeof names[0], by_name);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i > 0 ? "\x1e" : "\x1f", names[i]);
}

/* --- any of them --------------------------------------------------------- */

void
login_mech_begin(struct session *s)
{
	struct login *l = s->login;
	bool can_bind = l->bindings[0].type != NULL;

	struct buf offer = BUF_INIT(SCRAM_MESSAGE_MAX);

	if (l->mech->kind != SASL_SCRAM)
		return;
	scram_server_init(&l->scram, l->mech, can_bind ? l->bindings : NULL,
	    can_bind);
	put_offer(s, &offer);
	scram_server_offer(&l->scram, offer.p, offer.n);
	buf_free(&offer);
}

bool
login_mech_judges(const struct login *l)
{
	return l->mech->kind == SASL_PLAIN || l->mech->kind == SASL_HT ||
	    (l->mech->kind == SASL_SCRAM && !l->first);
}

void
login_mech_step(struct session *s, const struct buf *message)
{
	struct login *l = s->login;

	if (l->mech->kind == SASL_PLAIN)
		plain(s, message);
	else if (l->mech->kind == SASL_EXTERNAL)
		external(s, message);
	else if (l->mech->kind == SASL_ANONYMOUS)
		anonymous(s);
	else if (l->mech->kind == SASL_HT)
		login_fast_step(s, message);
	else if (l->first)
		scram_first(s, message);
	else
		scram_final(s, message);
}

void
login_mech_clear(struct login *l)
{
	if (l->mech != NULL && l->mech->kind == SASL_SCRAM)
		scram_server_clear(&l->scram);
}
