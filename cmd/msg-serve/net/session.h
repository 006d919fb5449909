/*
 * session.h - one client's stream, from its header to its end (RFC 6120).
 *
 * Knows what may be said when: STARTTLS, SASL (login.h), resource binding,
 * then stanzas (route.h).  Knows no socket: its carrier, TCP, WebSocket or
 * BOSH, brings stanzas and takes bytes.  A session may be given another one
 * and lives on meanwhile (sm.h).
 *
 *	session.c	its life, what it says, its end
 *	session_begin.c	from header to resource
 *
 * Order: what a client asks on one stream is done in the order it asked.  A
 * set is answered when it is durable; commands behind it wait for that
 * (serve.h), so a get sees the sets before it.
 */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "io/link.h"
#include "net/serve.h"
#include "store/commit.h"
#include "xmpp/stanza.h"
#include "xmpp/stream.h"

struct account;
struct csi;
struct login;
struct sm;
struct tracer_sink;
struct worker;

enum session_state {
	SESSION_HEADER,		/* the client's stream header is awaited */
	SESSION_LOGIN,		/* features were sent: STARTTLS or SASL */
	SESSION_BIND,		/* logged in */
	SESSION_READY,		/* has a resource */
	SESSION_ENDED		/* nothing is taken from it any more */
};

/* What brings a session's stanzas.  All run in the worker. */
struct carrier_ops {
	/* The buffer to append to; ask anew each time. */
	struct buf *(*out)(void *carrier);
	/* Append the server's stream header. */
	void (*open)(void *carrier, struct buf *out, const char *id);
	/* One stanza, or what open said, is whole: out()->p from at on. */
	void (*sent)(void *carrier, size_t at);		/* NULL: no need */
	/* Append the end of the stream, write everything, go away. */
	void (*close)(void *carrier);
	void (*abort)(void *carrier);	/* go away at once */
	void (*restart)(void *carrier);	/* a new header comes */
	void (*starttls)(void *carrier);	/* NULL: never offered */
	void (*pause)(void *carrier);	/* bring no more for now */
	void (*resume)(void *carrier);
	void (*limits)(void *carrier, const struct stream_limits *lim);
	bool (*secure)(void *carrier);
	bool (*congested)(void *carrier);	/* takes bytes too slowly */
	int (*binding)(void *carrier, const char *type, struct buf *out);
					/* as tls_binding */
	const struct peer *(*peer)(void *carrier);
	/* As tls_client_jids; NULL: never. */
	int (*client_jids)(void *carrier, struct buf *out);

	/* Another session is its own from now on.  NULL: it has one for life,
	 * and stream management is not offered. */
	void (*adopt)(void *carrier, struct session *s);
	/* Out of its worker, from no callback of its own; false: it is about
	 * to end there.  Then into another, in that one's thread. */
	bool (*leave)(void *carrier);
	void (*join)(void *carrier, struct worker *w);
};

struct session {
	struct worker *worker;
	uint64_t number;
	const struct carrier_ops *ops;
	void *carrier;

	enum session_state state;
	bool opened;			/* our header went out */
	char *lang;			/* of the client's, or NULL */
	bool closing;			/* ends when all is answered */
	struct login *login;		/* NULL once it is ready */
	struct timer timer;		/* to log in; then silence */
	bool pinged;

	const struct account *account;	/* after login */
	char *resource, *jid, *bare;	/* after bind; "u@d/r", "u@d" */

	struct presence *presence;	/* presence.h; NULL: never needed */
	struct adhoc *adhoc;		/* facade/adhoc.h: begun; NULL: none */
	struct serve serve;		/* commands in progress */
	struct sm *sm;			/* sm.h; NULL: not enabled */
	struct csi *csi;		/* csi.h; NULL: active */
	bool registered;		/* has made a user (XEP-0077) */
	struct tracer_sink *tracer;	/* NULL: it does not trace */
	struct buf *out;		/* what is being written goes there */
	size_t mark;			/* and began here */
};

/* Gives a session of a carrier, which says session_lost at its end: the
 * session is gone then, or lives on without it (sm.h). */
struct session *session_new(struct worker *w, const struct carrier_ops *ops,
    void *carrier);
void session_lost(struct session *s);
void session_free(struct session *s);

/* What a carrier brings. */
void session_header(struct session *s, const struct stream_header *h);
void session_stanza(struct session *s, struct stanza *st);
void session_closed(struct session *s);		/* the stream's end */
void session_broken(struct session *s, const char *condition,
    const char *text);				/* XML against the rules */

/* Say a stream error (RFC 6120 4.9.3) and end.  text may be NULL. */
void session_error(struct session *s, const char *condition,
    const char *text);

/* The server ends: system-shutdown, or see-other-host where --see-other-host
 * names one (RFC 6120 4.9.3.19 and .22). */
void session_shutdown(struct session *s);

/* End in order, without an error. */
void session_end(struct session *s);

/* Around everything a session writes: begin, append, sent. */
struct buf *session_out(struct session *s);
void session_sent(struct session *s);
void session_sent_quietly(struct session *s);	/* and not traced */
void session_sent_again(struct session *s);	/* and not counted */

/* Our side of the stream, if it was not said yet. */
void session_open(struct session *s);

/* One that has no resource yet goes to another worker, with its carrier; see
 * leave and join there. */
bool session_leave(struct session *s);
void session_join(struct session *s, struct worker *w);

/* Two sessions of a worker have each other's carrier from now on. */
void session_swap(struct session *a, struct session *b);

/* --- session_begin.c: from header to resource ---------------------------- */

/* The header is taken, ours has gone out: refuse it, or say the features. */
void session_begin_header(struct session *s, const struct stream_header *h);

/* A stanza before the session is ready. */
void session_begin(struct session *s, struct stanza *st);

/* After login (login.h): the account is taken; a new header comes. */
void session_authenticated(struct session *s, const struct account *account);
void session_restart(struct session *s);

/* Take this resource, prepared: the session is ready.  ERR_LIMIT: the user
 * has too many streams. */
int session_bind(struct session *s, const char *resource, struct err *e);

/* Say what can be done next. */
void session_features(struct session *s);

/* The user's item was changed or removed. */
void session_account(struct session *s, const struct change *change);

/* The user as he is now, after a time in which changes did not reach the
 * session.  False: there is none any more, and the session ends. */
bool session_refresh(struct session *s);

/* A carrier's output had been congested and is no more. */
void session_drained(struct session *s);

/* What goes to others is from him, in his language (RFC 6120 8.1). */
void session_stamp(const struct session *s, struct stanza *st);

/* Something came from the peer: he is there. */
void session_heard(struct session *s);

/* As log_event, with conn (worker.number), peer and user in front. */
void session_log(const struct session *s, enum log_level level,
    const char *what, ...) __attribute__((sentinel));

struct place session_place(const struct session *s);
bool session_ready(const struct session *s);
bool session_survives(const struct session *s);	/* the carrier's end */

#endif
