/*
 * serve.h - the commands of one session, in the order they came.
 *
 * Gets are answered at once.  Sets go to the writer, as many as come; any
 * other command behind a set waits in a queue until all before it are
 * answered.  When too many wait the session's carrier is paused, so the
 * peer's own TCP stream is the queue then.
 */
#ifndef NET_SERVE_H
#define NET_SERVE_H

#include <stdbool.h>

#include "xmpp/stanza.h"

struct facade;
struct job;
struct session;
struct waiting;

struct serve {
	struct waiting *first, **last;
	unsigned queued;		/* in that list */
	unsigned pending;		/* jobs that are not durable yet */
	bool alone;			/* nothing may overtake what pends */
	bool paused;
};

void serve_init(struct serve *q);
void serve_clear(struct session *s);

/* An IQ whose first child is in NS_M. */
void serve_iq(struct session *s, const struct stanza *iq);

/* One that asks for a command in other words (facade/facade.h). */
void serve_facade(struct session *s, const struct stanza *iq,
    const struct facade *f);

/* A job of this session is done: answer it, go on with what waits. */
void serve_done(struct session *s, struct job *j);

/* Something pends that is not answered yet. */
bool serve_busy(const struct serve *q);

#endif
