#include "login/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "login/login_int.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "store/cred.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

static const char *const binding_types[LOGIN_BINDINGS] = {
	"tls-exporter", "tls-server-end-point",
};

#define JIDS_MAX	16384	/* bytes of a certificate's addresses */

struct login *
login_new(void)
{
	struct login *l = mem_zero(sizeof *l);

	for (int i = 0; i < LOGIN_BINDINGS; i++)
		buf_init(&l->binding_data[i], 256);
	buf_init(&l->jids, JIDS_MAX);
	return l;
}

/* End the exchange under way; the bindings stay. */
static void
reset(struct login *l)
{
	login_mech_clear(l);
	login2_clear(l);
	l->mech = NULL;
	l->known = false;
}

void
login_free(struct login *l)
{
	if (l == NULL)
		return;
	reset(l);
	login_guard_clear(l);
	for (int i = 0; i < LOGIN_BINDINGS; i++)
		buf_wipe(&l->binding_data[i]);
	buf_free(&l->jids);
	free(l);
}

void
login_done(struct session *s)
{
	if (s->login == NULL)
		return;
	reset(s->login);
	if (s->state == SESSION_READY) {
		login_free(s->login);
		s->login = NULL;
	}
}

/* --- what is offered ----------------------------------------------------- */

/* What this connection can be bound to and whose certificate it showed,
 * asked once it is secure. */
static void
find_bindings(struct session *s)
{
	struct login *l = s->login;
	size_t n = 0;

	if (l->bindings[0].type != NULL || !s->ops->secure(s->carrier))
		return;
	for (int i = 0; i < LOGIN_BINDINGS; i++)
		if (s->ops->binding(s->carrier, binding_types[i], NULL) == 0)
			l->bindings[n++].type = binding_types[i];
	if (s->ops->client_jids != NULL && l->jids.n == 0)
		s->ops->client_jids(s->carrier, &l->jids);
}

/* What few ask for is computed for them. */
static void
fill_bindings(struct session *s)
{
	struct login *l = s->login;

	for (int i = 0; l->bindings[i].type != NULL; i++) {
		struct buf *data = &l->binding_data[i];

		if (data->n == 0)
			s->ops->binding(s->carrier, l->bindings[i].type,
			    data);
		l->bindings[i].data = data->p;
		l->bindings[i].len = data->n;
	}
}

static bool
can_bind(const struct login *l, const char *type)
{
	const struct scram_binding *b = l->bindings;

	while (b->type != NULL && strcmp(b->type, type) != 0)
		b++;
	return b->type != NULL;
}

bool
login_offers(const struct session *s, const struct sasl_mech *m)
{
	switch (m->kind) {
	case SASL_SCRAM:
		return !m->plus || s->login->bindings[0].type != NULL;
	case SASL_PLAIN:
		return s->ops->secure(s->carrier);
	case SASL_EXTERNAL:
		return s->login->jids.n > 0;
	case SASL_ANONYMOUS:
		return s->worker->server->opt->anonymous;
	case SASL_HT:
		return s->worker->server->opt->token_ms > 0 &&
		    s->ops->secure(s->carrier) && (m->binding == NULL ||
		    can_bind(s->login, m->binding));
	default:
		return false;
	}
}

void
login_features(struct session *s, struct buf *out)
{
	const struct scram_binding *b = s->login->bindings;

	find_bindings(s);
	buf_lit(out, "<mechanisms xmlns=\"" NS_SASL "\">");
	for (const struct sasl_mech *m = sasl_mechs; m->name != NULL; m++)
		if (m->kind != SASL_HT && login_offers(s, m))
			buf_printf(out, "<mechanism>%s</mechanism>", m->name);
	buf_lit(out, "</mechanisms>");
	login2_features(s, out);
	if (b->type == NULL)
		return;
	buf_lit(out, "<sasl-channel-binding xmlns=\"" NS_SASL_CB "\">");
	for (; b->type != NULL; b++)
		buf_printf(out, "<channel-binding type=\"%s\"/>", b->type);
	buf_lit(out, "</sasl-channel-binding>");
}

/* --- what is said -------------------------------------------------------- */

static const char *
dialect(const struct session *s)
{
	return s->login->sasl2 ? NS_SASL2 : NS_SASL;
}

void
login_fail(struct session *s, const char *condition)
{
	struct buf *out = session_out(s);

	session_log(s, LOG_LEVEL_INFO, "login refused", "why", condition,
	    NULL);
	buf_printf(out, "<failure xmlns=\"%s\"><%s", dialect(s), condition);
	if (s->login->sasl2)
		xml_attr(out, "xmlns", NS_SASL);
	buf_lit(out, "/></failure>");
	session_sent(s);
	reset(s->login);
	if (++s->login->attempts >= LOGIN_ATTEMPTS)
		session_error(s, "policy-violation",
		    "too many attempts to log in");
}

static void
say(struct session *s, const char *element, const struct buf *data)
{
	struct buf *out = session_out(s);

	buf_printf(out, "<%s xmlns=\"%s\"", element, dialect(s));
	if (data == NULL || data->n == 0) {
		buf_lit(out, "/>");
	} else {
		buf_putc(out, '>');
		base64_put(out, data->p, data->n);
		buf_printf(out, "</%s>", element);
	}
	session_sent(s);
}

void
login_challenge(struct session *s, const struct buf *data)
{
	say(s, "challenge", data);
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

void
login_succeed_as(struct session *s, const struct account *account,
    const struct buf *data)
{
	session_authenticated(s, account);
	if (s->login->sasl2) {
		login2_succeed(s, data);
		return;
	}
	say(s, "success", data);
	login_done(s);
	session_restart(s);
}

void
login_succeed(struct session *s, const char *user, struct str authzid,
    const struct buf *data)
{
	const struct account *account = NULL;
	struct reader *reader;
	struct err e = ERR_INIT;
	int found;

	if (!own_authzid(s, authzid, user)) {
		login_fail(s, "invalid-authzid");
		return;
	}
	reader = worker_reader(s->worker, &e);
	found = reader == NULL ? -1 : account_load(&account, reader,
	    str_of(user), s->worker->server->opt->domain, &e);
	if (found <= 0) {
		login_fail(s, found < 0 ? "temporary-auth-failure" :
		    "not-authorized");
		return;
	}
	login_succeed_as(s, account, data);
}

/* --- the exchange -------------------------------------------------------- */

void
login_wait(struct session *s)
{
	if (!s->login->checking)
		s->ops->pause(s->carrier);
	s->login->checking = true;
}

void
login_go_on(struct session *s)
{
	s->login->checking = false;
	s->ops->resume(s->carrier);
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

/* True: an exchange has begun. */
static bool
begin(struct session *s, const struct stanza *st)
{
	struct login *l = s->login;
	const char *name = stanza_attr(st, "mechanism");
	const struct sasl_mech *m = name == NULL ? NULL : sasl_mech(name);

	find_bindings(s);
	reset(l);
	if (m == NULL || !login_offers(s, m) ||
	    (m->kind == SASL_HT && !l->sasl2)) {
		login_fail(s, "invalid-mechanism");
		return false;
	}
	if (m->plus)
		fill_bindings(s);
	l->mech = m;
	l->first = true;
	l->changes = cred_changes(s->worker->server->store);
	if (l->sasl2)
		login2_begin(s, st);
	login_mech_begin(s);
	return true;
}

void
login_step(struct session *s, const struct buf *message)
{
	login_mech_step(s, message);
	if (s->login != NULL)
		s->login->first = false;
}

/* What an exchange's element holds; had: something, be it of no bytes. */
static void
message(struct session *s, const struct stanza *st, bool had)
{
	struct buf m = BUF_INIT(SCRAM_MESSAGE_MAX);

	if (payload(st, &m) < 0 || buf_full(&m)) {
		login_fail(s, "incorrect-encoding");
	} else if (!had) {
		login_challenge(s, NULL);
	} else if (!login_mech_judges(s->login) || !login_guard_holds(s, &m)) {
		login_step(s, &m);
	}
	buf_wipe(&m);
}

/* <auth/> or <authenticate/>. */
static void
begin_with(struct session *s, const struct stanza *st)
{
	const struct stanza *holds = st;
	bool two = strcmp(st->ns, NS_SASL2) == 0;

	s->login->sasl2 = two;
	if (!begin(s, st))
		return;
	if (two)
		holds = stanza_child(st, "initial-response", NS_SASL2);
	/* Who wants to be nobody often says nothing (RFC 4505 2). */
	message(s, holds, s->login->mech->kind == SASL_ANONYMOUS ||
	    (two ? holds != NULL : stanza_text(st).n > 0));
}

void
login_stanza(struct session *s, const struct stanza *st)
{
	bool two = strcmp(st->ns, NS_SASL2) == 0;

	if (s->login->mech == NULL)
		s->login->sasl2 = two;	/* what is refused is in his words */
	if (strcmp(st->name, two ? "authenticate" : "auth") == 0) {
		begin_with(s, st);
	} else if (strcmp(st->name, "abort") == 0) {
		login_fail(s, "aborted");
	} else if (strcmp(st->name, "response") != 0 ||
	    s->login->mech == NULL || s->login->sasl2 != two) {
		login_fail(s, "malformed-request");
	} else {
		message(s, st, true);
	}
}
