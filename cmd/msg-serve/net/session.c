#include "net/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "facade/adhoc.h"
#include "login/login.h"
#include "msg/request.h"
#include "msg/trace.h"
#include "net/csi.h"
#include "net/presence.h"
#include "net/route.h"
#include "net/server.h"
#include "net/sm.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/watch.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define STREAM_ID	16	/* random bytes */
#define LANG_MAX	35	/* bytes (RFC 5646 4.4.1) */

/* --- writing ------------------------------------------------------------- */

struct buf *
session_out(struct session *s)
{
	s->out = s->ops->out(s->carrier);
	s->mark = s->out->n;
	return s->out;
}

static void
trace_wrote(struct session *s)
{
	struct buf *out = s->out, *line = &s->worker->line;

	if (buf_full(out) || out->n == s->mark)
		return;
	buf_reset(line);
	trace_bytes(line, TRACE_WROTE, out->p + s->mark, out->n - s->mark);
	tracer_say(&s->worker->server->trace, line);
}

static void
hand_over(struct session *s)
{
	if (s->ops->sent != NULL)
		s->ops->sent(s->carrier, s->mark);
	counter_add(&s->worker->metrics.stanzas_out_total, 1);
}

void
session_sent_quietly(struct session *s)
{
	bool ask = s->sm != NULL && sm_sent(s);

	hand_over(s);
	if (ask)
		sm_ask(s);
}

void
session_sent_again(struct session *s)
{
	if (tracing(&s->worker->server->trace, TRACER_LINES))
		trace_wrote(s);
	hand_over(s);
}

void
session_sent(struct session *s)
{
	if (tracing(&s->worker->server->trace, TRACER_LINES) && !sm_detached(s))
		trace_wrote(s);
	session_sent_quietly(s);
}

static void
trace_read(struct session *s, const struct stanza *st)
{
	struct tracer *t = &s->worker->server->trace;
	struct buf *line = &s->worker->line;

	if (!tracing(t, TRACER_LINES))
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

	if (!tracing(t, TRACER_LINES))
		return;
	buf_reset(line);
	trace_header(line, TRACE_READ, h);
	tracer_say(t, line);
}

/* --- the end ------------------------------------------------------------- */

void
session_open(struct session *s)
{
	struct buf id = BUF_INIT(2 * STREAM_ID);

	(void)hex_random(&id, STREAM_ID);
	s->ops->open(s->carrier, session_out(s), buf_cstr(&id));
	session_sent(s);
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
	if (!s->opened)
		session_open(s);
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

/* --- from outside ------------------------------------------------------- */

bool
session_refresh(struct session *s)
{
	const struct account *fresh;
	struct reader *r;
	struct err e = ERR_INIT;

	if (s->account->item == 0)	/* who has no name has no item */
		return true;
	r = worker_reader(s->worker, &e);
	if (r == NULL || account_load(&fresh, r, str_of(s->account->name),
	    s->worker->server->opt->domain, &e) < 1) {
		session_error(s, "reset", "the user was changed");
		return false;
	}
	account_unref(s->account);
	s->account = fresh;
	watch_rights(s);
	if (!fresh->admin)
		tracer_remove(&s->worker->server->trace, s);
	return true;
}

void
session_account(struct session *s, const struct change *change)
{
	if (s->state == SESSION_ENDED)
		return;
	if (change->op & CHANGE_REMOVE)
		session_error(s, "not-authorized", "the user was removed");
	else
		session_refresh(s);
}

/* BCP 47 in its letters; what is no such thing is passed over. */
static void
take_lang(struct session *s, const char *lang)
{
	size_t n = lang == NULL ? 0 : strspn(lang, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	free(s->lang);
	s->lang = n > 0 && n <= LANG_MAX && lang[n] == '\0' ?
	    mem_str(lang) : NULL;
}

void
session_stamp(const struct session *s, struct stanza *st)
{
	stanza_set(st, "from", s->jid);
	stanza_lang(st, s->lang);
}

void
session_header(struct session *s, const struct stream_header *h)
{
	trace_read_header(s, h);
	take_lang(s, h->lang);
	session_open(s);
	session_begin_header(s, h);
}

void
session_stanza(struct session *s, struct stanza *st)
{
	trace_read(s, st);
	counter_add(&s->worker->metrics.stanzas_in_total, 1);
	switch (s->state) {
	case SESSION_LOGIN:
	case SESSION_BIND:
		session_begin(s, st);
		break;
	case SESSION_READY:
		session_heard(s);
		if (strcmp(st->ns, NS_SM) == 0) {
			sm_stanza(s, st);
		} else if (strcmp(st->ns, NS_CSI) == 0) {
			csi_stanza(s, st);
		} else {
			if (s->sm != NULL)
				sm_received(s, st);
			route_stanza(s, st);
		}
		break;
	case SESSION_HEADER:
	case SESSION_ENDED:
		break;
	}
}

/* --- time ---------------------------------------------------------------- */

void
session_drained(struct session *s)
{
	tracer_resume(s);
	watch_resume(s);
}

void
session_heard(struct session *s)
{
	int64_t idle_ms = s->worker->server->opt->idle_ms;

	s->pinged = false;
	if (idle_ms > 0)
		timer_set(&s->timer, idle_ms);
}

static void
ask_whether_there(struct session *s)
{
	if (s->sm != NULL) {
		sm_ask(s);
	} else {
		buf_lit(session_out(s), "<iq type=\"get\" id=\"ping\"><ping "
		    "xmlns=\"" NS_PING "\"/></iq>");
		session_sent(s);
	}
	s->pinged = true;
	timer_set(&s->timer, s->worker->server->opt->idle_ms);
}

static void
on_timer(void *arg)
{
	struct session *s = arg;

	if (s->state != SESSION_READY)
		session_error(s, "connection-timeout",
		    "it took too long to log in");
	else if (sm_detached(s))
		session_end(s);
	else if (!s->pinged)
		ask_whether_there(s);
	else if (s->sm != NULL)
		s->ops->abort(s->carrier);
	else
		session_error(s, "connection-timeout", "no answer to a ping");
}

/* --- its life ------------------------------------------------------------ */

/* Into a worker: until it is logged in. */
static void
enter(struct session *s, struct worker *w)
{
	s->worker = w;
	s->number = worker_enter(w, s);
	timer_init(&s->timer, w->loop, on_timer, s);
	timer_set(&s->timer, w->server->opt->login_ms);
}

struct session *
session_new(struct worker *w, const struct carrier_ops *ops, void *carrier)
{
	struct session *s = mem_zero(sizeof *s);

	s->ops = ops;
	s->carrier = carrier;
	s->state = SESSION_HEADER;
	s->login = login_new();
	serve_init(&s->serve);
	enter(s, w);
	session_log(s, LOG_LEVEL_DEBUG, "connected", NULL);
	return s;
}

void
session_lost(struct session *s)
{
	if (sm_resumable(s)) {
		sm_detach(s);
		return;
	}
	if (s->sm != NULL && s->state == SESSION_READY && !s->closing)
		sm_bounce(s);
	session_free(s);
}

void
session_free(struct session *s)
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
	tracer_remove(&w->server->trace, s);
	watch_drop(w, s->number);
	adhoc_clear(s);
	login_free(s->login);
	serve_clear(s);
	sm_free(s);
	csi_free(s->csi);
	account_unref(s->account);
	free(s->lang);
	free(s->resource);
	free(s->jid);
	free(s->bare);
	worker_leave(w, s->number);
	free(s);
}

bool
session_leave(struct session *s)
{
	if (!s->ops->leave(s->carrier))
		return false;
	timer_stop(&s->timer);
	worker_leave(s->worker, s->number);
	return true;
}

void
session_join(struct session *s, struct worker *w)
{
	enter(s, w);
	s->ops->join(s->carrier, w);
	s->ops->limits(s->carrier, &w->limits);
}

void
session_swap(struct session *a, struct session *b)
{
	const struct carrier_ops *ops = a->ops;
	void *carrier = a->carrier;
	struct login *login = a->login;
	bool opened = a->opened;
	char *lang = a->lang;

	a->ops = b->ops;
	a->carrier = b->carrier;
	a->login = b->login;
	a->opened = b->opened;
	a->lang = b->lang;
	b->ops = ops;
	b->carrier = carrier;
	b->login = login;
	b->opened = opened;
	b->lang = lang;
	a->ops->adopt(a->carrier, a);
	b->ops->adopt(b->carrier, b);
}

struct place
session_place(const struct session *s)
{
	return (struct place){ s->worker, s->number };
}

bool
session_survives(const struct session *s)
{
	return sm_resumable(s);
}

bool
session_ready(const struct session *s)
{
	return s->state == SESSION_READY;
}
