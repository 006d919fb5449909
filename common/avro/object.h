/*
 * object.h - one Avro value in a frame that says what it is.
 *
 * Single-object encoding (Avro 1.11): C3 01, CRC-64-AVRO fingerprint of the
 * writer's schema little-endian, binary.  Confluent's: 00, id big-endian,
 * binary.  Container files are ocf.h.
 */
#ifndef MSG_AVRO_OBJECT_H
#define MSG_AVRO_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"

#define OBJECT_HEAD	10	/* bytes before the binary */
#define CONFLUENT_HEAD	5

void object_put_head(struct buf *out, uint64_t fingerprint);

/* -1 with ERR_INPUT when it is none.  *body points into p. */
int object_get(const void *p, size_t n, uint64_t *fingerprint,
    struct str *body, struct err *e);

void confluent_put_head(struct buf *out, uint32_t id);
int confluent_get(const void *p, size_t n, uint32_t *id, struct str *body,
    struct err *e);

/* Avro's long: zigzag, 7 bits a byte. */
#define VARINT_MAX	10	/* bytes */

void varint_put(struct buf *out, int64_t v);

/* Bytes used; 0: it goes on behind n; -1: over 64 bits. */
int varint_get(const void *p, size_t n, int64_t *out);

#endif
