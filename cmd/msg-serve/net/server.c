#include "net/server.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "facade/register.h"
#include "net/worker.h"
#include "service/account.h"
#include "service/watch.h"

#define POOL_THREADS	2
#define POOL_QUEUE	1024

/* --- TLS ----------------------------------------------------------------- */

struct tls *
server_tls(struct server *s, enum listen_kind kind)
{
	struct tls *t;

	pthread_mutex_lock(&s->tls_lock);
	t = tls_ref(kind == LISTEN_HTTPS ? s->https : s->tls);
	pthread_mutex_unlock(&s->tls_lock);
	return t;
}

static int
load(struct tls **tls, struct tls **https, const struct serve_options *opt,
    struct err *e)
{
	if (tls_server(tls, opt->cert, opt->key, TLS_ALPN_XMPP, e) < 0)
		return -1;
	if ((opt->client_ca != NULL &&
	    tls_ask_client(*tls, opt->client_ca, e) < 0) ||
	    tls_server(https, opt->cert, opt->key, TLS_ALPN_HTTP, e) < 0) {
		tls_unref(*tls);
		*tls = NULL;
		return -1;
	}
	return 0;
}

/* --- options and certificate anew ---------------------------------------- */

static void
use(struct server *s, const struct serve_options *opt, struct tls *tls,
    struct tls *https)
{
	struct tls *old_tls, *old_https;

	pthread_mutex_lock(&s->tls_lock);
	old_tls = s->tls;
	old_https = s->https;
	s->tls = tls;
	s->https = https;
	pthread_mutex_unlock(&s->tls_lock);
	tls_unref(old_tls);
	tls_unref(old_https);
	s->opt = opt;
	s->log.level = options_log_level(opt);
	for (size_t i = 0; i < s->worker_count; i++)
		worker_renew(s->workers[i]);
}

/* All of it, or nothing: what is wrong is said and the old stays. */
static void
renew(struct server *s)
{
	const struct server_hooks *h = s->hooks;
	const struct serve_options *opt = s->opt;
	struct tls *tls, *https;
	struct err e = ERR_INIT;

	if (h->renew != NULL)
		opt = h->renew(h->arg, &e);
	if (opt != NULL && load(&tls, &https, opt, &e) == 0)
		use(s, opt, tls, https);
	else
		opt = NULL;
	if (h->renewed != NULL)
		h->renewed(h->arg, opt, &e);
}

/* --- signs of life -------------------------------------------------------- */

static void
ask_for_beats(struct server *s)
{
	for (size_t i = 0; i < s->worker_count; i++)
		worker_beat(s->workers[i]);
	s->beats_due += s->worker_count;
	timer_set(&s->alive, s->hooks->alive_ms);
}

/* A worker that hangs is asked no more, and nothing is said. */
static void
on_alive(void *arg)
{
	struct server *s = arg;

	if (atomic_load(&s->beats) < s->beats_due) {
		timer_set(&s->alive, s->hooks->alive_ms);
		return;
	}
	s->hooks->alive(s->hooks->arg);
	ask_for_beats(s);
}

/* --- the main thread ----------------------------------------------------- */

static void
on_accept(void *arg, int fd, const struct peer *peer)
{
	struct listener_slot *slot = arg;
	struct server *s = slot->server;
	enum admitted is;

	if (fd < 0) {
		log_event(&s->log, LOG_LEVEL_ERROR, "out of descriptors: "
		    "connections are refused; raise ulimit -n", NULL);
		return;
	}
	is = admission_enter(s, peer);
	if (is != ADMITTED) {
		admission_refuse(s, peer, fd, slot->kind, is);
		return;
	}
	atomic_fetch_add_explicit(&s->connections, 1, memory_order_relaxed);
	worker_connect(s->workers[s->next_worker++ % s->worker_count], fd,
	    peer, slot->kind);
}

static void
on_signal(void *arg, int signum)
{
	struct server *s = arg;

	if (signum == SIGHUP)
		renew(s);
	else
		loop_stop(s->loop);
}

static struct listener_slot *
free_slot(struct server *s, enum listen_kind kind, struct err *e)
{
	struct listener_slot *slot = &s->slots[s->slot_count];

	if (s->slot_count == SERVER_LISTENERS_MAX) {
		err_set(e, ERR_USAGE, "at most %d addresses to listen on",
		    SERVER_LISTENERS_MAX);
		return NULL;
	}
	slot->server = s;
	slot->kind = kind;
	return slot;
}

/* How many there are of a kind, each taken. */
static int
adopt(struct server *s, const struct server_sockets *handed,
    enum listen_kind kind, struct err *e)
{
	struct listener_slot *slot;
	int count = 0;

	for (size_t i = 0; i < handed->count; i++) {
		if (handed->at[i].kind != kind)
			continue;
		slot = free_slot(s, kind, e);
		if (slot == NULL || listener_adopt(&slot->listener,
		    handed->at[i].fd, e) < 0)
			return -1;
		s->slot_count++;
		count++;
	}
	return count;
}

/* The kinds' names, and the options that have their addresses. */
static const struct {
	const char *name, *option;
} kinds[] = {
	[LISTEN_STARTTLS] = { "starttls", "listen" },
	[LISTEN_TLS] = { "tls", "listen-tls" },
	[LISTEN_HTTP] = { "http", "listen-http" },
	[LISTEN_HTTPS] = { "https", "listen-https" },
	[LISTEN_METRICS] = { "metrics", "metrics" },
};

static int
open_listeners(struct server *s, const struct opt_list *list,
    const struct server_sockets *handed, enum listen_kind kind,
    struct err *e)
{
	struct listener_slot *slot;
	int rc = adopt(s, handed, kind, e);

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		if (strcmp(list->v[i], "none") == 0)
			continue;
		slot = free_slot(s, kind, e);
		if (slot == NULL)
			return -1;
		if (listener_open(&slot->listener, list->v[i], e) < 0)
			return err_prefix(e, "--%s", kinds[kind].option);
		s->slot_count++;
	}
	return rc < 0 ? -1 : 0;
}

int
server_kind(struct str name, enum listen_kind *out)
{
	for (size_t i = 0; i < MEM_COUNT(kinds); i++)
		if (str_is(name, kinds[i].name)) {
			*out = (enum listen_kind)i;
			return 0;
		}
	return -1;
}

const char *
server_address(const struct server *s, enum listen_kind kind)
{
	for (size_t i = 0; i < s->slot_count; i++)
		if (s->slots[i].kind == kind)
			return listener_address(s->slots[i].listener, 0)->text;
	return NULL;
}

/* In the writer: one batch to every worker. */
static void
feed(void *arg, struct commit *const *commits, size_t count)
{
	struct server *s = arg;

	for (size_t i = 0; i < s->worker_count; i++)
		watch_feed(s->workers[i], commits, count);
}

int
server_init(struct server *s, const struct serve_options *opt,
    const struct server_sockets *handed, struct err *e)
{
	memset(s, 0, sizeof *s);
	s->opt = opt;
	s->log = (struct log){ STDERR_FILENO, options_log_level(opt),
		log_is_journal(STDERR_FILENO) };
	s->started_us = clock_real_us();
	s->directory = directory_new();
	s->disco = disco_new(s->opt);
	s->registrar = register_account();
	pthread_mutex_init(&s->tls_lock, NULL);
	pthread_mutex_init(&s->admission.lock, NULL);
	penalty_init(&s->penalty);
	penalty_init(&s->registrations);
	tracer_init(&s->trace, opt->verbose > 0);
	s->loop = loop_new();
	timer_init(&s->alive, s->loop, on_alive, s);
	if (opt->web_root != NULL && access(opt->web_root, X_OK) < 0)
		return err_sys(e, ERR_CONFIG, "cannot use --web-root '%s'",
		    opt->web_root);
	if (open_listeners(s, &opt->listen, handed, LISTEN_STARTTLS, e) < 0 ||
	    open_listeners(s, &opt->listen_tls, handed, LISTEN_TLS, e) < 0 ||
	    open_listeners(s, &opt->listen_http, handed, LISTEN_HTTP, e) < 0 ||
	    open_listeners(s, &opt->listen_https, handed, LISTEN_HTTPS,
	    e) < 0 ||
	    open_listeners(s, &opt->metrics, handed, LISTEN_METRICS, e) < 0)
		return -1;
	if (s->slot_count == 0)
		return err_set(e, ERR_USAGE, "no address to listen on");
	return 0;
}

static size_t
worker_count(const struct serve_options *opt)
{
	long cores = opt->workers > 0 ? (long)opt->workers :
	    sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : (size_t)cores;
}

static int
start(struct server *s, struct err *e)
{
	size_t want = worker_count(s->opt);

	if (load(&s->tls, &s->https, s->opt, e) < 0) {
		e->code = ERR_CONFIG;
		return -1;
	}
	s->pool = pool_new(POOL_THREADS, POOL_QUEUE, e);
	if (s->pool == NULL)
		return -1;
	s->workers = mem_array(want, sizeof *s->workers);
	for (; s->worker_count < want; s->worker_count++)
		if (worker_start(&s->workers[s->worker_count], s, e) < 0)
			return -1;
	store_set_feed(s->store, feed, s);
	if (loop_signal(s->loop, SIGHUP, on_signal, s, e) < 0 ||
	    loop_signal(s->loop, SIGINT, on_signal, s, e) < 0 ||
	    loop_signal(s->loop, SIGTERM, on_signal, s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->slot_count; i++)
		listener_start(s->slots[i].listener, s->loop, on_accept,
		    &s->slots[i]);
	return 0;
}

int
server_run(struct server *s, struct store *store,
    const struct server_hooks *hooks, struct err *e)
{
	int rc;

	s->store = store;
	s->hooks = hooks;
	rc = start(s, e);
	if (rc == 0) {
		if (hooks->ready != NULL)
			hooks->ready(hooks->arg);
		if (hooks->alive_ms > 0)
			ask_for_beats(s);
		loop_run(s->loop);
		if (hooks->stopping != NULL)
			hooks->stopping(hooks->arg);
	}
	timer_stop(&s->alive);
	for (size_t i = 0; i < s->slot_count; i++)
		listener_stop(s->slots[i].listener);
	for (size_t i = 0; i < s->worker_count; i++)
		worker_settle(s->workers[i]);
	for (size_t i = 0; i < s->worker_count; i++)
		worker_stop(s->workers[i]);
	return rc;
}

void
server_clear(struct server *s)
{
	pool_free(s->pool);
	for (size_t i = 0; i < s->worker_count; i++)
		worker_free(s->workers[i]);
	free(s->workers);
	for (size_t i = 0; i < s->slot_count; i++)
		listener_free(s->slots[i].listener);
	loop_free(s->loop);
	tls_unref(s->tls);
	tls_unref(s->https);
	directory_free(s->directory);
	disco_free(s->disco);
	account_unref(s->registrar);
	map_free(&s->admission.addresses);
	penalty_clear(&s->penalty);
	penalty_clear(&s->registrations);
	tracer_clear(&s->trace);
	pthread_mutex_destroy(&s->admission.lock);
	pthread_mutex_destroy(&s->tls_lock);
}
