/*
 * facade.h - commands asked for in other words than those of urn:M.
 *
 * A facade turns an IQ into the request of a command and the command's answer
 * into what the asker understands.  It reads and writes nothing itself: what
 * it knows of the tree it knows from commands, so rights, limits and order on
 * the stream are theirs.  net/serve.c runs it; all before it on the stream is
 * answered when read is called.
 */
#ifndef FACADE_FACADE_H
#define FACADE_FACADE_H

#include "base/json.h"
#include "msg/request.h"

struct call;
struct event_form;
struct session;

struct facade {
	/* Fill *r, whose id, to, iq and facade are set; strings are the
	 * stanza's or the arena's.  1: run it.  0: it is answered already.
	 * -1: it is refused, *e says why. */
	int (*read)(struct session *s, struct request *r, struct arena *a,
	    struct err *e);

	/* Append the whole result IQ; -1: it is refused after all. */
	int (*answer)(struct call *c, struct buf *out, struct err *e);

	/* Append the whole answer to what was refused; NULL: the error that
	 * commands have. */
	void (*refuse)(struct session *s, const struct request *r,
	    const struct err *e, struct buf *out);

	/* How watches that it begins are told; NULL: as those of urn:M. */
	const struct event_form *form;
};

/* The answer of a get on a branch (n 0: staging), in the arena: NULL with *e
 * when it is refused. */
struct json *facade_ask(struct session *s, struct arena *a,
    enum msg_command_id id, struct str argument, struct str branch,
    struct err *e);

/* Append <iq type="result" ...> without its end. */
void facade_open(struct buf *out, const struct request *r);

/* Answer with an empty result; with an error.  more is XML of an
 * application's own condition; it and text may be NULL.  Both return 0. */
int facade_done(struct session *s, const struct request *r);
int facade_fault(struct session *s, const struct request *r,
    const char *condition, const char *type, const char *text,
    const char *more);

#endif
