/*
 * worker.h - one thread, its loop, its connections and its reader.
 *
 * All of a session's life happens here.  Other threads reach a worker by
 * its mailbox only: a new connection, bytes for a session, a durable job, a
 * batch of commits, the end.
 */
#ifndef NET_WORKER_H
#define NET_WORKER_H

#include <pthread.h>

#include "avro/plan.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "io/http.h"
#include "io/link.h"
#include "io/mailbox.h"
#include "net/metrics.h"
#include "net/server.h"
#include "net/sm.h"
#include "service/watch_table.h"
#include "store/store.h"
#include "xmpp/stream.h"

#define WORKER_KEEP	((size_t)1 << 20)	/* bytes of scratch kept */

struct kept;
struct server;
struct session;

struct worker {
	struct server *server;
	pthread_t thread;
	struct loop *loop;
	struct mailbox *box;
	struct reader *reader;
	struct loop_task turn_end;	/* gives the snapshot back */

	struct map sessions;		/* number to session */
	uint64_t last_session;
	struct map webs, bosh;		/* web/web.h, web/bosh.h */
	struct sm_table sm;
	uint64_t last_web;
	size_t peak;			/* of both, since the last trim */
	struct loop_task trim;
	unsigned index;			/* in the server's workers */
	struct link_conf link_conf, web_conf;
	struct http_limits http_limits;
	struct stream_limits limits_login, limits;	/* of its streams */
	struct stream_pool *streams;
	bool stopping;
	struct timer stop_timer;

	struct metrics metrics;
	struct watch_table watches;	/* of this worker's sessions */
	struct loop_task behind;	/* watches that lag read on */

	/* Scratch of the request being served, used again and again. */
	struct arena arena;
	struct buf argument, payload, line;
	struct buf unsent;		/* said to who is detached: sm.h */
	struct plan_run *run;
	struct kept *kept;		/* answers that were asked for before */
};

/* Gives a worker whose thread runs (worker_stop). */
int worker_start(struct worker **out, struct server *s, struct err *e);

/* Ends the sessions that wait for their clients, who will find them no more:
 * senders of what was kept are told, while they still can be.  Before any
 * worker is stopped. */
void worker_settle(struct worker *w);

/* Ends every stream with system-shutdown and waits for the thread. */
void worker_stop(struct worker *w);

/* After worker_stop, and when no other thread posts to it any more. */
void worker_free(struct worker *w);

/* From the main thread: the server has other options; say that you live, in
 * server->beats. */
void worker_renew(struct worker *w);
void worker_beat(struct worker *w);

/* From the main thread: serve a connection.  fd is taken. */
void worker_connect(struct worker *w, int fd, const struct peer *peer,
    enum listen_kind kind);

/* From any thread: append bytes to a session's output.  The session may be
 * gone by then; on_gone (in the worker) is called if so and if not NULL, but
 * not while the worker stops. */
struct delivery {
	struct mail mail;
	struct place to;
	void (*on_gone)(struct worker *w, struct delivery *d);
	struct delivery *reply;		/* of on_gone's: freed when not used */
	size_t n;
	char bytes[];
};

struct delivery *delivery_new(struct place to, const void *p, size_t n);
void delivery_send(struct delivery *d);

/* From any thread: end a stream with an RFC 6120 stream error. */
void worker_evict(struct place p, const char *condition);

/* In the worker: its sessions by number.  worker_enter gives a number. */
uint64_t worker_enter(struct worker *w, struct session *s);
void worker_leave(struct worker *w, uint64_t number);

/* In the worker: an HTTP connection is there, or gone. */
void worker_came(struct worker *w);
void worker_left(struct worker *w);
struct session *worker_session(struct worker *w, uint64_t number);

/* In the worker: the reader, begun; NULL with *e when it cannot be. */
struct reader *worker_reader(struct worker *w, struct err *e);

/* Users were changed: their sessions here end or see their new rights. */
void worker_accounts(struct worker *w, const struct commit *c);

/* The newest revision this turn looks at: the reader's when it has begun. */
uint64_t worker_head(const struct worker *w);

/* What was lent by the reader is gone; the next look sees newer commits. */
void worker_refresh(struct worker *w);

#endif
