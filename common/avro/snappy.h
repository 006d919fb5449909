/*
 * snappy.h - the format of snappy's blocks (google/snappy,
 * format_description.txt): a length, then pieces of text and copies of what
 * was before.
 *
 * Ours, because the library is C++: its runtime alone doubles the time that
 * msg-avro-encode takes for a record.
 */
#ifndef MSG_AVRO_SNAPPY_H
#define MSG_AVRO_SNAPPY_H

#include <stddef.h>

#include "base/buf.h"

void snappy_put(struct buf *out, const void *p, size_t n);

/* 0; -1: broken; -2: more than the buffer takes. */
int snappy_get(struct buf *out, const void *p, size_t n);

#endif
