/*
 * histo.h - how long things took: a count a bucket, percentiles out of it.
 *
 * Microseconds below 8 have a bucket each; above, eight buckets share a power
 * of two, so that what is read out is at most an eighth too long.  The last
 * bucket has all from HISTO_TOP_US on.
 */
#ifndef BASE_HISTO_H
#define BASE_HISTO_H

#include <stdint.h>

#define HISTO_BUCKETS	248
#define HISTO_TOP_US	(((int64_t)1 << 33) - 1)	/* two hours and more */

struct histo {
	uint64_t n[HISTO_BUCKETS];
};

/* The bucket of a time; what is negative counts as 0. */
unsigned histo_bucket(int64_t us);

/* The longest time that goes into a bucket. */
int64_t histo_top(unsigned bucket);

uint64_t histo_count(const struct histo *h);

/* The time within which permille of a thousand were done, 1..1000; 0 when
 * there was nothing. */
int64_t histo_quantile(const struct histo *h, unsigned permille);

#endif
