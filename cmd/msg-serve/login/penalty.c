#include "login/penalty.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct offender {
	unsigned failures;
	int64_t last_ms;
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

/* IPv4 lies in ::ffff:0:0/96 and counts whole. */
static struct place_key
key_of(const struct peer *peer)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct place_key k;

	memcpy(k.ip, peer->ip, sizeof k.ip);
	if (memcmp(k.ip, mapped, sizeof mapped) != 0)
		memset(k.ip + 8, 0, 8);
	return k;
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

void
penalty_add(struct penalty *p, const struct peer *peer, int64_t now_ms)
{
	struct place_key k = key_of(peer);
	struct offender *x;

	pthread_mutex_lock(&p->lock);
	x = map_get(&p->addresses, &k, sizeof k);
	if (x == NULL) {
		if (p->addresses.count >= PENALTY_ADDRESSES)
			forget_oldest(p);
		x = mem_zero(sizeof *x);
		map_set(&p->addresses, &k, sizeof k, x);
	} else if (now_ms - x->last_ms > PENALTY_FORGET_MS) {
		x->failures = 0;
	}
	x->failures++;
	x->last_ms = now_ms;
	pthread_mutex_unlock(&p->lock);
}

int64_t
penalty_wait(struct penalty *p, const struct peer *peer, int64_t now_ms)
{
	struct place_key k = key_of(peer);
	const struct offender *x;
	int64_t wait = 0, since;

	pthread_mutex_lock(&p->lock);
	x = map_get(&p->addresses, &k, sizeof k);
	since = x == NULL ? 0 : now_ms - x->last_ms;
	if (x != NULL && x->failures > PENALTY_FREE &&
	    since <= PENALTY_FORGET_MS) {
		wait = PENALTY_FIRST_MS;
		for (unsigned i = PENALTY_FREE + 1; i < x->failures &&
		    wait < PENALTY_MAX_MS; i++)
			wait *= 2;
		if (wait > PENALTY_MAX_MS)
			wait = PENALTY_MAX_MS;
		wait = wait > since ? wait - since : 0;
	}
	pthread_mutex_unlock(&p->lock);
	return wait;
}
