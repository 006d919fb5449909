/*
 * digest.h - MD5 (RFC 1321) and SHA-256 (FIPS 180-4) of bytes that are there.
 *
 * For fingerprints only, never for secrets: what guards something asks
 * OpenSSL, whose start alone costs more than msg-avro-encode has for a record.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

void digest_md5(const void *p, size_t n, uint8_t out[16]);
void digest_sha256(const void *p, size_t n, uint8_t out[32]);

#endif
