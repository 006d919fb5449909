#include <stdatomic.h>
#include <string.h>

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

static void
commands(struct buf *out, const struct metrics_sum *m, bool times)
{
	buf_lit(out, ",\"commands\":");
	metrics_commands_json(out, m, times);
}

/* Members sorted, as everywhere. */
static void
put_all(struct buf *out, struct server *s, bool times)
{
	struct metrics_sum m;
	struct store_stats st;

	store_stats(s->store, &st);
	metrics_sum(&m, s);
	buf_putc(out, '{');
	member(out, "bytes_in_total", m.bytes_in_total);
	member(out, "bytes_out_total", m.bytes_out_total);
	commands(out, &m, times);
	member(out, "commits", st.commits);
	member(out, "connections", s->admission.count);
	member(out, "connections_limit", (uint64_t)s->opt->connections);
	member(out, "connections_total", atomic_load_explicit(&s->connections,
	    memory_order_relaxed));
	member(out, "detached", m.detached);
	member(out, "errors_total", m.errors_total);
	member(out, "events_total", m.events_total);
	member(out, "groups", st.groups);
	member(out, "items", st.items);
	member(out, "logins_total", m.logins_total);
	member(out, "pending_jobs", m.pending_jobs);
	member(out, "queued_jobs", st.queued);
	member(out, "requests_total", m.requests_total);
	member(out, "result_bytes_limit", s->opt->result_bytes);
	member(out, "rev", st.head);
	member(out, "stanza_bytes_limit", s->opt->stanza_bytes);
	member(out, "stanzas_in_total", m.stanzas_in_total);
	member(out, "stanzas_out_total", m.stanzas_out_total);
	member(out, "store_bytes", st.bytes);
	member(out, "store_bytes_limit", st.map_bytes);
	member(out, "streams", directory_count(s->directory));
	member(out, "uptime_us", (uint64_t)(clock_real_us() -
	    s->started_us));
	buf_lit(out, ",\"version\":\"" MSG_VERSION "\"");
	member(out, "waiting_commands", m.waiting_commands);
	member(out, "watches", m.watches);
	member(out, "workers", s->worker_count);
	buf_putc(out, '}');
}

/* What is counted over all users and items is for administrators. */
int
command_get_status(struct call *c, struct err *e)
{
	struct server *s = c->worker->server;
	struct str arg = c->request->argument;
	bool times = str_is(arg, "times");

	if (arg.n > 0 && !times)
		return err_set(e, ERR_ARGUMENT, "the argument of 'get-status' "
		    "is 'times' or nothing, not '%.*s'", (int)arg.n, arg.p);
	if (c->account->admin)
		put_all(c->payload, s, times);
	else
		buf_printf(c->payload, "{\"result_bytes_limit\":%llu,"
		    "\"stanza_bytes_limit\":%llu,\"version\":\""
		    MSG_VERSION "\"}", (unsigned long long)s->opt->result_bytes,
		    (unsigned long long)s->opt->stanza_bytes);
	return 0;
}

/* "on" or nothing: lines of everything; "off"; or a filter of requests. */
int
command_set_trace(struct call *c, struct err *e)
{
	struct session *s = c->session;
	struct tracer *t = &c->worker->server->trace;
	struct str arg = c->request->argument;

	if (str_is(arg, "off")) {
		tracer_remove(t, s);
		buf_lit(c->payload, "\"off\"");
		return 0;
	}
	if (arg.n > 0 && arg.p[0] != '{' && !str_is(arg, "on"))
		return err_set(e, ERR_ARGUMENT, "the argument of 'set-trace' "
		    "is 'on', 'off' or a filter in JSON, not '%.*s'",
		    (int)arg.n, arg.p);
	if (tracer_add(t, s, str_is(arg, "on") ? STR_NONE : arg, e) < 0)
		return -1;
	buf_lit(c->payload, "\"on\"");
	return 0;
}
