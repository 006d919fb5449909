/*
 * take.h - Avro binary taken apart by hand: what is left of it, and whether
 * it was right so far.  After something wrong everything reads as nothing.
 */
#ifndef STORE_TAKE_H
#define STORE_TAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct take {
	const char *p;
	size_t n;
	bool bad;
};

/* n bytes off the front; NULL when bad. */
const char *take_bytes(struct take *b, size_t n);
int64_t take_long(struct take *b);		/* 0 when bad */
struct str take_str(struct take *b);		/* string or bytes */

#endif
