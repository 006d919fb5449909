#include "net/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "store/cred.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

static const char *const binding_types[LOGIN_BINDINGS] = {
	"tls-exporter", "tls-server-end-point",
};

void
login_init(struct login *l)
{
	memset(l, 0, sizeof *l);
	for (int i = 0; i < LOGIN_BINDINGS; i++)
		buf_init(&l->binding_data[i], 256);
}

/* End the exchange under way; the bindings stay. */
static void
reset(struct login *l)
{
	if (l->mech != NULL && l->mech->kind == SASL_SCRAM)
		scram_server_clear(&l->scram);
	l->mech = NULL;
	l->known = false;
}

void
login_clear(struct login *l)
{
	reset(l);
	for (int i = 0; i < LOGIN_BINDINGS; i++)
		buf_wipe(&l->binding_data[i]);
}

/* What this connection can be bound to, asked once it is secure. */
static void
find_bindings(struct session *s)
{
	struct login *l = &s->login;
	size_t n = 0;

	if (l->bindings[0].type != NULL || !s->ops->secure(s->carrier))
		return;
	for (int i = 0; i < LOGIN_BINDINGS; i++) {
		struct buf *data = &l->binding_data[i];

		if (s->ops->binding(s->carrier, binding_types[i], data) < 0)
			continue;
		l->bindings[n++] = (struct scram_binding){
			binding_types[i], data->p, data->n };
	}
}

static bool
offered(const struct session *s, const struct sasl_mech *m)
{
	switch (m->kind) {
	case SASL_SCRAM:
		return !m->plus || s->login.bindings[0].type != NULL;
	case SASL_PLAIN:
		return s->ops->secure(s->carrier);
	default:
		return false;
	}
}

void
login_features(struct session *s, struct buf *out)
{
	const struct scram_binding *b = s->login.bindings;

	find_bindings(s);
	buf_lit(out, "<mechanisms xmlns=\"" NS_SASL "\">");
	for (const struct sasl_mech *m = sasl_mechs; m->name != NULL; m++)
		if (offered(s, m))
			buf_printf(out, "<mechanism>%s</mechanism>", m->name);
	buf_lit(out, "</mechanisms>");
	if (b->type == NULL)
		return;
	buf_lit(out, "<sasl-channel-binding xmlns=\"" NS_SASL_CB "\">");
	for (; b->type != NULL; b++)
		buf_printf(out, "<channel-binding type=\"%s\"/>", b->type);
	buf_lit(out, "</sasl-channel-binding>");
}

static void
fail(struct session *s, const char *condition)
{
	session_log(s, LOG_LEVEL_INFO, "login refused", "why", condition,
	    NULL);
	reset(&s->login);
	buf_printf(session_out(s), "<failure xmlns=\"" NS_SASL "\"><%s/>"
	    "</failure>", condition);
	session_sent(s);
	if (++s->attempts >= LOGIN_ATTEMPTS)
		session_error(s, "policy-violation",
		    "too many attempts to log in");
}

static void
say(struct session *s, const char *element, const struct buf *data)
{
	struct buf *out = session_out(s);

	buf_printf(out, "<%s xmlns=\"" NS_SASL "\"", element);
	if (data == NULL || data->n == 0) {
		buf_lit(out, "/>");
	} else {
		buf_putc(out, '>');
		base64_put(out, data->p, data->n);
		buf_printf(out, "</%s>", element);
	}
	session_sent(s);
}

/* The condition for what the SCRAM layer or the parser said. */
static const char *
condition_of(const struct err *e)
{
	return e->code == ERR_SYNTAX ? "malformed-request" :
	    e->code == ERR_AUTH ? "not-authorized" :
	    "temporary-auth-failure";
}

/* An authorization identity must be one's own: the user or his bare JID. */
static bool
own_authzid(const struct session *s, struct str authzid, const char *user)
{
	const char *domain = s->worker->server->opt->domain;
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct jid jid;
	bool own;

	if (authzid.n == 0)
		return true;
	own = jid_parse(&jid, &a, authzid.p, authzid.n, &e) == 0 &&
	    (str_is(jid.local, user) ? str_is(jid.domain, domain) :
	    jid.local.n == 0 && str_is(jid.domain, user));
	arena_free(&a);
	return own;
}

/* The prepared name; false when no user can be called so. */
static bool
prepare(struct buf *out, struct str user)
{
	struct err e = ERR_INIT;

	buf_reset(out);
	return user.n > 0 && jid_local(out, user.p, user.n, &e) == 0;
}

static void
succeed(struct session *s, const char *user, struct str authzid,
    const struct buf *data)
{
	struct server *server = s->worker->server;
	const struct account *account = NULL;
	struct reader *reader;
	struct err e = ERR_INIT;
	int found;

	if (!own_authzid(s, authzid, user)) {
		fail(s, "invalid-authzid");
		return;
	}
	reader = worker_reader(s->worker, &e);
	found = reader == NULL ? -1 : account_load(&account, reader,
	    str_of(user), server->opt->domain, &e);
	if (found <= 0) {
		fail(s, found < 0 ? "temporary-auth-failure" :
		    "not-authorized");
		return;
	}
	say(s, "success", data);
	reset(&s->login);
	session_authenticated(s, account);
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
	s->login.known = found == 1;
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
	struct login *l = &s->login;
	struct buf user = BUF_INIT(JID_PART_MAX);
	struct buf out = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct scram_verifier v;
	struct err e = ERR_INIT;
	struct str name;

	if (scram_server_first(&l->scram, message->p, message->n, &e) < 0) {
		fail(s, condition_of(&e));
		return;
	}
	name = (struct str){ l->scram.user.p, l->scram.user.n };
	if (prepare(&user, name))
		name = (struct str){ user.p, user.n };
	if (find_verifier(s, name, l->mech->hash, &v, &e) < 0 ||
	    scram_server_challenge(&l->scram, &v, &out, &e) < 0)
		fail(s, condition_of(&e));
	else
		say(s, "challenge", &out);
	explicit_bzero(&v, sizeof v);
	buf_free(&out);
	buf_free(&user);
}

static void
scram_final(struct session *s, const struct buf *message)
{
	struct login *l = &s->login;
	struct buf user = BUF_INIT(JID_PART_MAX);
	struct buf out = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct err e = ERR_INIT;
	struct str authzid;

	if (scram_server_final(&l->scram, message->p, message->n, &out,
	    &e) < 0 || !l->known ||
	    !prepare(&user, (struct str){ l->scram.user.p, l->scram.user.n })) {
		fail(s, e.code == ERR_OK ? "not-authorized" :
		    condition_of(&e));
	} else {
		authzid = (struct str){ l->scram.authzid.p,
			l->scram.authzid.n };
		succeed(s, buf_cstr(&user), authzid, &out);
	}
	buf_free(&out);
	buf_free(&user);
}

/* --- PLAIN: the hash takes milliseconds, so a pool thread does it -------- */

struct check {
	struct place from;
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

	if (s != NULL && s->state == SESSION_LOGIN) {
		s->login.checking = false;
		s->ops->resume(s->carrier);
		if (!ran)
			fail(s, "temporary-auth-failure");
		else if (!c->right || !s->login.known)
			fail(s, "not-authorized");
		else
			succeed(s, c->user, str_of(c->authzid), NULL);
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
	struct sasl_plain p;
	struct check *c;
	struct err e = ERR_INIT;

	if (sasl_plain_parse(&p, message->p, message->n, &e) < 0) {
		fail(s, "malformed-request");
		return;
	}
	if (!prepare(&user, p.authcid))
		buf_put(&user, p.authcid.p, p.authcid.n);
	c = mem_zero(sizeof *c);
	c->from = session_place(s);
	c->user = mem_str(buf_cstr(&user));
	c->authzid = mem_strn(p.authzid.p, p.authzid.n);
	if (secret_set(&c->password, p.password.p, p.password.n, &e) == 0 &&
	    find_verifier(s, str_of(c->user), SCRAM_SHA256, &c->verifier,
	    &e) == 0 &&
	    pool_submit(w->server->pool, check_password, checked, w->box, c,
	    &e) == 0) {
		s->login.checking = true;
		s->ops->pause(s->carrier);
	} else {
		checked(c, false);
	}
	buf_free(&user);
}

/* --- the exchange -------------------------------------------------------- */

static void
step(struct session *s, const struct buf *message, bool first)
{
	if (s->login.mech->kind == SASL_PLAIN)
		plain(s, message);
	else if (first)
		scram_first(s, message);
	else
		scram_final(s, message);
}

/* The bytes in base64; "=" says none (RFC 6120 6.4.2). */
static int
payload(const struct stanza *st, struct buf *out)
{
	struct str text = stanza_text(st);
	struct err e = ERR_INIT;

	if (text.n == 0 || str_is(text, "="))
		return 0;
	return base64_get_ws(out, text.p, text.n, &e);
}

static void
begin(struct session *s, const struct stanza *st)
{
	struct login *l = &s->login;
	const char *name = stanza_attr(st, "mechanism");
	const struct sasl_mech *m = name == NULL ? NULL : sasl_mech(name);

	find_bindings(s);
	reset(l);
	if (m == NULL || !offered(s, m)) {
		fail(s, "invalid-mechanism");
		return;
	}
	l->mech = m;
	if (m->kind == SASL_SCRAM)
		scram_server_init(&l->scram, m, l->bindings[0].type == NULL ?
		    NULL : l->bindings, l->bindings[0].type != NULL);
}

void
login_stanza(struct session *s, const struct stanza *st)
{
	struct login *l = &s->login;
	struct buf message = BUF_INIT(SCRAM_MESSAGE_MAX);
	bool first = strcmp(st->name, "auth") == 0;
	bool fresh = l->mech != NULL && l->mech->kind == SASL_SCRAM &&
	    l->scram.step == 0;

	if (strcmp(st->name, "abort") == 0) {
		fail(s, "aborted");
		return;
	}
	if (!first && (strcmp(st->name, "response") != 0 || l->mech == NULL)) {
		fail(s, "malformed-request");
		return;
	}
	if (first) {
		begin(s, st);
		if (l->mech == NULL)
			return;
	}
	if (payload(st, &message) < 0)
		fail(s, "incorrect-encoding");
	else if (first && stanza_text(st).n == 0)
		say(s, "challenge", NULL);
	else
		step(s, &message, first || fresh);
	buf_wipe(&message);
}
