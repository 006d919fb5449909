/*
 * bosh.h - carries a session over BOSH (XEP-0124, XEP-0206): requests that
 * are held until there is something to say.
 *
 *	bosh_window.c	the order of requests
 *	bosh_request.c	from an HTTP request to its session
 *	bosh.c		a session: what is answered, and when
 *
 * A session lives in one worker, its requests may come by any: its sid says
 * which, behind that are 128 random bits.  A session that began under TLS is
 * only to be had under TLS; one that began with a key sequence needs each
 * next key.  Whoever guesses wrong learns nothing.
 *
 * Answers: what the session has said goes with the oldest request, at the end
 * of the turn.  More than `hold` requests are not kept waiting, none longer
 * than `wait`.  The last answers stay, for requests that are repeated.
 *
 * Limits: --max-bosh sessions, each counted as a connection too; --max-hold
 * requests held; --bosh-idle-time; BOSH_WAIT_S; BOSH_PAUSE_S; BOSH_POLLING_S
 * between requests of a client that never waits.
 */
#ifndef WEB_BOSH_H
#define WEB_BOSH_H

#include "web/web.h"

#define BOSH_WAIT_S	60
#define BOSH_PAUSE_S	120
#define BOSH_POLLING_S	5

/* Answers r, a POST, now or later. */
void bosh_request(struct web *c, struct exchange *x,
    const struct http_request *r);

#endif
