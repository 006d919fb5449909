/*
 * schema_get.h - get-schema: a kind's schema, or a version of one.
 */
#ifndef SERVICE_SCHEMA_GET_H
#define SERVICE_SCHEMA_GET_H

#include "base/buf.h"
#include "store/kinds.h"

#define SCHEMA_MATCH	17	/* 16 hexadecimal digits and a NUL */

/*
 * what: a kind, with "M." in front or not; or a fingerprint, 16 hexadecimal
 * digits (CRC-64-AVRO); or a schema of the protocol's own.  Appends
 * the complete schema and says its fingerprint
 * in match; nothing is appended when the caller's is the same.
 * ERR_NOT_FOUND: there is none.
 */
int schema_get(const struct kinds *ks, struct str what, struct str callers,
    char match[SCHEMA_MATCH], struct buf *out, struct err *e);

#endif
