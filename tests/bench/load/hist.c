#include "hist.h"

static unsigned
slot_of(uint64_t v)
{
	unsigned up = v < 64 ? 0 : 58u - (unsigned)__builtin_clzll(v);

	return up * 32 + (unsigned)(v >> up);
}

static uint64_t
upper(unsigned slot)
{
	unsigned up = slot < 64 ? 0 : slot / 32 - 1;

	return ((uint64_t)(slot - up * 32 + 1) << up) - 1;
}

void
hist_add(struct hist *h, int64_t us)
{
	uint64_t v = us > 0 ? (uint64_t)us : 0;

	h->count++;
	h->sum += v;
	if (v > h->max)
		h->max = v;
	h->slot[slot_of(v)]++;
}

uint64_t
hist_at(const struct hist *h, double share)
{
	uint64_t want = (uint64_t)(share * (double)h->count), seen = 0;

	for (unsigned i = 0; i < HIST_SLOTS; i++) {
		seen += h->slot[i];
		if (seen > want)
			return upper(i) < h->max ? upper(i) : h->max;
	}
	return h->max;
}
