/*
 * jid_precis.h - PRECIS (RFC 8264) as far as XMPP has use for it, over
 * libunistring.  Each function appends the prepared form of UTF-8 text; the
 * words of an error say which rule was broken, not in which part.
 */
#ifndef XMPP_JID_PRECIS_H
#define XMPP_JID_PRECIS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* UsernameCaseMapped (RFC 8265 3.3). */
int precis_username(struct buf *out, const char *p, size_t n, struct err *e);

/* OpaqueString (RFC 8265 4.2): resources. */
int precis_opaque(struct buf *out, const char *p, size_t n, struct err *e);

/* SASLprep's mappings (RFC 4013) with PRECIS' idea of what is allowed, which
 * knows later versions of Unicode: passwords under SCRAM. */
int precis_password(struct buf *out, const char *p, size_t n, struct err *e);

#endif
