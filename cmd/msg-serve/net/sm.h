/*
 * sm.h - stream management (XEP-0198): both sides count stanzas and
 * acknowledge them, and a session outlives its connection.
 *
 *	sm.c		on an open stream: enable, <r/>, <a/>
 *	sm_detach.c	without a connection
 *	sm_resume.c	on a new connection
 *	sm_queue.c	what was sent and is not acknowledged
 *	sm_lost.c	what of that did not arrive, and who is told
 *
 * A connection is lost when it ends without the stream's end: its session is
 * *detached* then for --resume-time.  It keeps its resource, its watches and
 * its place in --max-connections, its commands go on, and what is said to it
 * is kept.  When the time is up it ends as if it had been closed, and requests
 * and messages of others among what was kept come back to them as errors.
 *
 * A new connection of the same user resumes it: the connection goes to the
 * session's worker, if that is another one, and the two sessions exchange
 * their carriers.  What the client has not seen is sent again.  Half a stanza
 * that came last on the old connection counts as never sent.
 *
 * Limits: --max-unacked bytes of stanzas a session (sm_queue.h), and of those
 * past it SM_HEADS bytes of start tags, which are enough to tell their senders;
 * while detached, passing it ends the session.  Watches add nothing to it then,
 * they read on from the store later (service/watch.h).
 */
#ifndef NET_SM_H
#define NET_SM_H

#include <stdbool.h>

#include "base/map.h"
#include "io/listen.h"
#include "io/loop.h"
#include "net/session.h"
#include "net/sm_queue.h"

#define SM_ASK		16		/* stanzas until <r/> */
#define SM_ASK_BYTES	(64 * 1024)	/* or bytes, */
#define SM_ASK_MS	10000		/* or so long after the first */
#define SM_HEADS	(64 * 1024)	/* bytes */
#define SM_ID		48		/* "WORKER-32 HEX DIGITS" and a NUL */
#define SM_GONE		256		/* ended sessions remembered */

struct sm {
	struct sm_queue queue;
	struct sm_queue heads;		/* of those that went: sm_lost.c */
	uint32_t received;		/* stanzas, modulo 2^32 */
	bool asked;			/* <r/> is not answered yet */
	struct timer ask;
	bool resume;			/* it may be */
	bool detached;
	int64_t max_ms;			/* for so long */
	char id[SM_ID];			/* "": resumption was not asked for */
	struct peer peer;		/* while detached: who it was */
	struct loop_task reap;
};

/* What a worker keeps of stream management. */
struct sm_table {
	struct map sessions;		/* id to session */
	struct sm_gone {
		char id[SM_ID];
		uint32_t received;
	} *gone;			/* the last SM_GONE, or NULL */
	unsigned next;			/* in gone */
};

void sm_table_clear(struct sm_table *t);

/* --- sm.c ---------------------------------------------------------------- */

/* Append the stream feature, where the carrier can be exchanged. */
void sm_features(struct session *s, struct buf *out);

/* An element of NS_SM, after login. */
void sm_stanza(struct session *s, const struct stanza *st);

/* Enable it on a session that is ready, as an <enable/> asks; append what
 * tells the client. */
void sm_enable(struct session *s, const struct stanza *enable,
    struct buf *out);

/* The count in h; false: there is none. */
bool sm_count(const struct stanza *st, uint32_t *h);

/* A stanza came.  If it answers one that waits for its acknowledgement, that
 * one's sender is not told later that it was lost. */
void sm_received(struct session *s, const struct stanza *st);

/* What was just appended from s->mark on is about to go out: keep it, if it
 * is a stanza.  True: it is time to ask for an acknowledgement. */
bool sm_sent(struct session *s);
void sm_ask(struct session *s);

void sm_free(struct session *s);

/* --- sm_detach.c --------------------------------------------------------- */

bool sm_resumable(const struct session *s);
bool sm_detached(const struct session *s);

/* Its connection is lost. */
void sm_detach(struct session *s);

/* It has a connection again. */
void sm_attached(struct session *s);

/* --- sm_lost.c ----------------------------------------------------------- */

/* Keep a stanza that was sent.  False: others had to go for it. */
bool sm_keep(struct sm *m, const char *p, size_t n);

/* The client has all up to number h; -1 as sm_queue_ack. */
int sm_acknowledge(struct sm *m, uint32_t h);

/* XEP-0198 6: what is not acknowledged counts as not delivered.  Its senders
 * are told, if they wait for something. */
void sm_bounce(struct session *s);

/* --- sm_resume.c --------------------------------------------------------- */

/* What became of it: s is the session that is now on the connection. */
typedef void sm_done_fn(struct session *s, bool resumed,
    const char *condition, const uint32_t *h);

/* Resume as a <resume/> asks, on a session that is logged in and has no
 * resource.  Its carrier is paused until done, which comes in a later turn
 * unless the connection is lost. */
void sm_resume(struct session *s, const struct stanza *resume,
    sm_done_fn *done);

/* Append <resumed/>; <failed/>, h NULL when it is not known. */
void sm_put_resumed(struct session *s, struct buf *out);
void sm_put_failed(struct buf *out, const char *condition,
    const uint32_t *h);

/* Send again what the client has not seen. */
void sm_resend(struct session *s);

#endif
