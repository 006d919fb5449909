/*
 * ocf.h - Avro object container files, read and written block by block.
 *
 * Knows magic, metadata, sync markers and codecs; what a datum means is the
 * plan's.  A reader is fed bytes; a writer appends to a buffer that its owner
 * drains.  Errors: ERR_INPUT with "byte N", ERR_LIMIT.
 */
#ifndef MSG_AVRO_OCF_H
#define MSG_AVRO_OCF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "avro/schema.h"
#include "base/buf.h"

#define OCF_SYNC	16
#define OCF_BLOCK_MAX	((size_t)64 << 20)	/* a good limit: bytes of a
						 * block, packed or not */
#define OCF_META_MAX	((size_t)8 << 20)

enum ocf_codec { OCF_NULL, OCF_DEFLATE, OCF_SNAPPY, OCF_BZIP2, OCF_XZ,
	OCF_ZSTD, OCF_CODECS };

const char *ocf_codec_name(enum ocf_codec c);		/* "zstandard" */
int ocf_codec_find(const char *name, size_t n);		/* or -1 */

/* Append.  level -1: the codec's default.  Unpacking ends at the limit of the
 * buffer: ERR_LIMIT. */
int ocf_pack(enum ocf_codec c, int level, const void *p, size_t n,
    struct buf *out, struct err *e);
int ocf_unpack(enum ocf_codec c, const void *p, size_t n, struct buf *out,
    struct err *e);

/* --- head ----------------------------------------------------------------- */

struct ocf_meta {
	struct str key, value;
};

struct ocf_head {
	enum ocf_codec codec;
	struct str schema;		/* text of avro.schema */
	struct ocf_meta *meta;		/* all of it, in order */
	size_t meta_count;
	uint8_t sync[OCF_SYNC];
	size_t n;			/* bytes of the file it takes */
};

/* 1: done; 0: it goes on behind n (never when last); -1.  What it points to
 * lies in p; meta is the caller's to free (ocf_head_clear). */
int ocf_head_get(struct ocf_head *h, const void *p, size_t n, bool last,
    struct err *e);
void ocf_head_clear(struct ocf_head *h);

/* meta: more pairs than avro.schema and avro.codec, which are put first. */
void ocf_head_put(struct buf *out, struct str schema, enum ocf_codec codec,
    const struct ocf_meta *meta, size_t count, const uint8_t sync[OCF_SYNC]);

/* --- blocks --------------------------------------------------------------- */

struct ocf_block {
	int64_t count;			/* values in it */
	struct str data;		/* packed */
	size_t n;			/* bytes of the file it takes */
};

/* As ocf_head_get.  max: bytes that it may be packed, OCF_BLOCK_MAX. */
int ocf_block_get(struct ocf_block *b, const uint8_t sync[OCF_SYNC],
    size_t max, const void *p, size_t n, bool last, struct err *e);
void ocf_block_put(struct buf *out, int64_t count, const void *data, size_t n,
    const uint8_t sync[OCF_SYNC]);

#endif
