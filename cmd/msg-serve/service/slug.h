/*
 * slug.h - names of items made of what people write.
 */
#ifndef SERVICE_SLUG_H
#define SERVICE_SLUG_H

#include "base/buf.h"
#include "base/bytes.h"

/* Append the slug: letters and digits of every script in lower case and
 * composed (NFC), runs of anything else one '-', none at the ends.  May be
 * nothing. */
void slug_put(struct buf *out, struct str text);

/* Append a title for a name: '-' is a blank, each word begins with a
 * capital. */
void slug_title(struct buf *out, struct str name);

#endif
