/*
 * command.h - one request being served, and how a command answers it.
 *
 * A command is a function of a struct call.  It runs in the worker whose
 * connection the request came by, reads through call_view, appends its answer
 * (JSON text) to call->payload and returns.  What changes the store cannot
 * answer at once: it submits a job (job.h) and is finished when the job is
 * durable.  Commands know no socket and no XML.
 */
#ifndef SERVICE_COMMAND_H
#define SERVICE_COMMAND_H

#include "base/arena.h"
#include "base/buf.h"
#include "msg/request.h"
#include "store/kinds.h"
#include "store/store.h"
#include "store/view.h"

struct account;
struct event_form;
struct session;
struct worker;

struct call {
	struct worker *worker;
	struct session *session;
	const struct account *account;	/* who asks; never NULL */
	const struct request *request;
	struct arena *arena;		/* goes when the request is answered */
	struct buf *payload;		/* the answer; sent in base64 */
	const struct event_form *form;	/* of a watch; NULL: urn:M's */

	/* Of the answer; 0 and "" are left out. */
	uint64_t rev;
	uint64_t watch;
	uint64_t first, last;		/* revisions of a page */
	char match[20];
	bool avro;			/* the payload is Avro, not JSON */
	bool alone;			/* pending, and no set may overtake */
};

/* 0: answered; 1: later, through a job; -1: refused, *e says why. */
typedef int command_fn(struct call *c, struct err *e);

#define X(verb, name, argument, attributes, more, role, summary) \
	command_fn command_##verb##_##name;
#include "msg/commands.def"
#undef X

/* Runs the command of c->request after checking its role. */
int command_run(struct call *c, struct err *e);

/* The branch the request names (or the default one) as the store knows it,
 * and the view on it at the revision the request names, which the answer then
 * carries. */
#define BRANCH_OWN	UINT32_MAX	/* the caller's own, still to be made */
int call_branch(struct call *c, uint32_t *branch, struct err *e);
int call_view(struct call *c, struct view *out, struct err *e);

/* A revision that a request names: is there one?  Who may not read everything
 * is not told which is the newest. */
int call_check_rev(const struct call *c, const struct reader *r,
    uint64_t rev, struct err *e);

#endif
