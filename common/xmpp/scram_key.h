/*
 * scram_key.h - the arithmetic of SCRAM over OpenSSL: RFC 5802 section 3.
 */
#ifndef XMPP_SCRAM_KEY_H
#define XMPP_SCRAM_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "xmpp/scram.h"

/* out has SCRAM_KEY_MAX bytes in each; a key is at most 64. */
void scram_hash(enum scram_hash h, const void *p, size_t n, uint8_t *out);
void scram_hmac(enum scram_hash h, const void *key, size_t key_len,
    const void *p, size_t n, uint8_t *out);

/* Hi: slow.  The password is prepared already. */
void scram_salt(enum scram_hash h, const char *password, size_t n,
    const void *salt, size_t salt_len, uint32_t iterations, uint8_t *out);

/* 24 random bytes of the kernel's in base64 and a NUL. */
int scram_nonce(char out[SCRAM_NONCE_LEN + 1], struct err *e);

/* --- messages ------------------------------------------------------------ */

/* "x=value" at *at, up to the next comma, which is skipped.  -1: it is not
 * there. */
int scram_field(const char *p, size_t n, size_t *at, char name,
    struct str *out);

/* A nonce's characters: printable without the comma. */
bool scram_printable(struct str s);

/* Names with , and = escaped, and back.  -1: malformed or not UTF-8. */
void scram_put_name(struct buf *out, const char *p, size_t n);
int scram_get_name(struct buf *out, struct str s);

#endif
