/*
 * capture.h - items in the bytes of XML streams as somebody captured them.
 *
 * With or without a header, with a new one in the middle (after TLS, after
 * SASL, the other direction), with parts that are malformed: those become
 * ITEM_BAD and reading goes on where a stanza seems to begin.
 */
#ifndef DUMP_CAPTURE_H
#define DUMP_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "item.h"

#define CAPTURE_STANZA_MAX	(16u << 20)	/* bytes */

struct capture;

/* Gives a capture (capture_free).  Keeps arg. */
struct capture *capture_new(item_fn *fn, void *arg);
void capture_free(struct capture *r);		/* NULL is fine */

/* Stanzas of at most so many bytes, less than CAPTURE_STANZA_MAX. */
void capture_limit(struct capture *r, size_t bytes);

/* Between two things, with nothing half read? */
bool capture_idle(const struct capture *r);

/* What the items of the following bytes have as direction.  Keeps it. */
void capture_direction(struct capture *r, const char *direction);

/* Borrows p[0..n). */
void capture_feed(struct capture *r, const char *p, size_t n);

/* No more bytes: what is unfinished is malformed.  Starts anew. */
void capture_end(struct capture *r);

#endif
