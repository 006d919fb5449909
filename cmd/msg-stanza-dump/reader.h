/*
 * reader.h - items in the bytes of XML streams as somebody captured them.
 *
 * With or without a header, with a new one in the middle (after TLS, after
 * SASL, the other direction), with parts that are malformed: those become
 * ITEM_BAD and reading goes on where a stanza seems to begin.
 */
#ifndef DUMP_READER_H
#define DUMP_READER_H

#include <stddef.h>

#include "item.h"

#define READER_STANZA_MAX	(16u << 20)	/* bytes */

struct reader;

/* Gives a reader (reader_free).  Keeps arg. */
struct reader *reader_new(item_fn *fn, void *arg);
void reader_free(struct reader *r);		/* NULL is fine */

/* What the items of the following bytes have as direction.  Keeps it. */
void reader_direction(struct reader *r, const char *direction);

/* Borrows p[0..n). */
void reader_feed(struct reader *r, const char *p, size_t n);

/* No more bytes: what is unfinished is malformed.  Starts anew. */
void reader_end(struct reader *r);

#endif
