#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "login/login_int.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "store/cred_token.h"
#include "xmpp/ht.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/scram_key.h"
#include "xmpp/xml.h"

#define RENEW	4		/* of a token's life is over: another */

/* The client's mark; false: it says no id, and has no token. */
static bool
agent_of(const struct login2 *two, uint8_t out[CRED_AGENT])
{
	struct str id = stanza_attr_str(stanza_child(two->asks, "user-agent",
	    NS_SASL2), "id");
	uint8_t hash[SCRAM_KEY_MAX];

	if (id.n == 0)
		return false;
	scram_hash(SCRAM_SHA256, id.p, id.n, hash);
	memcpy(out, hash, CRED_AGENT);
	return true;
}

/* What is kept of which mechanism a token is for. */
static uint8_t
number_of(const struct sasl_mech *m)
{
	return m->binding == NULL ? 1 :
	    strcmp(m->binding, "tls-server-end-point") == 0 ? 2 : 3;
}

static const struct scram_binding *
binding_of(const struct login *l)
{
	const struct scram_binding *b = l->bindings;

	if (l->mech->binding == NULL)
		return NULL;
	while (strcmp(b->type, l->mech->binding) != 0)
		b++;			/* it was offered: it is there */
	return b;
}

void
login_fast_features(struct session *s, struct buf *out)
{
	if (s->worker->server->opt->token_ms == 0)
		return;
	buf_lit(out, "<fast xmlns=\"" NS_FAST "\">");
	for (const struct sasl_mech *m = sasl_mechs; m->name != NULL; m++)
		if (m->kind == SASL_HT && login_offers(s, m))
			buf_printf(out, "<mechanism>%s</mechanism>", m->name);
	buf_lit(out, "</fast>");
}

/* --- a login by token ---------------------------------------------------- */

/* Which token the message was made with; as much work for one that is not
 * there. */
static const struct cred_token *
match(const struct login *l, const struct cred_tokens *t, struct str mac)
{
	static const struct cred_token none;
	const struct cred_token *found = NULL;
	uint8_t want[HT_HASH_LEN];

	for (size_t i = 0; i < 2; i++) {
		const struct cred_token *x = i < t->count ? &t->at[i] : &none;

		ht_mac(want, x->hash, HT_INITIATOR, binding_of(l));
		if (bytes_equal_ct(want, mac.p, sizeof want) && x != &none &&
		    x->mech == number_of(l->mech))
			found = x;
	}
	return found;
}

static void
accept(struct session *s, const char *user, const struct cred_token *t)
{
	struct login *l = s->login;
	struct buf end = BUF_INIT(HT_HASH_LEN);
	uint8_t mac[HT_HASH_LEN];

	l->two->used = t;
	ht_mac(mac, t->hash, HT_RESPONDER, binding_of(l));
	buf_put(&end, mac, sizeof mac);
	login_succeed(s, user, STR_NONE, &end);
	buf_free(&end);
}

void
login_fast_step(struct session *s, const struct buf *message)
{
	struct login2 *two = s->login->two;
	struct buf user = BUF_INIT(JID_PART_MAX);
	const struct cred_token *t;
	struct judging judging;
	struct ht_message m;
	uint8_t agent[CRED_AGENT];
	struct err e = ERR_INIT;

	login_guard_take(s, &judging);
	if (!agent_of(two, agent) || ht_parse(&m, message->p, message->n,
	    &e) < 0) {
		login_guard_judged(s->worker, &judging, STR_NONE, JUDGED_NOT);
		login_fail(s, "malformed-request");
		return;
	}
	if (jid_local(&user, m.user.p, m.user.n, &e) < 0 ||
	    cred_tokens_get(s->worker->server->store,
	    (struct str){ user.p, user.n }, agent, &two->tokens, &e) < 0)
		two->tokens.count = 0;
	t = match(s->login, &two->tokens, m.mac);
	login_guard_judged(s->worker, &judging, (struct str){ user.p, user.n },
	    t == NULL ? JUDGED_WRONG : JUDGED_RIGHT);
	if (t == NULL)
		login_fail(s, "not-authorized");
	else if (t->until_us < clock_real_us())
		login_fail(s, "credentials-expired");
	else
		accept(s, buf_cstr(&user), t);
	buf_free(&user);
}

/* --- another token ------------------------------------------------------- */

struct giving {
	struct place from;
	struct store *store;
	char *user;
	uint8_t agent[CRED_AGENT];
	struct cred_tokens tokens;
	uint64_t changes;		/* of passwords, as he logged in */
	char token[HT_TOKEN_LEN + 1];	/* "": none is given */
	bool done;
};

static void
write_tokens(void *arg)
{
	struct giving *g = arg;
	struct err e = ERR_INIT;

	g->done = cred_tokens_set(g->store, str_of(g->user), g->agent,
	    &g->tokens, g->changes, &e) == 0;
}

static void
put_token(struct buf *out, const struct giving *g)
{
	char until[CLOCK_TEXT];

	clock_text(g->tokens.at[0].until_us, until);
	buf_lit(out, "<token xmlns=\"" NS_FAST "\"");
	xml_attr(out, "expiry", until);
	xml_attr(out, "token", g->token);
	buf_lit(out, "/>");
}

static void
written(void *arg, bool ran)
{
	struct giving *g = arg;
	struct session *s = worker_session(g->from.worker, g->from.session);

	if (s != NULL && s->state == SESSION_LOGIN) {
		if (ran && g->done && g->token[0] != '\0')
			put_token(&s->login->two->token, g);
		login_go_on(s);
		login2_go_on(s);
	}
	free(g->user);
	explicit_bzero(g, sizeof *g);
	free(g);
}

/* A token for the mechanism; the one that was used stays until this one is. */
static int
make_token(struct session *s, struct giving *g, uint8_t mech, struct err *e)
{
	const struct login2 *two = s->login->two;
	int64_t now = clock_real_us();
	struct cred_token *t = &g->tokens.at[0];

	if (ht_token_make(g->token, e) < 0)
		return -1;
	g->tokens.count = 1;
	if (two->used != NULL)
		g->tokens.at[g->tokens.count++] = *two->used;
	ht_token_hash(t->hash, g->token);
	t->mech = mech;
	t->from_us = now;
	t->until_us = now + s->worker->server->opt->token_ms * 1000;
	return 0;
}

/* What becomes of the client's tokens.  True: something does. */
static bool
decide(struct session *s, struct giving *g)
{
	const struct login2 *two = s->login->two;
	const struct stanza *ask = stanza_child(two->asks, "request-token",
	    NS_FAST);
	const struct stanza *fast = stanza_child(two->asks, "fast", NS_FAST);
	const char *name = stanza_attr(ask, "mechanism");
	const struct sasl_mech *m = name == NULL ? NULL : sasl_mech(name);
	int64_t life = s->worker->server->opt->token_ms * 1000;
	const struct cred_token *used = two->used;
	struct err e = ERR_INIT;

	if (life == 0 || s->account->item == 0 || !agent_of(two, g->agent))
		return false;
	if (used != NULL && stanza_is_true(fast, "invalidate"))
		return true;		/* count is 0: all go */
	if (m != NULL && m->kind == SASL_HT && login_offers(s, m))
		return make_token(s, g, number_of(m), &e) == 0;
	if (used == NULL)
		return false;
	if (clock_real_us() - used->from_us > life / RENEW)
		return make_token(s, g, used->mech, &e) == 0;
	if (used != &two->tokens.at[0] || two->tokens.count == 1)
		return false;
	g->tokens.at[0] = *used;	/* the one before has done its duty */
	g->tokens.count = 1;
	return true;
}

bool
login_fast_renew(struct session *s)
{
	struct worker *w = s->worker;
	struct giving *g = mem_zero(sizeof *g);
	struct err e = ERR_INIT;

	g->from = session_place(s);
	g->store = w->server->store;
	g->changes = s->login->changes;
	g->user = mem_str(s->account->name);
	if (decide(s, g) && pool_submit(w->server->pool, write_tokens,
	    written, w->box, g, &e) == 0) {
		login_wait(s);
		return true;
	}
	free(g->user);
	explicit_bzero(g, sizeof *g);
	free(g);
	return false;
}
