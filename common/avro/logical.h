/*
 * logical.h - values of logical types as text that people read.
 *
 * RFC 3339 dates and times, ISO 8601 durations, RFC 4122 UUIDs, decimals of
 * up to DECIMAL_BYTES.  Nothing is rounded: what a unit cannot hold is none.
 */
#ifndef MSG_AVRO_LOGICAL_H
#define MSG_AVRO_LOGICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "avro/schema.h"
#include "base/buf.h"

#define LOGICAL_TEXT	64	/* bytes of any such text but decimals */

/* Dates and times: 0 when v has no such text (a year beyond 9999). */
size_t logical_put(enum schema_logical l, int64_t v, char out[LOGICAL_TEXT]);
bool logical_get(enum schema_logical l, const char *p, size_t n, int64_t *out);

/* Months, days and milliseconds, little-endian. */
size_t duration_put(const uint8_t in[12], char out[LOGICAL_TEXT]);
bool duration_get(const char *p, size_t n, uint8_t out[12]);

void uuid_put(const uint8_t in[16], char out[36]);
bool uuid_get(const char *p, size_t n, uint8_t out[16]);

/* Two's complement, big-endian, as few bytes as it takes.  -1: too big; or
 * no number, or digits beyond the scale or precision. */
#define DECIMAL_BYTES	1024

int decimal_put(struct buf *out, const uint8_t *p, size_t n, uint32_t scale);
int decimal_get(struct buf *out, const char *p, size_t n, uint32_t precision,
    uint32_t scale);

#endif
