/* compact_inside.h - one compaction: what is to be kept, and the sweep. */
#ifndef STORE_COMPACT_INSIDE_H
#define STORE_COMPACT_INSIDE_H

#include "base/map.h"
#include "store/inside.h"

/* Somebody sees this branch as it was at this revision. */
struct point {
	uint32_t branch;
	uint64_t rev;
};

struct compacting {
	struct reader r;		/* of the engine's open write */
	struct engine *engine;
	struct hasher *hasher;
	uint64_t cut;			/* the oldest revision kept */
	struct point *points;
	size_t count, cap;

	struct overlay drop;		/* rows to be deleted, not yet so */
	uint64_t dropped;

	/* Of the versions kept from before the cut. */
	uint8_t *revs;			/* bit: a revision somebody names */
	struct map blobs;		/* SHA-256 of bodies */
};

/* Take away all that is not needed. */
int compact_sweep(struct compacting *c, struct err *e);

#endif
