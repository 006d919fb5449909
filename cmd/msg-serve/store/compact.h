/*
 * compact.h - let go of what nobody may ask for any more.
 *
 * Every revision from the oldest kept on stays as it was, on every branch;
 * older ones answer ERR_GONE.  What branches and merges build upon is kept
 * however old it is; what removed branches had goes.
 */
#ifndef STORE_COMPACT_H
#define STORE_COMPACT_H

#include <stdint.h>

#include "base/err.h"

/* Kept is what either of them says; both 0: only the newest revision. */
struct compact_policy {
	uint64_t revisions;		/* so many of the newest */
	int64_t age_us;			/* all that are younger than this */
};

struct compact_result {
	uint64_t oldest;		/* revision kept */
	uint64_t rows;			/* taken away */
	uint64_t bytes_before, bytes_after;
};

/* A store that nobody has open.  All of it or nothing happens, also when it
 * is killed.  Needs room on the disk for a second copy. */
int store_compact(const char *dir, const struct compact_policy *p,
    struct compact_result *out, struct err *e);

#endif
