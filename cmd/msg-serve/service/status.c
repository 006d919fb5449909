#include <stdatomic.h>

#include "base/clock.h"
#include "base/json.h"
#include "net/server.h"
#include "net/session.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/command.h"

static void
member(struct buf *out, const char *name, uint64_t value)
{
	if (out->n > 1)
		buf_putc(out, ',');
	json_put_key(out, name);
	buf_putu(out, value);
}

static uint64_t
counter(atomic_uint_fast64_t *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

/* Members sorted, as everywhere.  What is counted over all users and items is
 * for administrators. */
int
command_get_status(struct call *c, struct err *e)
{
	struct server *s = c->worker->server;
	struct buf *out = c->payload;
	struct store_stats st;

	(void)e;
	store_stats(s->store, &st);
	if (!c->account->admin) {
		buf_printf(out, "{\"result_bytes_limit\":%llu,"
		    "\"stanza_bytes_limit\":%llu,\"version\":\""
		    MSG_VERSION "\"}", (unsigned long long)s->opt->result_bytes,
		    (unsigned long long)s->opt->stanza_bytes);
		return 0;
	}
	buf_putc(out, '{');
	member(out, "commits", st.commits);
	member(out, "connections", s->admission.count);
	member(out, "connections_limit", (uint64_t)s->opt->connections);
	member(out, "connections_total", counter(&s->connections));
	member(out, "errors_total", counter(&s->errors));
	member(out, "events_total", counter(&s->events));
	member(out, "groups", st.groups);
	member(out, "items", st.items);
	member(out, "logins_total", counter(&s->logins));
	member(out, "queued_jobs", st.queued);
	member(out, "requests_total", counter(&s->requests));
	member(out, "result_bytes_limit", s->opt->result_bytes);
	member(out, "rev", st.head);
	member(out, "stanza_bytes_limit", s->opt->stanza_bytes);
	member(out, "store_bytes", st.bytes);
	member(out, "store_bytes_limit", st.map_bytes);
	member(out, "streams", directory_count(s->directory));
	member(out, "uptime_us", (uint64_t)(clock_real_us() -
	    s->started_us));
	buf_lit(out, ",\"version\":\"" MSG_VERSION "\"}");
	return 0;
}

/* "on", "off" or nothing, which is "on". */
int
command_set_trace(struct call *c, struct err *e)
{
	struct session *s = c->session;
	struct tracer *t = &c->worker->server->trace;
	struct str arg = c->request->argument;
	bool on = arg.n == 0 || str_is(arg, "on");

	if (!on && !str_is(arg, "off"))
		return err_set(e, ERR_ARGUMENT, "the argument of 'set-trace' "
		    "is 'on' or 'off', not '%.*s'", (int)arg.n, arg.p);
	if (on && !s->tracer && tracer_add(t, session_place(s)) < 0)
		return err_set(e, ERR_LIMIT,
		    "%d streams trace already", TRACERS_MAX);
	if (!on && s->tracer)
		tracer_remove(t, session_place(s));
	s->tracer = on;
	buf_puts(c->payload, on ? "\"on\"" : "\"off\"");
	return 0;
}
