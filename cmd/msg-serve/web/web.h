/*
 * web.h - one HTTP connection: requests in, their answers out in order.
 *
 * Knows HTTP; what is asked for is found in web_route.c.  An answer may come
 * later and from another worker (BOSH holds requests): a ticket says where it
 * belongs.  After a WebSocket handshake the connection is the WebSocket's
 * (web/ws.h) and nothing of HTTP is left.
 *
 * Limits: WEB_PIPELINE requests without an answer, then the connection is
 * read no further; --max-header and the body of the largest stanza;
 * --request-time for a request to arrive, and for a file to be taken.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stdbool.h>
#include <stdint.h>

#include "io/http.h"
#include "io/link.h"

#define WEB_PIPELINE	8
#define WEB_BODY_EXTRA	4096	/* bytes of <body/> around a stanza */

struct websocket;
struct worker;

/* Where an answer goes. */
struct web_ticket {
	struct worker *worker;
	uint64_t web;		/* the worker's number for the connection */
	uint64_t exchange;	/* the connection's for the request */
};

/* A request whose answer has not gone out. */
struct exchange {
	struct exchange *next;
	uint64_t number;
	bool close;		/* the connection ends after it */
	bool head;		/* HEAD: the body is not sent */
	bool done;		/* answer is complete */
	char *origin;		/* to be told that it may read it, or NULL */
	struct buf answer;	/* when it is not its turn yet */
	int fd;			/* of a file that goes behind, or -1 */
	uint64_t left;		/* bytes of it */
};

struct web {
	struct worker *worker;
	struct link *link;
	struct peer peer;
	uint64_t number;
	struct http *http;	/* NULL: it is a WebSocket's */
	struct websocket *socket;
	struct exchange *first, **last;
	unsigned waiting;	/* in that list */
	uint64_t exchanges;	/* in its life */
	struct timer timer;
	struct loop_task pump;
	bool paused, ended;
	bool metrics;		/* of the --metrics address */
};

extern const struct link_ops web_link_ops;

/* fd is taken.  tls: counted; NULL: clear.  metrics: nothing else is there
 * for this one. */
void web_accept(struct worker *w, int fd, const struct peer *peer,
    struct tls *tls, bool metrics);

/* A WebSocket's, from one worker to another: as link_leave. */
bool web_leave(struct web *c);
void web_join(struct web *c, struct worker *w);

/* The worker stops: connections that wait for nothing are closed; all. */
void web_stop(struct worker *w);
void web_cut(struct worker *w);

/* --- answering: in the connection's worker ------------------------------- */

/* The head of x's answer: append fields to it, then web_end.  type NULL: no
 * Content-Type. */
struct buf *web_begin(struct web *c, struct exchange *x, int status,
    const char *type);

/* The rest of it.  Borrows p. */
void web_end(struct web *c, struct exchange *x, const void *p, size_t n);

/* The same with n bytes of a file behind the head: fd is taken. */
void web_end_file(struct web *c, struct exchange *x, int fd, uint64_t n);

/* Both, with a line of text for people. */
void web_say(struct web *c, struct exchange *x, int status,
    const char *text);

struct web_ticket web_ticket(const struct web *c, const struct exchange *x);

/* --- answering: from any worker, self is the caller's -------------------- */

/* The answer to a ticket; nothing happens when its connection is gone. */
void web_answer(struct worker *self, const struct web_ticket *t, int status,
    const char *type, const void *p, size_t n);

/* --- web_route.c --------------------------------------------------------- */

/* Answers the request, now or later. */
void web_route(struct web *c, struct exchange *x,
    const struct http_request *r);

/* Would this one's body be read?  Else its answer is said at once. */
bool web_takes_body(const struct http_request *r);

#endif
