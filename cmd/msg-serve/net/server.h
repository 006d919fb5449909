/*
 * server.h - the whole: what every worker shares, and how it starts and ends.
 *
 * The main thread accepts, hears signals and hands each connection to a
 * worker; a worker keeps it for life.  What is here is either immutable while
 * workers run, or guards itself.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "io/listen.h"
#include "io/pool.h"
#include "io/tls.h"
#include "login/penalty.h"
#include "net/admission.h"
#include "net/directory.h"
#include "net/disco.h"
#include "net/trace.h"
#include "options.h"
#include "store/store.h"
#include "xmpp/stream.h"

#define SERVER_LISTENERS_MAX	32

/* What is spoken on a listening socket. */
enum listen_kind {
	LISTEN_STARTTLS,	/* RFC 6120 */
	LISTEN_TLS,		/* XEP-0368 */
	LISTEN_HTTP,		/* BOSH, WebSocket, files: web/web.h */
	LISTEN_HTTPS,
	LISTEN_METRICS		/* HTTP: web/prometheus.h */
};

/* Their names, in that order, as the ready line has them. */
#define SERVER_KINDS	"starttls, tls, http, https, metrics"

/* Listening sockets that were handed in, to take the place of those that the
 * options say of the same kind. */
struct server_sockets {
	struct {
		int fd;
		enum listen_kind kind;
	} at[SERVER_LISTENERS_MAX];
	size_t count;
};

/* What the server asks of who runs it, in the main thread.  NULL where one
 * does not care. */
struct server_hooks {
	/* Connections are taken; soon they will be no more. */
	void (*ready)(void *arg);
	void (*stopping)(void *arg);

	/* SIGHUP: options to go on with, which stay as long as the server
	 * does; of them what is not OPT_LIVE is what it was.  NULL, *e: the
	 * old ones stay.  renewed: they are used, or *e says why not. */
	const struct serve_options *(*renew)(void *arg, struct err *e);
	void (*renewed)(void *arg, const struct serve_options *opt,
	    const struct err *e);

	/* Every thread that serves has answered within alive_ms. */
	void (*alive)(void *arg);
	int64_t alive_ms;		/* 0: never */
	void *arg;
};

struct account;
struct worker;

struct server {
	/* Read by every thread; SIGHUP puts another in its place. */
	const struct serve_options *_Atomic opt;
	struct log log;
	struct store *store;
	struct pool *pool;
	struct directory *directory;
	struct disco *disco;
	const struct account *registrar;	/* facade/register.h */
	struct tracer trace;
	struct admission admission;
	struct penalty penalty;		/* of addresses */
	struct penalty registrations;	/* those that made users */
	int64_t started_us;

	pthread_mutex_t tls_lock;
	struct tls *tls, *https;	/* for those who come; see server_tls */

	const struct server_hooks *hooks;
	struct timer alive;
	atomic_size_t beats;		/* of workers, since the server began */
	size_t beats_due;
	struct loop *loop;		/* the main thread's */
	struct listener_slot {
		struct server *server;
		struct listener *listener;
		enum listen_kind kind;
	} slots[SERVER_LISTENERS_MAX];
	size_t slot_count;
	struct worker **workers;
	size_t worker_count, next_worker;

	atomic_uint_fast64_t connections;	/* accepted so far */
	atomic_size_t bosh_sessions;	/* there now */
};

/* Opens the listening sockets, so that ports are known and free before a
 * store is made.  Keeps opt; takes the descriptors of handed. */
int server_init(struct server *s, const struct serve_options *opt,
    const struct server_sockets *handed, struct err *e);

/* Serves the store, which stays the caller's, until SIGINT or SIGTERM, then
 * ends every stream in order.  After it the store may be closed, then comes
 * server_clear. */
int server_run(struct server *s, struct store *store,
    const struct server_hooks *hooks, struct err *e);
void server_clear(struct server *s);

/* "127.0.0.1:5222" of the first listener of its sort; NULL: there is none. */
const char *server_address(const struct server *s, enum listen_kind kind);

/* The kind of this name; -1: there is none. */
int server_kind(struct str name, enum listen_kind *out);

/* Gives the context for a new connection of a kind, or for STARTTLS on it
 * (tls_unref); any thread. */
struct tls *server_tls(struct server *s, enum listen_kind kind);

#endif
