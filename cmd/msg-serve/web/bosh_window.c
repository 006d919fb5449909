#include "web/bosh_window.h"

#include <assert.h>
#include <string.h>

static struct bosh_slot *
slot_of(struct bosh_window *w, uint64_t rid)
{
	return &w->slots[rid % BOSH_SLOTS];
}

/* The slot is rid's from now on; what it held is too old to be asked for. */
static struct bosh_slot *
claim(struct bosh_window *w, uint64_t rid, enum bosh_state state)
{
	struct bosh_slot *s = slot_of(w, rid);

	assert(s->state == BOSH_FREE || s->state == BOSH_ANSWERED);
	buf_free(&s->answer);
	s->rid = rid;
	s->state = state;
	return s;
}

/* One more is taken: an answer leaves the window. */
static void
step(struct bosh_window *w)
{
	struct bosh_slot *old = slot_of(w, w->next - w->requests);

	if (old->state == BOSH_ANSWERED && old->rid == w->next - w->requests) {
		buf_free(&old->answer);
		old->state = BOSH_FREE;
	}
	w->next++;
}

struct bosh_slot *
bosh_window_init(struct bosh_window *w, uint64_t rid, unsigned requests)
{
	assert(requests >= 1 && requests <= BOSH_REQUESTS_MAX);
	memset(w, 0, sizeof *w);
	for (size_t i = 0; i < BOSH_SLOTS; i++)
		buf_init(&w->slots[i].answer, SIZE_MAX);
	w->requests = requests;
	w->oldest = rid;
	w->next = rid + 1;
	return claim(w, rid, BOSH_HELD);
}

void
bosh_window_clear(struct bosh_window *w, void (*drop)(struct bosh_kept *k))
{
	for (size_t i = 0; i < BOSH_SLOTS; i++) {
		buf_free(&w->slots[i].answer);
		if (w->slots[i].kept != NULL)
			drop(w->slots[i].kept);
		w->slots[i].kept = NULL;
	}
}

enum bosh_arrival
bosh_arrive(struct bosh_window *w, uint64_t rid, struct bosh_slot **slot)
{
	struct bosh_slot *s = slot_of(w, rid);

	if (rid > BOSH_RID_MAX || (rid >= w->next &&
	    rid - w->next >= w->requests))
		return BOSH_OUTSIDE;
	if (s->state != BOSH_FREE && s->rid == rid) {
		*slot = s;
		return s->state == BOSH_ANSWERED ? BOSH_REPLY : BOSH_AGAIN;
	}
	if (rid < w->next)
		return BOSH_OUTSIDE;
	if (rid > w->next) {
		*slot = claim(w, rid, BOSH_EARLY);
		return BOSH_AHEAD;
	}
	*slot = claim(w, rid, BOSH_HELD);
	step(w);
	return BOSH_NEW;
}

struct bosh_slot *
bosh_turn(struct bosh_window *w)
{
	struct bosh_slot *s = slot_of(w, w->next);

	if (s->state != BOSH_EARLY || s->rid != w->next)
		return NULL;
	s->state = BOSH_HELD;
	step(w);
	return s;
}

unsigned
bosh_held(const struct bosh_window *w)
{
	return (unsigned)(w->next - w->oldest);
}

unsigned
bosh_early(const struct bosh_window *w)
{
	unsigned n = 0;

	for (size_t i = 0; i < BOSH_SLOTS; i++)
		n += w->slots[i].state == BOSH_EARLY;
	return n;
}

struct bosh_slot *
bosh_oldest(struct bosh_window *w)
{
	return w->oldest == w->next ? NULL : slot_of(w, w->oldest);
}

void
bosh_answered(struct bosh_window *w)
{
	struct bosh_slot *s = bosh_oldest(w);

	assert(s != NULL && s->state == BOSH_HELD);
	s->state = BOSH_ANSWERED;
	w->oldest++;
}
