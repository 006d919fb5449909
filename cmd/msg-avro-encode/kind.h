/*
 * kind.h - the schema of a kind of items, from a running server.
 *
 * msg-send asks for it: this tool would else be linked with XMPP, TLS and all
 * that a login takes, and start five times slower for those who never ask.
 */
#ifndef ENCODE_KIND_H
#define ENCODE_KIND_H

#include "base/buf.h"
#include "options.h"

/* Append the text that "msg-send get-schema KIND" prints, run with --context
 * when that is given; the msg-send beside this program goes before one in
 * PATH.  What it says to standard error goes there.  Errors: as its exit
 * status says. */
int kind_schema(struct buf *out, const struct encode_opts *o, struct err *e);

#endif
