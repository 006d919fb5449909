/*
 * web_stanza.h - a stanza that stands alone, as in a WebSocket message or a
 * BOSH body: what a stream's root declares it declares itself.
 */
#ifndef WEB_WEB_STANZA_H
#define WEB_WEB_STANZA_H

#include <stddef.h>

#include "base/buf.h"

/* The element out->p[at..out->n), as a session writes it: its default
 * namespace becomes NS_CLIENT unless it names one, and the prefix "stream" is
 * declared where it is its own. */
void web_stanza(struct buf *out, size_t at);

#endif
