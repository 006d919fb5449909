#include "web/prometheus.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/server.h"
#include "net/worker.h"
#include "web/web.h"

#define TEXT_MAX	(1u << 20)

static void
head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP msg_%s %s\n# TYPE msg_%s %s\n", name, help,
	    name, type);
}

static void
one(struct buf *out, const char *name, const char *type, const char *help,
    uint64_t value)
{
	head(out, name, type, help);
	buf_printf(out, "msg_%s ", name);
	buf_putu(out, value);
	buf_putc(out, '\n');
}

static void
counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
	one(out, name, "counter", help, value);
}

static void
gauge(struct buf *out, const char *name, const char *help, uint64_t value)
{
	one(out, name, "gauge", help, value);
}

/* Microseconds as seconds. */
static void
seconds(struct buf *out, uint64_t us)
{
	buf_printf(out, "%ju.%06u", (uintmax_t)(us / 1000000),
	    (unsigned)(us % 1000000));
}

static void
put_server(struct buf *out, struct server *s)
{
	struct tls *tls = server_tls(s, LISTEN_TLS);

	head(out, "build_info", "gauge", "The version that runs.");
	buf_lit(out, "msg_build_info{version=\"" MSG_VERSION "\"} 1\n");
	gauge(out, "start_time_seconds", "When the server began, since 1970.",
	    (uint64_t)(s->started_us / 1000000));
	gauge(out, "certificate_expiry_seconds", "When its certificate ends, "
	    "since 1970.", (uint64_t)(tls_own(tls)->until_us / 1000000));
	gauge(out, "workers", "Threads that serve connections.",
	    s->worker_count);
	gauge(out, "connections", "Connections there are.",
	    s->admission.count);
	gauge(out, "connections_limit", "Most there may be.",
	    (uint64_t)s->opt->connections);
	counter(out, "connections_total", "Connections taken.",
	    atomic_load_explicit(&s->connections, memory_order_relaxed));
	gauge(out, "streams", "Streams that are logged in and bound.",
	    directory_count(s->directory));
	tls_unref(tls);
}

static void
put_store(struct buf *out, struct server *s)
{
	struct store_stats st;

	store_stats(s->store, &st);
	gauge(out, "revision", "The newest revision.", st.head);
	gauge(out, "items", "Items of the store.", st.items);
	gauge(out, "store_bytes", "Bytes the store takes.", st.bytes);
	gauge(out, "store_bytes_limit", "Bytes it may take.", st.map_bytes);
	gauge(out, "queued_jobs", "Sets that wait for the writer.",
	    st.queued);
	counter(out, "commits_total", "Commits since the start.", st.commits);
	counter(out, "commit_groups_total", "Groups they were synced in.",
	    st.groups);
}

static void
put_traffic(struct buf *out, const struct metrics_sum *m)
{
	counter(out, "logins_total", "Logins.", m->logins_total);
	counter(out, "requests_total", "Commands begun.", m->requests_total);
	counter(out, "errors_total", "Requests refused.", m->errors_total);
	counter(out, "events_total", "Events of watches sent.",
	    m->events_total);
	counter(out, "stanzas_in_total", "Stanzas read.",
	    m->stanzas_in_total);
	counter(out, "stanzas_out_total", "Stanzas written.",
	    m->stanzas_out_total);
	counter(out, "received_bytes_total", "Bytes read, inside of TLS.",
	    m->bytes_in_total);
	counter(out, "sent_bytes_total", "Bytes written, inside of TLS.",
	    m->bytes_out_total);
	gauge(out, "detached", "Sessions that wait for a connection.",
	    m->detached);
	gauge(out, "watches", "Watches there are.", m->watches);
	gauge(out, "pending_jobs", "Sets that are not durable yet.",
	    m->pending_jobs);
	gauge(out, "waiting_commands", "Commands behind such sets.",
	    m->waiting_commands);
}

/* Buckets of the histogram that end within a bound count for it: what lies
 * across is told with the next. */
static void
put_times(struct buf *out, const char *word, const struct histo *h,
    uint64_t sum_us)
{
	static const int64_t bounds_us[] = { 100, 250, 500, 1000, 2500, 5000,
		10000, 25000, 50000, 100000, 250000, 500000, 1000000,
		2500000, 5000000, 10000000 };
	uint64_t count = 0;
	unsigned k = 0;

	for (size_t i = 0; i < MEM_COUNT(bounds_us); i++) {
		for (; k < HISTO_BUCKETS && histo_top(k) <= bounds_us[i]; k++)
			count += h->n[k];
		buf_printf(out, "msg_command_seconds_bucket{command=\"%s\","
		    "le=\"%g\"} %ju\n", word, (double)bounds_us[i] / 1e6,
		    (uintmax_t)count);
	}
	count = histo_count(h);
	buf_printf(out, "msg_command_seconds_bucket{command=\"%s\","
	    "le=\"+Inf\"} %ju\nmsg_command_seconds_sum{command=\"%s\"} ",
	    word, (uintmax_t)count, word);
	seconds(out, sum_us);
	buf_printf(out, "\nmsg_command_seconds_count{command=\"%s\"} %ju\n",
	    word, (uintmax_t)count);
}

static void
put_commands(struct buf *out, const struct metrics_sum *m)
{
	head(out, "command_seconds", "histogram", "Time from the turn a "
	    "command came in to its answer.");
	for (int i = 0; i < MSG_COMMANDS; i++)
		put_times(out, msg_commands[i].word, &m->commands[i].times,
		    m->commands[i].sum_us);
#define X(name, help) \
	head(out, "command_" #name "_total", "counter", help); \
	for (int i = 0; i < MSG_COMMANDS; i++) \
		buf_printf(out, "msg_command_" #name \
		    "_total{command=\"%s\"} %ju\n", msg_commands[i].word, \
		    (uintmax_t)m->commands[i].name);
	X(errors, "Commands refused.")
	X(bytes_in, "Bytes of their arguments, decoded.")
	X(bytes_out, "Bytes of their answers, before they are encoded.")
#undef X
}

void
prometheus_write(struct buf *out, struct server *s)
{
	struct metrics_sum *m = mem_zero(sizeof *m);

	metrics_sum(m, s);
	put_server(out, s);
	put_store(out, s);
	put_traffic(out, m);
	put_commands(out, m);
	free(m);
}

void
prometheus_answer(struct web *c, struct exchange *x,
    const struct http_request *r)
{
	struct buf text = BUF_INIT(TEXT_MAX);

	if (!str_is(r->path, "/metrics")) {
		web_say(c, x, 404, "here is /metrics and nothing else");
	} else if (!str_is(r->method, "GET") && !x->head) {
		http_put(web_begin(c, x, 405, NULL), "Allow", "GET, HEAD");
		web_end(c, x, NULL, 0);
	} else {
		prometheus_write(&text, c->worker->server);
		web_begin(c, x, 200, PROMETHEUS_TYPE);
		web_end(c, x, text.p, text.n);
	}
	buf_free(&text);
}
