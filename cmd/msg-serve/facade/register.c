#include "facade/register.h"

#include <string.h>

#include "base/mem.h"
#include "facade/form.h"
#include "net/serve.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/command.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define TEXT_MAX	((size_t)64 << 10)	/* bytes; the stanza's limit
						   before login binds */

const struct account *
register_account(void)
{
	struct account *a = mem_zero(sizeof *a);

	a->refs = 1;
	a->name = mem_str("registration");
	a->bare = mem_str("registration");
	a->admin = true;
	return a;
}

void
register_feature(const struct session *s, struct buf *out)
{
	if (s->worker->server->opt->registration)
		buf_lit(out, "<register xmlns=\"" NS_REGISTER_FEATURE
		    "\"/>");
}

/* The child's text, or the field of a form that has the same name. */
static struct str
value(const struct stanza *query, const char *name)
{
	const struct stanza *st = stanza_child(query, name, NS_REGISTER);

	return st != NULL ? stanza_text(st) :
	    form_value(form_find(query, "submit"), name);
}

/* What is to be filled in. */
static int
ask(struct session *s, const struct request *r)
{
	struct buf *out = session_out(s);

	facade_open(out, r);
	buf_lit(out, "<query xmlns=\"" NS_REGISTER "\">");
	if (s->account != NULL) {
		buf_lit(out, "<registered/><username>");
		xml_text(out, s->account->name, strlen(s->account->name));
		buf_lit(out, "</username><password/>");
	} else {
		buf_lit(out, "<instructions>Choose a name and a password."
		    "</instructions><username/><password/><email/>");
	}
	buf_lit(out, "</query></iq>");
	session_sent(s);
	return 0;
}

static void
put_member(struct buf *out, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	if (out->p[out->n - 1] != '{')
		buf_putc(out, ',');
	json_put_key(out, name);
	json_put_str(out, text);
}

static int
set_user(struct request *r, const struct stanza *query, const char *method,
    struct str name, struct arena *a, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	bool full;

	buf_printf(&text, "[{\"method\":\"%s\",\"data\":{", method);
	put_member(&text, "name", name);
	put_member(&text, "password", value(query, "password"));
	if (strcmp(method, "create") == 0)
		put_member(&text, "email", value(query, "email"));
	buf_lit(&text, "}}]");
	full = buf_full(&text);
	r->command = &msg_commands[MSG_set_user];
	r->argument = (struct str){ arena_strn(a, buf_cstr(&text), text.n),
		text.n };
	buf_wipe(&text);
	return full ? err_set(e, ERR_POLICY, "that is too long") : 1;
}

/* Is that the name of who asks? */
static bool
is_own(const struct session *s, struct str name)
{
	struct buf prepared = BUF_INIT(JID_PART_MAX);
	struct err ignored = ERR_INIT;
	bool own = name.n == 0 || (jid_local(&prepared, name.p, name.n,
	    &ignored) == 0 && str_is((struct str){ prepared.p, prepared.n },
	    s->account->name));

	buf_free(&prepared);
	return own;
}

/* Each one made counts like a login that failed; 0: it may be, and is. */
static int64_t
registration_wait(const struct session *s)
{
	struct server *server = s->worker->server;
	const struct peer *peer = s->ops->peer(s->carrier);
	int64_t now_ms = loop_now_us(s->worker->loop) / 1000, ms;

	if (admission_exempt(server, peer))
		return 0;
	ms = penalty_enter(&server->registrations, peer, now_ms);
	if (ms == 0)
		penalty_leave(&server->registrations, peer, JUDGED_WRONG, 0,
		    now_ms);
	return ms;
}

/* One who is not logged in makes a user. */
static int
create(struct session *s, struct request *r, const struct stanza *query,
    struct str name, struct arena *a, struct err *e)
{
	int64_t ms = registration_wait(s);

	if (ms > 0)
		return err_set(e, ERR_LIMIT, "many users were made from your "
		    "address: wait %lld ms", (long long)ms);
	r->account = s->worker->server->registrar;
	return set_user(r, query, "create", name, a, e);
}

static int
read_register(struct session *s, struct request *r, struct arena *a,
    struct err *e)
{
	const struct stanza *query = stanza_first(r->iq);
	struct str name = value(query, "username");

	if (strcmp(stanza_attr(r->iq, "type"), "get") == 0)
		return ask(s, r);
	if (stanza_child(query, "remove", NS_REGISTER) != NULL)
		return facade_fault(s, r, "not-allowed", "cancel",
		    "an administrator removes users", NULL);
	if (value(query, "password").n == 0 ||
	    (name.n == 0 && s->account == NULL))
		return facade_fault(s, r, "bad-request", "modify",
		    "a name and a password are needed", NULL);
	if (s->account == NULL)
		return create(s, r, query, name, a, e);
	if (!is_own(s, name))
		return facade_fault(s, r, "not-allowed", "cancel",
		    "one changes one's own password", NULL);
	return set_user(r, query, "save", str_of(s->account->name), a, e);
}

static int
answer_register(struct call *c, struct buf *out, struct err *e)
{
	(void)e;
	c->session->registered = true;
	facade_open(out, c->request);
	buf_lit(out, "</iq>");
	return 0;
}

const struct facade facade_register = { read_register, answer_register,
	NULL, NULL };

bool
register_stanza(struct session *s, const struct stanza *st)
{
	const char *type = stanza_attr(st, "type");
	const struct stanza *query = stanza_first(st);

	if (!s->worker->server->opt->registration ||
	    !stanza_is(st, "iq", NS_CLIENT) || type == NULL ||
	    stanza_attr(st, "id") == NULL ||
	    (strcmp(type, "get") != 0 && strcmp(type, "set") != 0) ||
	    !stanza_is(query, "query", NS_REGISTER) || s->registered ||
	    serve_busy(&s->serve))
		return false;
	serve_facade(s, st, &facade_register);
	return true;
}
