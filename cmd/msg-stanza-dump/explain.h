/*
 * explain.h - what a stanza of a well-known namespace means, in words.
 */
#ifndef DUMP_EXPLAIN_H
#define DUMP_EXPLAIN_H

#include "base/buf.h"
#include "xmpp/stanza.h"

/* Append a phrase, fit for a terminal; nothing when the stanza speaks for
 * itself. */
void explain(struct buf *out, const struct stanza *st);

#endif
