#include "run.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/tls.h"
#include "net/server.h"
#include "start.h"
#include "supervisor.h"

#define DESCRIPTORS_BESIDE	256	/* store, loops, listeners, files */
#define NEWS_MAX		128	/* options that one SIGHUP changes */

struct program {
	struct server server;
	struct start start;
	struct supervisor supervisor;
	struct settings **settings;	/* first those in use */
	struct settings *fresh;		/* that may take their place */
	struct news {
		const struct opt *option;
		bool taken;
	} news[NEWS_MAX];		/* what is different in them */
	size_t news_count;
	char **argv;
	int argc;
};

static const char *
address(const struct program *p, enum listen_kind kind)
{
	const char *a = server_address(&p->server, kind);

	return a == NULL ? "none" : a;
}

/* One that is for another name is refused by all clients that do not pin it. */
static void
warn_of_certificate(struct program *p)
{
	const struct serve_options *opt = p->server.opt;
	struct tls *tls = server_tls(&p->server, LISTEN_STARTTLS);
	const struct tls_cert *cert = tls_own(tls);

	if (!tls_cert_is_for(tls, opt->domain))
		log_event(&p->server.log, LOG_LEVEL_WARN, "the certificate is "
		    "not for the domain: clients refuse it", "certificate",
		    opt->cert, "for", cert->names[0] == '\0' ? "nobody" :
		    cert->names, "domain", opt->domain, NULL);
	tls_unref(tls);
}

/* Where msg-send finds the server; without a listener the domain says it. */
static struct start_address
find_address(const struct program *p)
{
	const char *starttls = server_address(&p->server, LISTEN_STARTTLS);
	const char *tls = server_address(&p->server, LISTEN_TLS);

	if (starttls != NULL)
		return (struct start_address){ starttls, false };
	if (tls != NULL)
		return (struct start_address){ tls, true };
	return (struct start_address){ p->server.opt->domain, false };
}

/* The line that says that connections are taken, and where: scripts wait for
 * it, so no level but -q leaves it out. */
static void
ready(void *arg)
{
	struct program *p = arg;
	const struct serve_options *opt = p->server.opt;
	const struct log *log = &p->server.log;
	const struct log always = { log->fd, LOG_LEVEL_INFO, log->journal };
	const struct start_address at = find_address(p);

	if (opt->plaintext)
		log_event(log, LOG_LEVEL_WARN, "passwords may come without "
		    "TLS from loopback addresses", "option", "--plaintext",
		    NULL);
	warn_of_certificate(p);
	start_renew_context(&p->start, opt, &at, log);
	log_event(opt->quiet ? log : &always, LOG_LEVEL_INFO, "ready",
	    "domain", opt->domain,
	    "starttls", address(p, LISTEN_STARTTLS),
	    "tls", address(p, LISTEN_TLS), "http", address(p, LISTEN_HTTP),
	    "https", address(p, LISTEN_HTTPS),
	    "metrics", address(p, LISTEN_METRICS), "store", p->start.dir,
	    p->start.fresh ? "hint" : NULL, "the store is new; try: msg-send "
	    "get-item /", NULL);
	supervisor_say(&p->supervisor, "READY=1\nSTATUS=Serving %s",
	    opt->domain);
}

static void
stopping(void *arg)
{
	struct program *p = arg;

	/* Another one ends it at once; the store survives that. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	log_event(&p->server.log, LOG_LEVEL_INFO, "stopping", NULL);
	supervisor_say(&p->supervisor, "STOPPING=1");
}

static void
alive(void *arg)
{
	struct program *p = arg;

	supervisor_say(&p->supervisor, "WATCHDOG=1");
}

/* --- SIGHUP -------------------------------------------------------------- */

/* Told when the whole is taken, and only then. */
static void
changed(void *arg, const struct opt *o, bool taken)
{
	struct program *p = arg;

	if (p->news_count < NEWS_MAX)
		p->news[p->news_count++] = (struct news){ o, taken };
}

static void
tell_news(const struct program *p)
{
	for (size_t i = 0; i < p->news_count; i++)
		if (p->news[i].taken)
			log_event(&p->server.log, LOG_LEVEL_INFO,
			    "option changed", "option",
			    p->news[i].option->name, NULL);
		else
			log_event(&p->server.log, LOG_LEVEL_WARN,
			    "option changed, but that wants a restart",
			    "option", p->news[i].option->name, NULL);
}

static const struct serve_options *
renew(void *arg, struct err *e)
{
	struct program *p = arg;
	enum opt_next next;

	supervisor_say(&p->supervisor, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_mono_us());
	if (settings_read(&p->fresh, p->argc, p->argv, &next, e) < 0)
		return NULL;
	start_certificate(&p->start, &p->fresh->opt);
	p->news_count = 0;
	opt_renew(&msg_serve, p->server.opt, &p->fresh->opt, changed, p);
	return &p->fresh->opt;
}

static void
renewed(void *arg, const struct serve_options *opt, const struct err *e)
{
	struct program *p = arg;
	char line[ERR_TEXT_MAX + ERR_PATH_MAX + ERR_AT_MAX + 8];

	if (opt != NULL) {
		p->fresh->former = *p->settings;
		*p->settings = p->fresh;
		p->fresh = NULL;
		tell_news(p);
		log_event(&p->server.log, LOG_LEVEL_INFO, "configuration and "
		    "certificate reloaded", "config", (*p->settings)->path,
		    "certificate", opt->cert, NULL);
		warn_of_certificate(p);
	} else {
		err_line(e, line, sizeof line);
		log_event(&p->server.log, LOG_LEVEL_ERROR, "not reloaded, all "
		    "stays as it was", "why", line, NULL);
		settings_free(p->fresh);
		p->fresh = NULL;
	}
	supervisor_say(&p->supervisor, "READY=1");
}

/* --- the whole ----------------------------------------------------------- */

/* A connection takes a descriptor, and shells give few: what may be had
 * without asking is had.  That there are none left is told when it is so. */
static void
raise_descriptors(int64_t connections)
{
	rlim_t want = (rlim_t)connections + DESCRIPTORS_BESIDE;
	struct rlimit now;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0 || now.rlim_cur >= want)
		return;
	now.rlim_cur = want < now.rlim_max ? want : now.rlim_max;
	setrlimit(RLIMIT_NOFILE, &now);
}

static int
serve(struct program *p, struct err *e)
{
	struct serve_options *opt = &(*p->settings)->opt;
	struct start_address at;
	const struct server_hooks hooks = { .ready = ready,
		.stopping = stopping, .renew = renew, .renewed = renewed,
		.alive = alive, .alive_ms = p->supervisor.watchdog_ms,
		.arg = p };

	raise_descriptors(opt->connections);
	p->start.dir = start_dir(opt, e);
	if (p->start.dir == NULL ||
	    server_init(&p->server, opt, &p->supervisor.sockets, e) < 0)
		return -1;
	at = find_address(p);
	if (start_open(&p->start, opt, &at, &p->server.log, e) < 0)
		return -1;
	start_certificate(&p->start, opt);
	return server_run(&p->server, p->start.store, &hooks, e);
}

int
run_server(struct settings **s, int argc, char *argv[], struct err *e)
{
	struct program p = { .settings = s, .argc = argc, .argv = argv };
	int rc = supervisor_init(&p.supervisor, e);

	if (rc == 0)
		rc = serve(&p, e);
	start_clear(&p.start);
	server_clear(&p.server);
	supervisor_clear(&p.supervisor);
	return rc;
}
