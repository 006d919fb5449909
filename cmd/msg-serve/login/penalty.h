/*
 * penalty.h - an address from which logins fail again and again waits longer
 * and longer before the next one is looked at.
 *
 * Knows no socket and no clock.  The first PENALTY_FREE failures are free;
 * after them each one doubles the wait up to PENALTY_MAX_MS, and no more than
 * one attempt is judged at a time: so many connections guess no more than one
 * does.  It ends PENALTY_FORGET_MS after the last failure, or with a success
 * of the user of whom all the failures were; that of another ends nothing, or
 * who has a password could guess all others.  What an address is: network_one
 * (io/network.h).
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
#define PENALTY_TURN_MS		20	/* until others are judged, about */

struct penalty {
	pthread_mutex_t lock;
	struct map addresses;
};

enum judgement { JUDGED_RIGHT, JUDGED_WRONG, JUDGED_NOT };

void penalty_init(struct penalty *p);
void penalty_clear(struct penalty *p);

/* An attempt is to be judged.  0: now, and penalty_leave comes after it; else
 * in how many ms one may ask again.  now_ms: of a clock that does not jump. */
int64_t penalty_enter(struct penalty *p, const struct peer *peer,
    int64_t now_ms);

/* It was.  who: of whom it was, whatever he is called; any number.  Returns
 * for how many ms, being wrong, it keeps others waiting. */
int64_t penalty_leave(struct penalty *p, const struct peer *peer,
    enum judgement j, uint64_t who, int64_t now_ms);

#endif
