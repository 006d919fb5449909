/*
 * mailbox.h - how another thread says something to a loop.
 *
 * Messages of one sender arrive in order; what waits is delivered in one
 * batch, in one turn of the loop.  A message is a node that lies in whatever
 * is sent, so posting allocates nothing.  The box has no bound of its own:
 * who posts bounds what it has under way.
 */
#ifndef IO_MAILBOX_H
#define IO_MAILBOX_H

#include "io/loop.h"

struct mail;
struct mailbox;

/* In the loop's thread; m is the receiver's from here and may be freed or
 * posted again. */
typedef void mail_fn(struct mail *m);

struct mail {
	struct mail *next;
	mail_fn *fn;
};

/* Gives a box that l empties (mailbox_free, from l's thread or after its
 * end, once nobody can post any more: what still waits is delivered then).
 * While it is there, loop_run does not end by itself. */
struct mailbox *mailbox_new(struct loop *l);
void mailbox_free(struct mailbox *b);

/* From any thread.  Takes m until it is delivered. */
void mailbox_post(struct mailbox *b, struct mail *m);

/* The same with a node of our own: fn(arg) in the loop's thread. */
void mailbox_call(struct mailbox *b, void (*fn)(void *arg), void *arg);

#endif
