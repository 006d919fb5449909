/*
 * job.h - a command that changes the store: from its worker to the writer
 * and back.
 *
 * A job owns its request and whatever its command needs, in an arena, because
 * the connection may be gone when it is done.  It is done with the rights that
 * the user has when its turn comes, whatever he had when he asked.
 */
#ifndef SERVICE_JOB_H
#define SERVICE_JOB_H

#include "io/mailbox.h"
#include "net/directory.h"
#include "service/command.h"

struct job {
	struct store_job store;		/* first: run and done get this */
	struct mail mail;
	struct place from;
	const struct account *account;	/* counted; as he asked */
	const struct account *now;	/* the same, changed since, or NULL */
	int (*run)(struct store_job *job, struct txn *t, struct err *e);
	const struct request *request;	/* in the arena */
	struct arena arena;

	/* In the worker when rc is 0, also when nobody is there to be told;
	 * may be NULL. */
	void (*durable)(struct job *j);

	/* In the worker when the store is done with it and rc is 0: append
	 * the answer as a command does (never 1). */
	int (*finish)(struct call *c, struct job *j, struct err *e);

	/* Append what a refusal has to say beyond words, JSON; may be NULL. */
	void (*detail)(struct job *j, struct buf *out);

	/* Frees what data holds beyond the arena; may be NULL. */
	void (*clear)(struct job *j);
	void *data;			/* the command's own */
};

/* He as he is now; in the writer. */
static inline const struct account *
job_account(const struct job *j)
{
	return j->now != NULL ? j->now : j->account;
}

/* Gives a job with a copy of the call's request (job_free, or job_submit
 * takes it). */
struct job *job_new(struct call *c);
void job_free(struct job *j);

/* Hand it to the writer.  Returns 1 as a command that is pending does; -1:
 * refused, and freed. */
int job_submit(struct call *c, struct job *j, struct err *e);

/* The same later, in the worker: after the pool had it. */
void job_go(struct job *j);

/* j->store.err says why it does not even go to the writer; in the worker. */
void job_refuse(struct job *j);

#endif
