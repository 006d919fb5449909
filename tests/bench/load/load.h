/*
 * load.h - what the parts of the load generator share.
 *
 * One thread, one loop, bots that log in as any client does; after that
 * nothing but requests and answers.
 */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "cli/opt.h"
#include "hist.h"
#include "io/link.h"
#include "answer.h"
#include "xmpp/scram.h"
#include "xmpp/stream.h"

/* The options, as the command line gives them. */
struct load_options {
	struct opt_from from;		/* first: cli/opt.h */
	const char *server, *domain, *user, *password, *tls, *mech;
	const char *mode, *request, *query, *label, *to;
	int64_t users, rate, connections, depth, watches, pid;
	int64_t warm_ms, time_ms;
	bool resume, json, header;
};

/* What a stream is in. */
enum way { WAY_TCP, WAY_WEBSOCKET, WAY_BOSH };

struct load {
	struct load_options opt;
	struct loop *loop;
	struct tls *tls;
	struct stream_pool *streams;
	struct secret password;
	struct scram_salted *salted;	/* PBKDF2 is done once a user */
	struct link_conf conf;
	enum way way;
	uint64_t started;		/* connections */
	bool failed;
	struct err why;
};

/* End it all: e is what main reports. */
void load_fail(struct load *l, const struct err *e);

/* --- WebSocket ----------------------------------------------------------- */

struct bot;

struct web {
	unsigned match;			/* bytes of the end of HTTP's head */
	unsigned char head[10];		/* of a frame */
	size_t n;
	uint64_t left;			/* of a frame's payload */
};

/* Payload of frames; once with nothing when the way is open. */
typedef void web_fn(struct bot *b, const char *p, size_t n);

void web_hello(struct bot *b);
void web_bytes(struct bot *b, const char *p, size_t n, web_fn *fn);
size_t web_begin(struct bot *b);
void web_end(struct bot *b, size_t from);
void web_close(struct bot *b);

/* --- BOSH ---------------------------------------------------------------- */

struct bosh {
	uint64_t rid;
	char sid[256];
	bool asked;			/* an HTTP request is unanswered */
	bool restart;			/* of the stream, with the next */
	unsigned waiting;		/* stanzas that are unanswered */
	struct buf body;		/* of the next request */
	struct buf head;		/* of an answer, what came of it */
	size_t left;			/* of its payload */
};

void bosh_init(struct bosh *s);
void bosh_free(struct bosh *s);
void bosh_hello(struct bot *b);		/* a session, or again after SASL */
void bosh_bytes(struct bot *b, const char *p, size_t n, web_fn *fn);
bool bosh_body(struct bot *b, const struct stanza *body); /* or failed */
void bosh_send(struct bot *b);		/* a stanza is in body */
void bosh_close(struct bot *b);

/* --- bots ---------------------------------------------------------------- */

struct bot_ops {
	void (*ready)(struct bot *b);		/* logged in, resource bound */
	answer_fn *item;				/* arg is the bot */
	void (*closed)(struct bot *b);		/* as asked; may start again */
};

enum bot_step { BOT_START, BOT_TLS, BOT_AUTH, BOT_BIND, BOT_READY,
	BOT_ENDING, BOT_GONE };

struct bot {
	struct load *load;
	const struct bot_ops *ops;
	unsigned number;
	enum bot_step step;
	struct link *link;
	struct stream *stream;
	const struct sasl_mech *mech;
	struct scram_client scram;
	struct answers answers;
	struct web web;
	struct bosh bosh;
	char user[64];
	int64_t start_us;
	void *own;			/* the mode's */
};

/* Connect and log in.  A bot that fails ends it all. */
void bot_start(struct bot *b, struct load *l, const struct bot_ops *ops,
    unsigned number);
void bot_end(struct bot *b);		/* closed follows */
void bot_clear(struct bot *b);		/* after closed, or after the loop */

/* Around what is one message, that is put into bot_out. */
size_t bot_begin(struct bot *b);
struct buf *bot_out(struct bot *b);
void bot_send(struct bot *b, size_t from);

/* --- requests ------------------------------------------------------------ */

/*
 * "ping", or a command and its argument: "get-item /a", "set-item [...]".  In
 * the argument {c} is the connection's number, {u} its user, {n} the number of
 * the request among those in flight, {i} counts up.
 */
struct request {
	char *name;			/* of the child element; NULL: ping */
	bool set, raw;
	char *argument;
	bool varies;			/* it has one of the above */
	struct buf *ready;		/* one for each n, when it does not */
	uint64_t count;
};

int request_init(struct request *r, const struct load *l, const char *text,
    struct err *e);
void request_clear(struct request *r, const struct load *l);
void request_put(struct request *r, struct bot *b, unsigned n);

/* --- the server's process, by opt.pid; all 0 without --------------------- */

struct usage {
	int64_t at_us;
	double server_cpu_s, own_cpu_s;
	uint64_t rss, pss;		/* bytes */
};

void usage_now(struct usage *u, int64_t pid);

/* --- what can be measured; each returns when it is done ------------------ */

int load_requests(struct load *l, struct err *e);
int load_idle(struct load *l, struct err *e);
int load_logins(struct load *l, struct err *e);
int load_watch(struct load *l, struct err *e);
int load_nats(struct load *l, bool fan, struct err *e);

/* One figure of the row that is printed. */
void print_row(const struct load *l, double rate, const char *unit,
    const struct hist *h, const struct usage *from, const struct usage *to);
void print_memory(const struct load *l, const struct usage *from,
    const struct usage *to);

#endif
