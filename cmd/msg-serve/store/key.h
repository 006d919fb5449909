/*
 * key.h - the public name of an item that never changes.
 *
 * Avro binary of record key {kind: string "M.Page", id: [uuid, string]}
 * (ORIGIN.md 4.2); people see it in base64url.
 */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "base/buf.h"
#include "base/bytes.h"

/* Append the raw key.  kind: without "M.". */
void key_put_uuid(struct buf *out, struct str kind, const uint8_t uuid[16]);
void key_put_string(struct buf *out, struct str kind, struct str id);

/* With a new random id (RFC 9562 version 4). */
void key_put_random(struct buf *out, struct str kind);

/* The raw bytes of the text form.  ERR_ARGUMENT: it is no key. */
int key_parse(struct buf *out, struct str text, struct err *e);

#endif
