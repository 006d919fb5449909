#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facade/register.h"
#include "login/login.h"
#include "msg/request.h"
#include "net/server.h"
#include "net/session.h"
#include "net/sm.h"
#include "net/worker.h"
#include "service/account.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define RESOURCE_RANDOM	8	/* bytes */

static bool
may_login(const struct session *s)
{
	const struct server *server = s->worker->server;

	return s->ops->secure(s->carrier) || (server->opt->plaintext &&
	    s->ops->peer(s->carrier)->loopback);
}

/* XEP-0478.  Who is silent is asked once whether he is there. */
static void
put_limits(struct session *s, struct buf *out)
{
	const struct serve_options *opt = s->worker->server->opt;

	buf_printf(out, "<limits xmlns=\"" NS_LIMITS "\"><max-bytes>%" PRIu64
	    "</max-bytes>", s->account == NULL ? opt->login_bytes :
	    opt->stanza_bytes);
	if (opt->idle_ms > 0)
		buf_printf(out, "<idle-seconds>%" PRId64 "</idle-seconds>",
		    2 * opt->idle_ms / 1000);
	buf_lit(out, "</limits>");
}

static void
put_features(struct session *s, struct buf *out)
{
	buf_lit(out, "<stream:features>");
	if (s->account == NULL) {
		if (!s->ops->secure(s->carrier) && s->ops->starttls != NULL)
			buf_puts(out, may_login(s) ?
			    "<starttls xmlns=\"" NS_TLS "\"/>" :
			    "<starttls xmlns=\"" NS_TLS
			    "\"><required/></starttls>");
		if (may_login(s)) {
			login_features(s, out);
			register_feature(s, out);
			put_limits(s, out);
		}
	} else {
		if (s->state != SESSION_READY)
			buf_lit(out, "<bind xmlns=\"" NS_BIND "\"/>");
		buf_lit(out, "<session xmlns=\"" NS_SESSION
		    "\"><optional/></session>");
		disco_put_caps(s->worker->server->disco, out);
		sm_features(s, out);
		buf_lit(out, "<csi xmlns=\"" NS_CSI "\"/>");
		put_limits(s, out);
	}
	buf_lit(out, "</stream:features>");
}

void
session_features(struct session *s)
{
	put_features(s, session_out(s));
	session_sent(s);
}

void
session_begin_header(struct session *s, const struct stream_header *h)
{
	const char *domain = s->worker->server->opt->domain;
	struct buf name = BUF_INIT(JID_PART_MAX);
	struct err e = ERR_INIT;
	bool ours;

	ours = h->to == NULL ||
	    (jid_domain(&name, h->to, strlen(h->to), &e) == 0 &&
	    strcmp(buf_cstr(&name), domain) == 0);
	buf_free(&name);
	if (strcmp(h->ns, NS_CLIENT) != 0) {
		session_error(s, "invalid-namespace",
		    "the stream's content is in '" NS_CLIENT "'");
	} else if (h->version == NULL || strncmp(h->version, "1.", 2) != 0) {
		session_error(s, "unsupported-version", "version is 1.0");
	} else if (!ours) {
		session_error(s, "host-unknown", "see --domain of msg-serve");
	} else {
		session_features(s);
		s->state = s->account != NULL ? SESSION_BIND : SESSION_LOGIN;
	}
}

void
session_authenticated(struct session *s, const struct account *account)
{
	s->account = account;
	counter_add(&s->worker->metrics.logins_total, 1);
	session_log(s, LOG_LEVEL_INFO, "logged in", NULL);
	s->ops->limits(s->carrier, &s->worker->limits);
}

void
session_restart(struct session *s)
{
	s->state = SESSION_HEADER;
	s->opened = false;
	s->ops->restart(s->carrier);
}

static void
starttls(struct session *s)
{
	if (s->ops->secure(s->carrier) || s->ops->starttls == NULL) {
		buf_lit(session_out(s), "<failure xmlns=\"" NS_TLS "\"/>");
		session_sent(s);
		session_end(s);
		return;
	}
	buf_lit(session_out(s), "<proceed xmlns=\"" NS_TLS "\"/>");
	session_sent(s);
	s->state = SESSION_HEADER;
	s->opened = false;
	s->ops->starttls(s->carrier);
}

static void
login_stage(struct session *s, struct stanza *st)
{
	if (stanza_is(st, "starttls", NS_TLS)) {
		starttls(s);
	} else if (may_login(s) && register_stanza(s, st)) {
		return;
	} else if (strcmp(st->ns, NS_SASL) != 0 &&
	    strcmp(st->ns, NS_SASL2) != 0) {
		session_error(s, "not-authorized", "log in first");
	} else if (may_login(s)) {
		login_stanza(s, st);
	} else {
		buf_printf(session_out(s), "<failure xmlns=\"%s\">"
		    "<encryption-required xmlns=\"" NS_SASL "\"/></failure>",
		    st->ns);
		session_sent(s);
		session_error(s, "policy-violation",
		    "start TLS before you log in");
	}
}

/* The resource asked for, prepared; a random one when none is. */
static int
choose_resource(const struct stanza *bind, struct buf *out, struct err *e)
{
	struct str asked = stanza_text(stanza_child(bind, "resource",
	    NS_BIND));

	if (asked.n > 0)
		return jid_resource(out, asked.p, asked.n, e);
	if (hex_random(out, RESOURCE_RANDOM) < 0)
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	return 0;
}

/* One that takes the place of another is not one more. */
static int
check_count(const struct session *s, const char *resource, struct err *e)
{
	const struct server *server = s->worker->server;
	size_t most = (size_t)server->opt->user_streams;
	struct place old;

	if (directory_streams(server->directory, s->account->name) < most ||
	    directory_find(server->directory, s->account->name, resource,
	    &old))
		return 0;
	return err_set(e, ERR_LIMIT, "'%s' has %zu streams already "
	    "(--max-user-streams)", s->account->name, most);
}

int
session_bind(struct session *s, const char *resource, struct err *e)
{
	struct place old;
	struct buf jid = BUF_INIT(JID_MAX);

	if (check_count(s, resource, e) < 0)
		return -1;

	s->resource = mem_str(resource);
	s->bare = mem_str(s->account->bare);
	buf_printf(&jid, "%s/%s", s->bare, resource);
	s->jid = buf_take(&jid);
	if (directory_bind(s->worker->server->directory, s->account->name,
	    s->resource, session_place(s), &old))
		worker_evict(old, "conflict");
	s->state = SESSION_READY;
	timer_stop(&s->timer);
	session_heard(s);
	return 0;
}

static void
bind_stage(struct session *s, struct stanza *st)
{
	const struct stanza *bind = stanza_child(st, "bind", NS_BIND);
	const char *type = stanza_attr(st, "type");
	struct str id = stanza_attr_str(st, "id");
	struct buf resource = BUF_INIT(JID_PART_MAX), *out;
	struct err e = ERR_INIT;

	if (!stanza_is(st, "iq", NS_CLIENT) || type == NULL ||
	    strcmp(type, "set") != 0 || bind == NULL) {
		session_error(s, "not-authorized", "bind a resource first");
		return;
	}
	if (choose_resource(bind, &resource, &e) < 0 ||
	    session_bind(s, buf_cstr(&resource), &e) < 0) {
		answer_error(session_out(s), id, STR_NONE, &e, false,
		    STR_NONE);
		session_sent(s);
		buf_free(&resource);
		return;
	}
	login_done(s);
	buf_free(&resource);
	out = session_out(s);
	buf_lit(out, "<iq type=\"result\"");
	xml_attrn(out, "id", id.p == NULL ? "" : id.p, id.n);
	buf_lit(out, "><bind xmlns=\"" NS_BIND "\"><jid>");
	xml_text(out, s->jid, strlen(s->jid));
	buf_lit(out, "</jid></bind></iq>");
	session_sent(s);
}

void
session_begin(struct session *s, struct stanza *st)
{
	if (s->state == SESSION_LOGIN)
		login_stage(s, st);
	else if (strcmp(st->ns, NS_SM) == 0)
		sm_stanza(s, st);
	else
		bind_stage(s, st);
}
