/*
 * branch_own.h - the branch that is called as its user: forked from staging
 * when he first changes something on it, read as staging until then.
 */
#ifndef SERVICE_BRANCH_OWN_H
#define SERVICE_BRANCH_OWN_H

#include "service/job.h"

/* Is this the name of the caller's own branch? */
bool branch_is_own(const struct call *c, struct str name);

/* Make it, then submit j on it.  As job_submit. */
int branch_own_submit(struct call *c, struct job *j, struct err *e);

#endif
