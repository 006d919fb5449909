/*
 * load - how much a server can do.
 *
 * request: so many answers a second, and the time from a request to its
 * answer, both as the generator sees them.  login: from connect to a bound
 * resource.  watch: from the request that changes something to each event.
 * nats, nats-watch: the like of request and watch for nats-server.
 * idle: resident memory a connection costs the server, OpenSSL's included.
 * server and load are percent of a core; "us each" is the server's processor
 * time for one answer, which other work on the machine changes least.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "cli/exit.h"
#include "load.h"

#define AT(field)	offsetof(struct load_options, field)

static const struct opt rows[] = {
	{ 's', "server", OPT_STR, "addr:port", AT(server),
	    "where the server listens", "127.0.0.1:5222" },
	{ 'd', "domain", OPT_STR, "name", AT(domain), "the domain it serves",
	    "localhost" },
	{ 'u', "user", OPT_STR, "name", AT(user), "whom to log in as",
	    "bench" },
	{ 'U', "users", OPT_INT, "n", AT(users),
	    "so many in turn, the name with 0, 1, ... behind it; 0: the name",
	    "0", 0, 1000000 },
	{ 'p', "password-file", OPT_STR, "file", AT(password),
	    "his password, on its first line", .flags = OPT_FILE },
	{ 'T', "tls", OPT_CHOICE, "how", AT(tls), "how TLS begins; "
	    "websocket, bosh: with TLS too", "starttls",
	    .choices = "starttls direct none websocket bosh" },
	{ 0, "resume", OPT_FLAG, NULL, AT(resume),
	    "go on with the TLS session of an earlier connection" },
	{ 'M', "mechanism", OPT_STR, "name", AT(mech),
	    "of SASL (default: the best SCRAM without channel binding)" },
	{ 'm', "mode", OPT_CHOICE, "what", AT(mode), "what to measure",
	    "request", .choices = "request idle login watch "
	    "nats nats-watch" },
	{ 'r', "request", OPT_STR, "text", AT(request),
	    "ping, a command and its argument, or what an iq of type set "
	    "holds; {c}: connection, {u}: user, {n}: request in flight, "
	    "{i}: counts up",
	    "ping" },
	{ 0, "to", OPT_STR, "jid", AT(to),
	    "to whom what begins with '<' goes" },
	{ 'R', "rate", OPT_INT, "n", AT(rate),
	    "requests a second, whatever is answered when; 0: the next when "
	    "one is answered", "0", 0, 10000000 },
	{ 'q', "query", OPT_STR, "path", AT(query), "what is watched", "/" },
	{ 'W', "watches", OPT_INT, "n", AT(watches),
	    "other parts of the tree that are watched meanwhile, in request",
	    "0", 0, 1000000 },
	{ 'c', "connections", OPT_INT, "n", AT(connections),
	    "how many; watchers, in watch", "64", 1, 1000000 },
	{ 'n', "depth", OPT_INT, "n", AT(depth),
	    "requests in flight on each; changes under way, in watch", "16",
	    1, 100000 },
	{ 'w', "warm-up", OPT_MS, "time", AT(warm_ms),
	    "before anything is measured", "1s", 0, 3600000 },
	{ 't', "time", OPT_MS, "time", AT(time_ms), "how long to measure",
	    "5s", 1, 3600000 },
	{ 0, "pid", OPT_INT, "n", AT(pid),
	    "the server's process, for its memory and time", "0", 0,
	    (int64_t)1 << 31 },
	{ 'l', "label", OPT_STR, "text", AT(label), "what to call the row",
	    "" },
	{ 'j', "json", OPT_FLAG, NULL, AT(json), "print a JSON line" },
	{ 'H', "header", OPT_FLAG, NULL, AT(header),
	    "print the head of the table and leave" },
	{ .name = NULL }
};

static const struct tool tool = {
	.name = "load", .section = 1,
	.summary = "measure an XMPP server",
	.operands = "", .opts = rows, .statuses = "0 1 2 3",
};

void
load_fail(struct load *l, const struct err *e)
{
	if (l->failed)
		return;
	l->failed = true;
	l->why = *e;
	loop_stop(l->loop);
}

/* --- what comes out ------------------------------------------------------ */

static void
print_head(void)
{
	printf("%-34s %11s %-9s %8s %8s %8s %8s %7s %7s %8s\n", "", "", "",
	    "p50 us", "p90 us", "p99 us", "max us", "server", "load",
	    "us each");
}

/* Time of the processor, in percent of one. */
static double
percent(double cpu_s, const struct usage *from, const struct usage *to)
{
	return cpu_s * 1e8 / (double)(to->at_us - from->at_us);
}

void
print_row(const struct load *l, double rate, const char *unit,
    const struct hist *h, const struct usage *from, const struct usage *to)
{
	double server = to->server_cpu_s - from->server_cpu_s;
	double own = to->own_cpu_s - from->own_cpu_s;
	double each = h->count == 0 ? 0 : server * 1e6 / (double)h->count;
	static const char json[] = "{\"label\":\"%s\",\"mode\":\"%s\","
	    "\"connections\":%lld,\"depth\":%lld,\"rate\":%.1f,"
	    "\"unit\":\"%s\",\"p50_us\":%llu,\"p90_us\":%llu,"
	    "\"p99_us\":%llu,\"max_us\":%llu,\"server_cpu\":%.1f,"
	    "\"load_cpu\":%.1f,\"server_us_each\":%.3f,"
	    "\"resumed\":%.2f}\n";
	unsigned long long p50 = hist_at(h, 0.5), p90 = hist_at(h, 0.9);
	unsigned long long p99 = hist_at(h, 0.99), max = h->max;
	double resumed = l->started == 0 ? 0 :
	    (double)tls_resumed(l->tls) / (double)l->started;

	if (l->opt.json)
		printf(json, l->opt.label, l->opt.mode,
		    (long long)l->opt.connections, (long long)l->opt.depth,
		    rate, unit, p50, p90, p99, max,
		    percent(server, from, to), percent(own, from, to), each,
		    resumed);
	else
		printf("%-34s %11.0f %-9s %8llu %8llu %8llu %8llu %6.0f%% "
		    "%6.0f%% %8.2f\n", l->opt.label, rate, unit, p50, p90,
		    p99, max, percent(server, from, to),
		    percent(own, from, to), each);
}

void
print_memory(const struct load *l, const struct usage *from,
    const struct usage *to)
{
	double count = (double)l->opt.connections;
	double rss = ((double)to->rss - (double)from->rss) / count;
	double pss = ((double)to->pss - (double)from->pss) / count;

	if (l->opt.json)
		printf("{\"label\":\"%s\",\"mode\":\"idle\","
		    "\"connections\":%.0f,\"rss_each\":%.0f,"
		    "\"pss_each\":%.0f,\"rss\":%llu}\n", l->opt.label, count,
		    rss, pss, (unsigned long long)to->rss);
	else
		printf("%-34s %11.0f %-9s of %.0f idle connections; "
		    "%.1f MB in all\n", l->opt.label, rss, "bytes/conn",
		    count, (double)to->rss / 1e6);
}

/* --- setting up ---------------------------------------------------------- */

static int
measure(struct load *l, struct err *e)
{
	switch (l->opt.mode[0]) {
	case 'i':
		return load_idle(l, e);
	case 'l':
		return load_logins(l, e);
	case 'n':
		return load_nats(l, strchr(l->opt.mode, '-') != NULL, e);
	case 'w':
		return load_watch(l, e);
	default:
		return load_requests(l, e);
	}
}

static void
more_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

static int
run(struct load *l, struct err *e)
{
	struct tls_trust anyone = { .none = true, .resume = l->opt.resume };
	int rc;

	l->way = strcmp(l->opt.tls, "websocket") == 0 ? WAY_WEBSOCKET :
	    strcmp(l->opt.tls, "bosh") == 0 ? WAY_BOSH : WAY_TCP;
	anyone.http = l->way != WAY_TCP;
	if (l->opt.password == NULL && l->opt.mode[0] != 'n')
		return err_set(e, ERR_USAGE, "--password-file is wanted");
	if ((l->opt.password != NULL &&
	    secret_read(&l->password, l->opt.password, e) < 0) ||
	    tls_client(&l->tls, &anyone, e) < 0)
		return -1;
	more_descriptors();
	l->loop = loop_new();
	l->streams = stream_pool_new();
	l->salted = mem_zero((size_t)(l->opt.users + 1) *
	    sizeof *l->salted);
	rc = measure(l, e);
	if (rc == 0 && l->failed) {
		*e = l->why;
		rc = -1;
	}
	return rc;
}

int
main(int argc, char *argv[])
{
	struct load l = { .failed = false };
	struct err e = ERR_INIT;
	enum opt_next next;
	char **operands;
	size_t count;

	if (opt_parse(&tool, &l.opt, argc, argv, &operands, &count, &next,
	    &e) < 0)
		return err_report(&e, tool.name);
	if (next == OPT_DONE)
		return exit_finish(tool.name, 0);
	if (l.opt.header) {
		print_head();
		return exit_finish(tool.name, 0);
	}
	/* What is left at the end of a run goes with the process. */
	if (run(&l, &e) < 0)
		return err_report(&e, tool.name);
	return exit_finish(tool.name, 0);
}
