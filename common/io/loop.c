#include "io/loop_int.h"

#include <assert.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

struct loop_sig {
	struct loop_sig *next;
	uv_signal_t uv;
	loop_signal_fn *fn;
	void *arg;
};

/* --- time ---------------------------------------------------------------- */

int64_t
loop_now_us(struct loop *l)
{
	if (l->now_us == 0)
		l->now_us = clock_mono_us();
	return l->now_us;
}

static uint64_t
now_ms(struct loop *l)
{
	return (uint64_t)(loop_now_us(l) - l->start_us) / 1000;
}

void
timer_init(struct timer *t, struct loop *l, timer_fn *fn, void *arg)
{
	*t = (struct timer){ .loop = l, .fn = fn, .arg = arg };
}

void
timer_set(struct timer *t, int64_t ms)
{
	uint64_t now = now_ms(t->loop);

	/* + 1: the present millisecond is partly gone. */
	wheel_set(&t->loop->wheel, t, now + (ms > 0 ? (uint64_t)ms : 0) + 1);
}

void
timer_stop(struct timer *t)
{
	if (t->prev != NULL)
		wheel_stop(&t->loop->wheel, t);
}

bool
timer_is_set(const struct timer *t)
{
	return t->prev != NULL;
}

static void
on_alarm(uv_timer_t *uv)
{
	struct loop *l = uv->data;

	l->alarm_at = WHEEL_NEVER;
	wheel_run(&l->wheel, now_ms(l));
}

/* One timer of libuv's serves the whole wheel. */
static void
arm(struct loop *l)
{
	uint64_t next = wheel_next(&l->wheel), now;

	if (next == l->alarm_at)
		return;
	l->alarm_at = next;
	if (next == WHEEL_NEVER) {
		uv_timer_stop(&l->alarm);
		return;
	}
	now = now_ms(l);
	uv_update_time(&l->uv);
	uv_timer_start(&l->alarm, on_alarm, next > now ? next - now : 0, 0);
}

/* --- tasks --------------------------------------------------------------- */

static void
queue_init(struct loop_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void
enqueue(struct loop_queue *q, struct loop_task *t)
{
	if (t->prev != NULL)
		return;
	t->next = NULL;
	t->prev = q->end;
	*q->end = t;
	q->end = &t->next;
}

static void
dequeue(struct loop_queue *q, struct loop_task *t)
{
	*t->prev = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	else if (q->end == &t->next)
		q->end = t->prev;
	t->next = NULL;
	t->prev = NULL;
}

void
loop_defer(struct loop *l, struct loop_task *t)
{
	enqueue(&l->tasks, t);
}

void
loop_reap(struct loop *l, struct loop_task *t)
{
	enqueue(&l->reapers, t);
}

static void
on_hurry(uv_idle_t *uv)
{
	(void)uv;
}

void
loop_again(struct loop *l, struct loop_task *t)
{
	enqueue(&l->again, t);
	uv_idle_start(&l->hurry, on_hurry);
}

void
loop_task_cancel(struct loop *l, struct loop_task *t)
{
	struct loop_queue *q = &l->tasks;

	if (t->prev == NULL)
		return;
	/* Only the last one of a queue needs to know which queue it is. */
	if (l->reapers.end == &t->next)
		q = &l->reapers;
	else if (l->again.end == &t->next)
		q = &l->again;
	dequeue(q, t);
}

/* The end of a turn: tasks may make reapers, reapers tasks. */
static void
finish(struct loop *l)
{
	struct loop_task *t;

	for (;;) {
		if ((t = l->tasks.first) != NULL)
			dequeue(&l->tasks, t);
		else if ((t = l->reapers.first) != NULL)
			dequeue(&l->reapers, t);
		else
			break;
		t->fn(t->arg);
	}
}

/* What waited for a turn of its own is due at the end of this one. */
static void
move_again(struct loop *l)
{
	struct loop_task *t;

	uv_idle_stop(&l->hurry);
	while ((t = l->again.first) != NULL) {
		dequeue(&l->again, t);
		enqueue(&l->tasks, t);
	}
}

static void
on_before(uv_prepare_t *uv)
{
	struct loop *l = uv->data;

	finish(l);		/* what the alarm left */
	arm(l);
	l->now_us = 0;		/* the wait that follows takes time */
}

static void
on_after(uv_check_t *uv)
{
	struct loop *l = uv->data;

	move_again(l);
	finish(l);
	arm(l);			/* or else the loop may take it for the end */
	l->now_us = 0;
}

/* --- descriptors --------------------------------------------------------- */

static void
on_poll(uv_poll_t *uv, int status, int events)
{
	struct loop_fd *f = uv->data;
	int ready = 0;

	if (status < 0) {		/* libuv has stopped watching */
		f->events = 0;
		ready = LOOP_READ | LOOP_WRITE;
	}
	if (events & (UV_READABLE | UV_DISCONNECT))
		ready |= LOOP_READ;
	if (events & UV_WRITABLE)
		ready |= LOOP_WRITE;
	f->fn(f->arg, ready);
}

void
loop_fd_modify(struct loop_fd *f, int events)
{
	int want = 0, rc;

	if (events == f->events)
		return;
	f->events = events;
	if (events & LOOP_READ)
		want |= UV_READABLE;
	if (events & LOOP_WRITE)
		want |= UV_WRITABLE;
	rc = want == 0 ? uv_poll_stop(&f->poll) :
	    uv_poll_start(&f->poll, want, on_poll);
	assert(rc == 0);
}

struct loop_fd *
loop_fd_start(struct loop *l, int fd, int events, loop_fd_fn *fn, void *arg)
{
	struct loop_fd *f = mem_zero(sizeof *f);
	int rc = uv_poll_init(&l->uv, &f->poll, fd);

	assert(rc == 0);	/* a descriptor that cannot be polled */
	f->poll.data = f;
	f->fn = fn;
	f->arg = arg;
	loop_fd_modify(f, events);
	return f;
}

static void
fd_gone(uv_handle_t *uv)
{
	free(uv->data);
}

void
loop_fd_stop(struct loop_fd *f)
{
	if (f == NULL)
		return;
	uv_poll_stop(&f->poll);
	uv_close((uv_handle_t *)&f->poll, fd_gone);
}

/* --- signals ------------------------------------------------------------- */

static void
on_signal(uv_signal_t *uv, int signum)
{
	struct loop_sig *s = uv->data;

	s->fn(s->arg, signum);
}

int
loop_signal(struct loop *l, int signum, loop_signal_fn *fn, void *arg,
    struct err *e)
{
	struct loop_sig *s = mem_zero(sizeof *s);
	int rc;

	uv_signal_init(&l->uv, &s->uv);
	s->uv.data = s;
	s->fn = fn;
	s->arg = arg;
	s->next = l->sigs;
	l->sigs = s;
	uv_unref((uv_handle_t *)&s->uv);
	rc = uv_signal_start(&s->uv, on_signal, signum);
	if (rc < 0)
		return err_set(e, ERR_SYSTEM, "cannot catch signal %d: %s",
		    signum, uv_strerror(rc));
	return 0;
}

/* --- a loop's life ------------------------------------------------------- */

struct loop *
loop_new(void)
{
	struct loop *l = mem_zero(sizeof *l);
	int rc = uv_loop_init(&l->uv);

	assert(rc == 0);
	signal(SIGPIPE, SIG_IGN);
	queue_init(&l->tasks);
	queue_init(&l->reapers);
	queue_init(&l->again);
	wheel_init(&l->wheel);
	l->start_us = clock_mono_us();
	l->alarm_at = WHEEL_NEVER;
	uv_timer_init(&l->uv, &l->alarm);
	uv_idle_init(&l->uv, &l->hurry);
	uv_prepare_init(&l->uv, &l->before);
	uv_check_init(&l->uv, &l->after);
	l->alarm.data = l->before.data = l->after.data = l;
	uv_prepare_start(&l->before, on_before);
	uv_check_start(&l->after, on_after);
	uv_unref((uv_handle_t *)&l->before);
	uv_unref((uv_handle_t *)&l->after);
	return l;
}

void
loop_run(struct loop *l)
{
	finish(l);
	arm(l);
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void
loop_stop(struct loop *l)
{
	uv_stop(&l->uv);
}

static void
sig_gone(uv_handle_t *uv)
{
	free(uv->data);
}

void
loop_free(struct loop *l)
{
	struct loop_sig *s;
	int rc = UV_EBUSY;

	if (l == NULL)
		return;
	move_again(l);
	finish(l);
	while ((s = l->sigs) != NULL) {
		l->sigs = s->next;
		uv_close((uv_handle_t *)&s->uv, sig_gone);
	}
	uv_close((uv_handle_t *)&l->alarm, NULL);
	uv_close((uv_handle_t *)&l->hurry, NULL);
	uv_close((uv_handle_t *)&l->before, NULL);
	uv_close((uv_handle_t *)&l->after, NULL);
	for (int i = 0; i < 3 && rc == UV_EBUSY; i++) {
		uv_run(&l->uv, UV_RUN_NOWAIT);
		rc = uv_loop_close(&l->uv);
	}
	assert(rc == 0);	/* a descriptor or mailbox is still there */
	if (l->shared != NULL)
		l->shared_free(l->shared);
	free(l);
}
