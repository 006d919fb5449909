/*
 * show.h - an item for people, in one line, or for programs.
 *
 * All three append to o->buf.  Nothing of the input's control characters
 * comes through.
 */
#ifndef DUMP_SHOW_H
#define DUMP_SHOW_H

#include "cli/output.h"
#include "item.h"

void show_long(struct output *o, const struct item *it);

/* DIRECTION KIND TYPE ID FROM>TO SUMMARY; width: columns, 0: no end. */
void show_short(struct output *o, const struct item *it, size_t width);

void show_json(struct output *o, const struct item *it);

#endif
