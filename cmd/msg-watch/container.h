/*
 * container.h - events as an Avro container file: what --format=avro prints.
 *
 * Each event is a block of its own, so whoever reads the stream has it as
 * soon as it was written.  What an item is depends on its kind, which may
 * change while one watches: items are strings of JSON.
 */
#ifndef WATCH_CONTAINER_H
#define WATCH_CONTAINER_H

#include "event.h"

struct container;

/* Gives a container (container_free), with its head appended to out, where
 * all else goes, too: keeps out. */
int container_new(struct container **c, struct buf *out, struct err *e);
void container_free(struct container *c);	/* NULL is fine */

/* Append the event. */
int container_put(struct container *c, const struct event *ev,
    struct err *e);

#endif
