/*
 * hist.h - how often which time was seen, to about 3 % of it.
 *
 * 32 slots for each power of two, as HdrHistogram has them.
 */
#ifndef LOAD_HIST_H
#define LOAD_HIST_H

#include <stdint.h>

#define HIST_SLOTS	(60 * 32)

struct hist {
	uint64_t count, sum, max;
	uint64_t slot[HIST_SLOTS];
};

void hist_add(struct hist *h, int64_t us);

/* The time that the share (0 to 1) of all stayed below or at, in us. */
uint64_t hist_at(const struct hist *h, double share);

#endif
