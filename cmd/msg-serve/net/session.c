#include "net/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/text.h"
#include "msg/request.h"
#include "msg/trace.h"
#include "net/presence.h"
#include "net/route.h"
#include "net/server.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/watch.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define STREAM_ID	16	/* random bytes */

/* --- writing ------------------------------------------------------------- */

struct buf *
session_out(struct session *s)
{
	struct buf *out = s->ops->out(s->carrier);

	s->mark = out->n;
	return out;
}

static void
trace_wrote(struct session *s)
{
	struct buf *out = s->ops->out(s->carrier), *line = &s->worker->line;

	if (buf_full(out) || out->n == s->mark)
		return;
	buf_reset(line);
	trace_bytes(line, TRACE_WROTE, out->p + s->mark, out->n - s->mark);
	tracer_say(&s->worker->server->trace, line);
}

void
session_sent_quietly(struct session *s)
{
	if (s->ops->sent != NULL)
		s->ops->sent(s->carrier, s->mark);
	counter_add(&s->worker->metrics.stanzas_out_total, 1);
}

void
session_sent(struct session *s)
{
	if (tracing(&s->worker->server->trace))
		trace_wrote(s);
	session_sent_quietly(s);
}

static void
trace_read(struct session *s, const struct stanza *st)
{
	struct tracer *t = &s->worker->server->trace;
	struct buf *line = &s->worker->line;

	if (!tracing(t))
		return;
	buf_reset(line);
	trace_stanza(line, TRACE_READ, st);
	tracer_say(t, line);
}

static void
trace_read_header(struct session *s, const struct stream_header *h)
{
	struct tracer *t = &s->worker->server->trace;
	struct buf *line = &s->worker->line;

	if (!tracing(t))
		return;
	buf_reset(line);
	trace_header(line, TRACE_READ, h);
	tracer_say(t, line);
}

/* --- the end ------------------------------------------------------------- */

static void
open_stream(struct session *s, struct buf *out)
{
	uint8_t random[STREAM_ID];
	struct buf id = BUF_INIT(2 * STREAM_ID);

	if (getrandom(random, sizeof random, 0) != sizeof random)
		memset(random, 0, sizeof random);
	hex_put(&id, random, sizeof random);
	s->ops->open(s->carrier, out, buf_cstr(&id));
	s->opened = true;
	buf_free(&id);
}

void
session_end(struct session *s)
{
	if (s->state == SESSION_ENDED)
		return;
	s->state = SESSION_ENDED;
	timer_stop(&s->timer);
	s->ops->close(s->carrier);
}

/* more: what the condition holds; text: for people.  Both may be NULL. */
static void
end_with_error(struct session *s, const char *condition, const char *more,
    const char *text)
{
	struct buf *out;

	if (s->state == SESSION_ENDED)
		return;
	if (!s->opened) {
		open_stream(s, session_out(s));
		session_sent(s);
	}
	out = session_out(s);
	buf_printf(out, "<stream:error><%s xmlns=\"" NS_STREAMS "\"%s",
	    condition, more == NULL ? "/>" : ">");
	if (more != NULL) {
		xml_clean(out, more, strlen(more));
		buf_printf(out, "</%s>", condition);
	}
	if (text != NULL) {
		buf_lit(out, "<text xmlns=\"" NS_STREAMS
		    "\" xml:lang=\"en\">");
		xml_clean(out, text, strlen(text));
		buf_lit(out, "</text>");
	}
	buf_lit(out, "</stream:error>");
	session_sent(s);
	session_end(s);
}

void
session_error(struct session *s, const char *condition, const char *text)
{
	end_with_error(s, condition, NULL, text);
}

void
session_shutdown(struct session *s)
{
	const char *host = s->worker->server->opt->see_other_host;

	end_with_error(s, host == NULL ? "system-shutdown" :
	    "see-other-host", host, NULL);
}

void
session_broken(struct session *s, const char *condition, const char *text)
{
	session_error(s, condition != NULL ? condition : "not-well-formed",
	    text);
}

void
session_closed(struct session *s)
{
	s->closing = true;
	if (!serve_busy(&s->serve))
		session_end(s);
}

/* --- from header to resource --------------------------------------------- */

static bool
may_login(const struct session *s)
{
	const struct server *server = s->worker->server;

	return s->ops->secure(s->carrier) || (server->opt->plaintext &&
	    s->ops->peer(s->carrier)->loopback);
}

static void
features(struct session *s, struct buf *out)
{
	buf_lit(out, "<stream:features>");
	if (s->account != NULL) {
		buf_lit(out, "<bind xmlns=\"" NS_BIND "\"/>"
		    "<session xmlns=\"" NS_SESSION "\"><optional/></session>");
		disco_put_caps(s->worker->server->disco, out);
	} else {
		if (!s->ops->secure(s->carrier) && s->ops->starttls != NULL)
			buf_puts(out, may_login(s) ?
			    "<starttls xmlns=\"" NS_TLS "\"/>" :
			    "<starttls xmlns=\"" NS_TLS
			    "\"><required/></starttls>");
		if (may_login(s))
			login_features(s, out);
	}
	buf_lit(out, "</stream:features>");
}

void
session_header(struct session *s, const struct stream_header *h)
{
	const char *domain = s->worker->server->opt->domain;
	struct buf name = BUF_INIT(JID_PART_MAX);
	struct err e = ERR_INIT;
	bool ours;

	trace_read_header(s, h);
	open_stream(s, session_out(s));
	session_sent(s);
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
		features(s, session_out(s));
		session_sent(s);
		s->state = s->account != NULL ? SESSION_BIND : SESSION_LOGIN;
	}
}

void
session_authenticated(struct session *s, const struct account *account)
{
	s->account = account;
	s->state = SESSION_HEADER;
	s->opened = false;
	counter_add(&s->worker->metrics.logins_total, 1);
	session_log(s, LOG_LEVEL_INFO, "logged in", NULL);
	s->ops->limits(s->carrier, &s->worker->limits);
	s->ops->restart(s->carrier);
}

void
session_account(struct session *s, const struct change *change)
{
	const struct account *fresh;
	struct reader *r;
	struct err e = ERR_INIT;

	if (s->state == SESSION_ENDED)
		return;
	if (change->op & CHANGE_REMOVE) {
		session_error(s, "not-authorized", "the user was removed");
		return;
	}
	r = worker_reader(s->worker, &e);
	if (r == NULL || account_load(&fresh, r, str_of(s->account->name),
	    s->worker->server->opt->domain, &e) < 1) {
		session_error(s, "reset", "the user was changed");
		return;
	}
	account_unref(s->account);
	s->account = fresh;
	watch_rights(s);
	if (!fresh->admin)
		session_trace(s, false);
}

int
session_trace(struct session *s, bool on)
{
	struct tracer *t = &s->worker->server->trace;

	if (on && !s->tracer && tracer_add(t, session_place(s)) < 0)
		return -1;
	if (!on && s->tracer)
		tracer_remove(t, session_place(s));
	s->tracer = on;
	return 0;
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
	} else if (strcmp(st->ns, NS_SASL) == 0 && may_login(s)) {
		login_stanza(s, st);
	} else if (strcmp(st->ns, NS_SASL) == 0) {
		buf_lit(session_out(s), "<failure xmlns=\"" NS_SASL
		    "\"><encryption-required/></failure>");
		session_sent(s);
		session_error(s, "policy-violation",
		    "start TLS before you log in");
	} else {
		session_error(s, "not-authorized", "log in first");
	}
}

/* The resource asked for, prepared; a random one when none is. */
static int
choose_resource(const struct stanza *bind, struct buf *out, struct err *e)
{
	struct str asked = stanza_text(stanza_child(bind, "resource",
	    NS_BIND));
	uint8_t random[8];

	if (asked.n > 0)
		return jid_resource(out, asked.p, asked.n, e);
	if (getrandom(random, sizeof random, 0) != sizeof random)
		return err_sys(e, ERR_SYSTEM, "no random bytes");
	hex_put(out, random, sizeof random);
	return 0;
}

static void
set_resource(struct session *s, const char *resource)
{
	struct place old;
	struct buf jid = BUF_INIT(JID_MAX);

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
	if (choose_resource(bind, &resource, &e) < 0) {
		answer_error(session_out(s), id, STR_NONE, &e, false,
		    STR_NONE);
		session_sent(s);
		buf_free(&resource);
		return;
	}
	set_resource(s, buf_cstr(&resource));
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
session_stanza(struct session *s, struct stanza *st)
{
	trace_read(s, st);
	counter_add(&s->worker->metrics.stanzas_in_total, 1);
	switch (s->state) {
	case SESSION_LOGIN:
		login_stage(s, st);
		break;
	case SESSION_BIND:
		bind_stage(s, st);
		break;
	case SESSION_READY:
		session_heard(s);
		route_stanza(s, st);
		break;
	case SESSION_HEADER:
	case SESSION_ENDED:
		break;
	}
}

/* --- time ---------------------------------------------------------------- */

void
session_heard(struct session *s)
{
	int64_t idle_ms = s->worker->server->opt->idle_ms;

	s->pinged = false;
	if (idle_ms > 0)
		timer_set(&s->timer, idle_ms);
}

static void
on_timer(void *arg)
{
	struct session *s = arg;

	if (s->state != SESSION_READY) {
		session_error(s, "connection-timeout",
		    "it took too long to log in");
	} else if (s->pinged) {
		session_error(s, "connection-timeout", "no answer to a ping");
	} else {
		buf_lit(session_out(s), "<iq type=\"get\" id=\"ping\"><ping "
		    "xmlns=\"" NS_PING "\"/></iq>");
		session_sent(s);
		s->pinged = true;
		timer_set(&s->timer, s->worker->server->opt->idle_ms);
	}
}

void
session_init(struct session *s, struct worker *w,
    const struct carrier_ops *ops, void *carrier)
{
	s->worker = w;
	s->ops = ops;
	s->carrier = carrier;
	s->state = SESSION_HEADER;
	s->number = worker_enter(w, s);
	login_init(&s->login);
	serve_init(&s->serve);
	timer_init(&s->timer, w->loop, on_timer, s);
	timer_set(&s->timer, w->server->opt->login_ms);
	session_log(s, LOG_LEVEL_DEBUG, "connected", NULL);
}

void
session_clear(struct session *s)
{
	struct worker *w = s->worker;

	session_log(s, LOG_LEVEL_DEBUG, "disconnected", NULL);
	s->state = SESSION_ENDED;
	timer_stop(&s->timer);
	if (s->resource != NULL) {
		presence_end(s);
		directory_unbind(w->server->directory, s->account->name,
		    s->resource, session_place(s));
	}
	session_trace(s, false);
	watch_drop(w, s->number);
	login_clear(&s->login);
	serve_clear(s);
	account_unref(s->account);
	free(s->resource);
	free(s->jid);
	free(s->bare);
	worker_leave(w, s->number);
}

struct place
session_place(const struct session *s)
{
	return (struct place){ s->worker, s->number };
}

bool
session_ready(const struct session *s)
{
	return s->state == SESSION_READY;
}
