/*
 * show_item.h - an item for people, in one line, or for programs.
 *
 * All three append to o->buf.  Nothing of the input's control characters
 * comes through.
 */
#ifndef DUMP_SHOW_ITEM_H
#define DUMP_SHOW_ITEM_H

#include "cli/output.h"
#include "item.h"

void show_long(struct output *o, const struct item *it);

/* DIRECTION KIND TYPE ID FROM>TO SUMMARY; width: columns, 0: no end. */
void show_short(struct output *o, const struct item *it, size_t width);

void show_json(struct output *o, const struct item *it);

/* XML, one stanza a line, and nothing for what is none. */
void show_raw(struct output *o, const struct item *it);

/* Append "12:34:56.123456 #2 ", as much of it as is known; of the time the
 * part of the day, in UTC. */
void show_where(struct buf *out, const struct item *it);

/* Append "1.2ms". */
void show_took(struct buf *out, int64_t us);

#endif
