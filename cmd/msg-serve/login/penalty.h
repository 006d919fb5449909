/*
 * penalty.h - an address from which logins fail again and again waits longer
 * and longer before the next one is looked at.
 *
 * Knows no socket and no clock.  The first PENALTY_FREE failures are free,
 * each further one doubles the wait up to PENALTY_MAX_MS; an address that
 * behaved for PENALTY_FORGET_MS begins anew.  An IPv6 address is its network
 * of 64 bits, which one host has all of.
 *
 * Limit: PENALTY_ADDRESSES; past it the one that failed longest ago goes.
 */
#ifndef LOGIN_PENALTY_H
#define LOGIN_PENALTY_H

#include <pthread.h>
#include <stdint.h>

#include "base/map.h"
#include "io/listen.h"

#define PENALTY_FREE		5
#define PENALTY_FIRST_MS	250
#define PENALTY_MAX_MS		10000
#define PENALTY_FORGET_MS	(15 * 60 * 1000)
#define PENALTY_ADDRESSES	1024

struct penalty {
	pthread_mutex_t lock;
	struct map addresses;
};

void penalty_init(struct penalty *p);
void penalty_clear(struct penalty *p);

/* A login from there failed.  now_ms: of a clock that does not jump. */
void penalty_add(struct penalty *p, const struct peer *peer, int64_t now_ms);

/* How long the next one from there has to wait, in ms. */
int64_t penalty_wait(struct penalty *p, const struct peer *peer,
    int64_t now_ms);

#endif
