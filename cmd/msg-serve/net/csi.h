/*
 * csi.h - a client that nobody looks at says so (XEP-0352), and is not woken
 * for presence.
 *
 * What is held back goes out in its order, before the next stanza that is no
 * presence, when CSI_BYTES are full, and when the client is active again.
 */
#ifndef NET_CSI_H
#define NET_CSI_H

#include "base/buf.h"
#include "xmpp/stanza.h"

#define CSI_BYTES	(16 * 1024)

struct csi;
struct session;

/* An element of NS_CSI. */
void csi_stanza(struct session *s, const struct stanza *st);

/* A stanza of another's for a session that is ready: now, or later. */
void csi_deliver(struct session *s, const void *p, size_t n);

/* Active, be it that nobody said so: what is held back is sent. */
void csi_end(struct session *s);

void csi_free(struct csi *x);			/* NULL is fine */

#endif
