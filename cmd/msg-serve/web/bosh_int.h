/*
 * bosh_int.h - the inside of a BOSH session, for web/bosh*.c alone.
 */
#ifndef WEB_BOSH_INT_H
#define WEB_BOSH_INT_H

#include "base/arena.h"
#include "net/session.h"
#include "net/worker.h"
#include "web/bosh.h"
#include "web/bosh_window.h"

#define BOSH_TYPE	"text/xml; charset=utf-8"
#define BOSH_SID	48	/* "WORKER-32 HEX DIGITS" and a NUL */
#define BOSH_KEY	41	/* SHA-1 in hexadecimal and a NUL */

/* A request on its way: body is lent, all else copied. */
struct bosh_ask {
	struct web_ticket ticket;
	struct peer peer;
	bool secure;
	size_t bytes;			/* of the body */
	const struct stanza *body;
};

/* One that came before its turn. */
struct bosh_kept {
	struct arena arena;
	struct bosh_ask ask;
};

/* A stanza that waits while the session is paused. */
struct bosh_stanza {
	struct bosh_stanza *next;
	struct arena arena;
	struct stanza *st;
};

struct bosh {
	struct session *session;
	struct bosh_window window;
	char sid[BOSH_SID];
	char key[BOSH_KEY];		/* what the next one hashes to, or "" */
	char authid[40];
	struct peer peer;
	bool secure;
	bool legacy;			/* no ver: HTTP codes for conditions */
	bool created;			/* its first answer went out */
	bool paused;			/* by the session */
	bool ended;			/* type='terminate' is due */
	bool empty;			/* the last request and answer were */
	const char *condition;		/* with it, or NULL */
	unsigned hold;
	int64_t wait_ms, idle_ms;
	int64_t empty_us;		/* when that empty request came */
	const struct stream_limits *lim;
	struct buf out;
	struct bosh_stanza *first, **last;
	struct timer wait, idle;
	struct loop_task flush, go_on, reap;
};

/* --- bosh.c -------------------------------------------------------------- */

/* A session whose window is the caller's to begin; it goes by itself.  NULL:
 * there are too many. */
struct bosh *bosh_new(struct worker *w, const struct peer *peer, bool secure);

/* Answer every request without a stanza; the next may take so long. */
void bosh_pause(struct bosh *b, int64_t seconds);

/* The session is over: every request gets type='terminate'. */
void bosh_end(struct bosh *b, const char *condition);

/* A request that is no session's: type='terminate' and the condition. */
void bosh_refuse(struct worker *self, const struct web_ticket *t,
    const char *condition);

/* --- bosh_request.c ------------------------------------------------------ */

/* The stanzas that waited while the session was paused: a loop_task_fn. */
void bosh_go_on(void *arg);

void bosh_drop(struct bosh_kept *k);

#endif
