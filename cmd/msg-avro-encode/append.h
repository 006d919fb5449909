/*
 * append.h - the end of a container file, which others may add to as well.
 *
 * Blocks are added under a lock (flock), each time behind what is there by
 * then, so several processes may have the same file open: their blocks follow
 * one another.  A write that fails is taken back.
 */
#ifndef ENCODE_APPEND_H
#define ENCODE_APPEND_H

#include "sink.h"

/* Opens o->append as k's file.  A new one gets its head at once; one that is
 * there says codec and sync marker, and must have this schema and be whole.
 * Waits while another process writes. */
int append_open(struct sink *k, const struct encode_opts *o,
    const struct schema *s, struct err *e);

/* All of k->out, which are whole blocks, to the end; then it is empty. */
int append_write(struct sink *k, struct err *e);

#endif
