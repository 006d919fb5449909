/*
 * loop_int.h - the inside of a loop, for common/io alone.
 */
#ifndef IO_LOOP_INT_H
#define IO_LOOP_INT_H

#include <uv.h>

#include "io/loop.h"

struct loop_queue {
	struct loop_task *first, **end;
};

struct loop {
	uv_loop_t uv;
	uv_timer_t alarm;		/* for the wheel's next */
	uv_prepare_t before;		/* the end of a turn without events */
	uv_check_t after;		/* the end of a turn */
	uv_idle_t hurry;	/* active: the next turn must not wait */
	struct loop_queue tasks, reapers, again;
	struct wheel wheel;
	uint64_t alarm_at;		/* wheel time, WHEEL_NEVER: off */
	int64_t start_us, now_us;	/* now_us 0: not read in this turn */
	struct loop_sig *sigs;

	/* What io/link.c keeps once a loop. */
	void *shared;
	void (*shared_free)(void *shared);
};

/* On the heap, not in its owner: libuv lets go of it only in a later turn. */
struct loop_fd {
	uv_poll_t poll;
	loop_fd_fn *fn;
	void *arg;
	int events;
};

#endif
