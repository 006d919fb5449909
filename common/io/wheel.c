#include "io/wheel.h"

#include <stddef.h>

/*
 * A timer lies in the lowest ring in which its time and ours differ: above
 * that ring all digits (base 64) are equal, so its slot number is greater
 * than ours and nothing ever wraps.  When our time reaches the slot, the
 * timers in it sink to lower rings, at last to the time itself.
 */
#define BITS	6
#define MASK	63u

static void
push(struct timer **list, struct timer *t)
{
	t->next = *list;
	t->prev = list;
	if (t->next != NULL)
		t->next->prev = &t->next;
	*list = t;
}

static int
level_of(uint64_t now, uint64_t when)
{
	return (63 - __builtin_clzll((now ^ when) | MASK)) / BITS;
}

static unsigned
slot_of(uint64_t when, int level)
{
	return when >> BITS * level & MASK;
}

static void
place(struct wheel *w, struct timer *t)
{
	unsigned slot;

	t->level = level_of(w->now, t->when);
	slot = slot_of(t->when, t->level);
	push(&w->slot[t->level][slot], t);
	w->used[t->level] |= UINT64_C(1) << slot;
}

void
wheel_init(struct wheel *w)
{
	*w = (struct wheel){ .now = 0 };
}

void
wheel_set(struct wheel *w, struct timer *t, uint64_t when)
{
	const uint64_t last = (UINT64_C(1) << BITS * WHEEL_LEVELS) - 1;

	wheel_stop(w, t);
	t->when = when > last ? last : when > w->now ? when : w->now + 1;
	place(w, t);
}

void
wheel_stop(struct wheel *w, struct timer *t)
{
	unsigned slot;

	if (t->prev == NULL)
		return;
	*t->prev = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	t->next = NULL;
	t->prev = NULL;
	if (t->level < 0)
		return;
	slot = slot_of(t->when, t->level);
	if (w->slot[t->level][slot] == NULL)
		w->used[t->level] &= ~(UINT64_C(1) << slot);
}

/* The first slot that holds something, and when it begins. */
static uint64_t
first(const struct wheel *w, int *level, unsigned *slot)
{
	for (int i = 0; i < WHEEL_LEVELS; i++) {
		int up = BITS * (i + 1);

		if (w->used[i] == 0)
			continue;
		*level = i;
		*slot = (unsigned)__builtin_ctzll(w->used[i]);
		return (w->now >> up << up) + ((uint64_t)*slot << BITS * i);
	}
	return WHEEL_NEVER;
}

uint64_t
wheel_next(const struct wheel *w)
{
	unsigned slot;
	int level;

	return w->due != NULL ? w->now : first(w, &level, &slot);
}

static void
fire(struct wheel *w)
{
	struct timer *t;

	while ((t = w->due) != NULL) {
		wheel_stop(w, t);
		t->fn(t->arg);
	}
}

void
wheel_run(struct wheel *w, uint64_t now)
{
	struct timer *t, **list;
	unsigned slot = 0;
	uint64_t at;
	int level = 0;

	fire(w);
	while ((at = first(w, &level, &slot)) <= now) {
		list = &w->slot[level][slot];
		w->now = at;
		while ((t = *list) != NULL) {
			wheel_stop(w, t);
			if (t->when > at) {
				place(w, t);
				continue;
			}
			t->level = -1;
			push(&w->due, t);
		}
		fire(w);
	}
	if (now > w->now)
		w->now = now;
}
