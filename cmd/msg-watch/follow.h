/*
 * follow.h - a stream that is kept: connected, asked, listened to, and made
 * again when it is lost, until the user, a count or the time says enough.
 *
 * Knows no command: changes.c, trace.c and stats.c each bring their own
 * struct follow_ops.
 */
#ifndef WATCH_FOLLOW_H
#define WATCH_FOLLOW_H

#include "cli/connect.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "msg/ask.h"
#include "options.h"
#include "xmpp/client.h"

#define FOLLOW_PAYLOAD_MAX	(128u << 20)	/* bytes of one answer */

struct follow;

/* All get follow_start's arg. */
struct follow_ops {
	/* The stream is there: what to ask, by follow_ask.  again: it was
	 * lost before. */
	void (*connected)(void *arg, bool again);

	/* The answer to follow_ask; payload is decoded. */
	void (*answer)(void *arg, const struct msg_reply *r,
	    const struct buf *payload);

	/* Any other stanza. */
	void (*stanza)(void *arg, const struct stanza *st);

	/* follow_tick's time has come.  NULL: never called. */
	void (*tick)(void *arg);
};

struct follow {
	const struct watch_opts *o;
	const struct interrupt *in;
	const struct follow_ops *ops;
	void *arg;
	struct output out;
	bool raw;			/* --format is this */
	struct client_options client_options;
	struct client *client;
	uint64_t asked;			/* id; 0: no answer is awaited */
	bool over;			/* nothing more is wanted */
	int64_t count;
	int64_t end_us, idle_us, tick_us;	/* INT64_MAX: never */
	struct connect_wait backoff;
	int status;			/* to exit with */
};

/* Keeps all of them; out is ready then.  follow_end even after it failed. */
void follow_start(struct follow *f, const struct watch_opts *o,
    const struct interrupt *in, const struct follow_ops *ops, void *arg);
int follow_run(struct follow *f);	/* gives the exit status */
void follow_end(struct follow *f);

/* Append the request; its answer comes to ops->answer. */
void follow_ask(struct follow *f, const struct msg_ask *ask);

/* An event was told: it counts, and what is idle begins anew. */
void follow_told(struct follow *f);

/* Append a stanza as it came, for --format=raw. */
void follow_raw(struct follow *f, const struct stanza *st);

/* Write what is in out.  False: it cannot be, and all is over. */
bool follow_flush(struct follow *f);

/* Call ops->tick in ms from now, once. */
void follow_tick(struct follow *f, int64_t ms);

/* It is over, and with this error. */
void follow_fail(struct follow *f, const struct err *e);
void follow_refused(struct follow *f, const struct msg_reply *r);

#endif
