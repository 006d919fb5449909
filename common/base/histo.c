#include "base/histo.h"

#define EIGHTHS		3	/* log2 of the buckets of a power of two */
#define EACH		(1u << EIGHTHS)

unsigned
histo_bucket(int64_t us)
{
	unsigned power;

	if (us < (int64_t)EACH)
		return us < 0 ? 0 : (unsigned)us;
	if (us > HISTO_TOP_US)
		us = HISTO_TOP_US;
	power = 63u - (unsigned)__builtin_clzll((unsigned long long)us);
	return (power - EIGHTHS + 1) * EACH +
	    ((unsigned)(us >> (power - EIGHTHS)) & (EACH - 1));
}

int64_t
histo_top(unsigned bucket)
{
	unsigned shift;

	if (bucket < EACH)
		return bucket;
	shift = bucket / EACH - 1;
	return ((int64_t)(EACH + bucket % EACH + 1) << shift) - 1;
}

uint64_t
histo_count(const struct histo *h)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < HISTO_BUCKETS; i++)
		sum += h->n[i];
	return sum;
}

int64_t
histo_quantile(const struct histo *h, unsigned permille)
{
	uint64_t all = histo_count(h), sum = 0;
	uint64_t want = all / 1000 * permille + (all % 1000 * permille + 999) /
	    1000;

	for (unsigned i = 0; i < HISTO_BUCKETS; i++) {
		sum += h->n[i];
		if (h->n[i] > 0 && sum >= want)
			return histo_top(i);
	}
	return 0;
}
