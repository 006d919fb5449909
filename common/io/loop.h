/*
 * loop.h - one event loop a thread: descriptors, timers, signals, and what is
 * to be done at the end of a turn.
 *
 * A turn is: wait, call back for every descriptor, timer and message that is
 * ready, run the deferred tasks, run the reapers.  Callbacks return soon and
 * never free the object that called them: they mark it and its reaper frees
 * it.  Everything here belongs to the thread that runs the loop; other
 * threads come in by mailbox (io/mailbox.h) alone.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/wheel.h"

struct loop;
struct loop_fd;

/* Gives a loop (loop_free).  From the first one on the process ignores
 * SIGPIPE. */
struct loop *loop_new(void);

/* Until loop_stop, or until nothing is left that could wake it. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);		/* at the end of this turn */

/* What was started here must be stopped before, signals excepted.  Runs the
 * tasks and reapers that wait.  NULL is fine. */
void loop_free(struct loop *l);

/* Monotonic; read once a turn, the same for all that happens in it. */
int64_t loop_now_us(struct loop *l);

/* --- descriptors --------------------------------------------------------- */

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* events: which are ready.  An error or hang-up counts as both: the next
 * read or write tells.  May call loop_fd_stop on itself. */
typedef void loop_fd_fn(void *arg, int events);

/* Gives a watcher (loop_fd_stop).  fd is non-blocking and stays the caller's,
 * who closes it after loop_fd_stop.  events may be 0. */
struct loop_fd *loop_fd_start(struct loop *l, int fd, int events,
    loop_fd_fn *fn, void *arg);

/* Costs nothing when events are what they were. */
void loop_fd_modify(struct loop_fd *f, int events);

/* No callback comes after this.  NULL is fine. */
void loop_fd_stop(struct loop_fd *f);

/* --- timers -------------------------------------------------------------- */

/* Once for each timer.  Keeps arg. */
void timer_init(struct timer *t, struct loop *l, timer_fn *fn, void *arg);

/* Fires once, ms from this turn's time (at least 1), unless stopped or set
 * anew.  Cheap enough for every read. */
void timer_set(struct timer *t, int64_t ms);
void timer_stop(struct timer *t);	/* not set is fine */
bool timer_is_set(const struct timer *t);

/* --- the end of a turn --------------------------------------------------- */

typedef void loop_task_fn(void *arg);

/* Lies in its owner.  Queued at most once: queueing again does nothing. */
struct loop_task {
	struct loop_task *next, **prev;	/* prev NULL: not queued */
	loop_task_fn *fn;
	void *arg;
};

#define LOOP_TASK(f, a)	{ .fn = (f), .arg = (a) }

/* At the end of this turn, before the loop waits again.  What a task defers
 * runs in the same turn. */
void loop_defer(struct loop *l, struct loop_task *t);

/* After all deferred tasks of this turn: free what is marked dead.  The task
 * may lie in what it frees. */
void loop_reap(struct loop *l, struct loop_task *t);

/* At the end of the next turn, which then does not wait: to go on with
 * something long after others had theirs. */
void loop_again(struct loop *l, struct loop_task *t);

/* Take it off whichever queue it is on. */
void loop_task_cancel(struct loop *l, struct loop_task *t);

/* --- signals ------------------------------------------------------------- */

/* Called in a turn, never in a signal handler.  One loop a signal; until
 * loop_free.  Does not keep loop_run from ending. */
typedef void loop_signal_fn(void *arg, int signum);
int loop_signal(struct loop *l, int signum, loop_signal_fn *fn, void *arg,
    struct err *e);

#endif
