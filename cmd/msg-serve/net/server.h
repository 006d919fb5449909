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
#include "base/map.h"
#include "io/listen.h"
#include "io/pool.h"
#include "io/tls.h"
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
	LISTEN_HTTP,		/* BOSH, WebSocket, files: net/web.h */
	LISTEN_HTTPS
};

struct worker;

/* Who may still connect: counted at accept, given back at the end. */
struct admission {
	pthread_mutex_t lock;
	struct map addresses;		/* 16 bytes of IP to a count */
	size_t count;
};

struct server {
	const struct serve_options *opt;
	struct log log;
	struct store *store;
	struct pool *pool;
	struct directory *directory;
	struct disco *disco;
	struct tracer trace;
	struct admission admission;
	struct stream_limits limits_login, limits;
	int64_t started_us;

	pthread_mutex_t tls_lock;
	struct tls *tls, *https;	/* for those who come; see server_tls */
	char *cert, *key;

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
 * store is made. */
int server_init(struct server *s, const struct serve_options *opt,
    struct err *e);

/* Serves the store, which stays the caller's, until SIGINT or SIGTERM, then
 * ends every stream in order.  ready is called once, when connections are
 * taken.  After it the store may be closed, then comes server_clear. */
int server_run(struct server *s, struct store *store, const char *cert,
    const char *key, void (*ready)(void *arg), void *arg, struct err *e);
void server_clear(struct server *s);

/* "127.0.0.1:5222" of the first listener of its sort; NULL: there is none. */
const char *server_address(const struct server *s, enum listen_kind kind);

/* Gives the context for a new connection of a kind, or for STARTTLS on it
 * (tls_unref); any thread. */
struct tls *server_tls(struct server *s, enum listen_kind kind);

/* May this peer have a connection?  Each yes wants one admission_leave. */
bool admission_enter(struct server *s, const struct peer *p);
void admission_leave(struct server *s, const struct peer *p);

#endif
