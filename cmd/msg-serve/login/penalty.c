#include "login/penalty.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/network.h"

struct offender {
	unsigned failures;
	unsigned judging;		/* that many attempts now */
	int64_t last_ms;		/* it failed, or was first seen */
	uint64_t who;			/* of whom all failures were */
	bool several;			/* they were not */
};

struct place_key {
	uint8_t ip[16];
};

void
penalty_init(struct penalty *p)
{
	memset(p, 0, sizeof *p);
	pthread_mutex_init(&p->lock, NULL);
}

void
penalty_clear(struct penalty *p)
{
	struct offender *x;
	size_t at = 0;

	while ((x = map_next(&p->addresses, &at, NULL, NULL)) != NULL)
		free(x);
	map_free(&p->addresses);
	pthread_mutex_destroy(&p->lock);
}

/* Room for one more. */
static void
forget_oldest(struct penalty *p)
{
	struct place_key oldest = { { 0 } };
	struct offender *x;
	const void *key;
	int64_t when = INT64_MAX;
	size_t at = 0, n;

	while ((x = map_next(&p->addresses, &at, &key, &n)) != NULL)
		if (x->last_ms < when) {
			when = x->last_ms;
			memcpy(&oldest, key, sizeof oldest);
		}
	free(map_del(&p->addresses, &oldest, sizeof oldest));
}

/* The address's entry, made when there is none. */
static struct offender *
find(struct penalty *p, const struct place_key *k, int64_t now_ms)
{
	struct offender *x = map_get(&p->addresses, k, sizeof *k);

	if (x == NULL) {
		if (p->addresses.count >= PENALTY_ADDRESSES)
			forget_oldest(p);
		x = mem_zero(sizeof *x);
		x->last_ms = now_ms;
		map_set(&p->addresses, k, sizeof *k, x);
	} else if (now_ms - x->last_ms > PENALTY_FORGET_MS) {
		x->failures = 0;
	}
	return x;
}

/* How long after the last failure the next attempt may be. */
static int64_t
rest_after(unsigned failures)
{
	int64_t wait = PENALTY_FIRST_MS;

	if (failures < PENALTY_FREE)
		return 0;
	for (unsigned i = PENALTY_FREE; i < failures &&
	    wait < PENALTY_MAX_MS; i++)
		wait *= 2;
	return wait > PENALTY_MAX_MS ? PENALTY_MAX_MS : wait;
}

int64_t
penalty_enter(struct penalty *p, const struct peer *peer, int64_t now_ms)
{
	struct offender *x;
	struct place_key k;
	unsigned free_left;
	int64_t wait;

	network_one(k.ip, peer->ip);
	pthread_mutex_lock(&p->lock);
	x = find(p, &k, now_ms);
	free_left = x->failures < PENALTY_FREE ?
	    PENALTY_FREE - x->failures : 1;
	wait = x->last_ms + rest_after(x->failures) - now_ms;
	if (wait < 0 || x->failures < PENALTY_FREE)
		wait = 0;
	if (wait == 0 && x->judging >= free_left)
		wait = PENALTY_TURN_MS;
	if (wait == 0)
		x->judging++;
	pthread_mutex_unlock(&p->lock);
	return wait;
}

static void
fail(struct offender *x, uint64_t who, int64_t now_ms)
{
	if (x->failures == 0) {
		x->who = who;
		x->several = false;
	} else if (x->who != who)
		x->several = true;
	x->failures++;
	x->last_ms = now_ms;
}

int64_t
penalty_leave(struct penalty *p, const struct peer *peer, enum judgement j,
    uint64_t who, int64_t now_ms)
{
	struct offender *x;
	struct place_key k;
	int64_t rest;

	network_one(k.ip, peer->ip);
	pthread_mutex_lock(&p->lock);
	x = find(p, &k, now_ms);	/* anew, when it had to make room */
	if (x->judging > 0)
		x->judging--;
	if (j == JUDGED_WRONG)
		fail(x, who, now_ms);
	else if (j == JUDGED_RIGHT && x->who == who && !x->several)
		x->failures = 0;
	rest = rest_after(x->failures);
	if (x->failures == 0 && x->judging == 0)
		free(map_del(&p->addresses, &k, sizeof k));
	pthread_mutex_unlock(&p->lock);
	return j == JUDGED_WRONG ? rest : 0;
}
