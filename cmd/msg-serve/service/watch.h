/*
 * watch.h - who wants to know what: from a commit to events.
 *
 * A watch is a cursor on the store's revisions: told is the last one its
 * client has been told of, or that did not concern it.  While the client
 * keeps up, commits are pushed as they come, matched and written once for all
 * watches of one query.  When its stream is congested, or when it asked for
 * older revisions, the watch *lags*: it reads commits from the store as the
 * client takes them, until it has caught up.  So memory is bounded and
 * nothing is lost or told twice.  Only revisions that are kept no more make a
 * gap, which is said.
 */
#ifndef SERVICE_WATCH_H
#define SERVICE_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "store/commit.h"

struct session;
struct worker;

/* In the writer: commits (borrowed) for a worker's watches. */
void watch_feed(struct worker *w, struct commit *const *commits,
    size_t count);

/* The session's stream takes bytes again. */
void watch_resume(struct session *s);

/* In the worker, now and then while watches lag: read on. */
void watch_behind(void *worker);

/* The session's user has other rights: his watches show what he may see from
 * the next commit on. */
void watch_rights(struct session *s);

/* Forget all of a session's, or everything. */
void watch_drop(struct worker *w, uint64_t session);
void watch_clear(struct worker *w);

#endif
