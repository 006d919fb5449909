/*
 * peer.h - whether the certificate a server shows is the one we expect, and
 * in words a person can act on when it is not.
 */
#ifndef XMPP_PEER_H
#define XMPP_PEER_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define PEER_PIN_LEN	64	/* SHA-256 in hex */

/* SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 2.4), in lower
 * case hex.  pem is one certificate. */
int peer_pin(char out[PEER_PIN_LEN + 1], const char *pem, struct err *e);

/* want: hex of either case, colons between bytes and "sha256:" in front are
 * passed over; from: where it stands, "--pin".  ERR_CONFIG when it is no such
 * thing, ERR_CONNECT with both pins when they differ. */
int peer_check_pin(const char *pem, const char *want, const char *from,
    struct err *e);

/* ERR_CONFIG when the file holds no certificate. */
int peer_check_cacert(const char *path, struct err *e);

/* ERR_CONFIG when cert holds no certificate, or key not its key without a
 * passphrase, or others can read that (with the chmod to type). */
int peer_check_key(const char *cert, const char *key, struct err *e);

/* Append for which names it is, by whom and until when. */
void peer_describe(struct buf *out, const char *pem);

/*
 * What OpenSSL refused, in words with the option that would help: unknown
 * issuer, wrong name (which names the certificate has), expired when.
 * why: X509_verify_cert_error_string's; pem: the certificate it is about,
 * NULL when it is not known; host: whom we wanted.  Returns -1, ERR_CONNECT.
 */
int peer_refused(const char *why, const char *pem, const char *host,
    struct err *e);

#endif
