/*
 * wheel.h - very many timers, cheaply.
 *
 * A hierarchical wheel: LEVELS rings of 64 slots, each ring 64 times coarser
 * than the one below.  Setting, moving and stopping a timer are a few pointer
 * moves however many there are, so a timer a connection that is set anew with
 * every read costs nothing worth counting.  Knows no clock: time is the
 * milliseconds its owner says have passed, from 0.
 */
#ifndef IO_WHEEL_H
#define IO_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define WHEEL_LEVELS	7	/* 64^7 ms: 139 years */
#define WHEEL_NEVER	UINT64_MAX

struct loop;
struct timer;

/* May set, stop and free any timer, its own too. */
typedef void timer_fn(void *arg);

/* Lies in its owner; stop it before the owner is freed. */
struct timer {
	struct timer *next, **prev;	/* prev NULL: not set */
	uint64_t when;
	timer_fn *fn;
	void *arg;
	struct loop *loop;
	int level;			/* which list it is in; -1: due */
};

struct wheel {
	uint64_t now;			/* ms: what is due up to here, fired */
	uint64_t used[WHEEL_LEVELS];	/* bit i: slot i has timers */
	struct timer *slot[WHEEL_LEVELS][64];
	struct timer *due;
};

void wheel_init(struct wheel *w);

/* Fires in the first wheel_run whose now is when or later, and after the
 * present one.  A timer that was set is moved. */
void wheel_set(struct wheel *w, struct timer *t, uint64_t when);
void wheel_stop(struct wheel *w, struct timer *t);

/* Let the time be now; calls what is due, in order of time. */
void wheel_run(struct wheel *w, uint64_t now);

/* When wheel_run has something to do next, at the latest; WHEEL_NEVER. */
uint64_t wheel_next(const struct wheel *w);

#endif
