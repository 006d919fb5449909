#include <bzlib.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "avro/ocf.h"
#include "avro/snappy.h"
#include "base/bytes.h"
#include "base/mem.h"

/*
 * The codecs of container files (Avro 1.11, Object Container Files).  What is
 * unpacked never grows over the buffer's limit.
 */

#define STEP	65536		/* bytes asked for at a time */

static int
broken(enum ocf_codec c, struct err *e)
{
	return err_set(e, ERR_INPUT, "the block is no %s data",
	    ocf_codec_name(c));
}

static int
over(const struct buf *out, struct err *e)
{
	return err_set(e, ERR_LIMIT, "the block unpacks to more than %zu "
	    "bytes", out->max);
}

/* Room for the next step; NULL at the limit. */
static char *
step(struct buf *out, size_t *n)
{
	size_t left = out->max - out->n;

	*n = left < STEP ? left : STEP;
	return *n == 0 ? NULL : buf_room(out, *n);
}

/* --- deflate without a head (RFC 1951) ------------------------------------ */

static int
deflate_pack(int level, const void *p, size_t n, struct buf *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p,
	    .avail_in = (uInt)n };
	char *to;
	int rc;

	if (deflateInit2(&z, level < 0 ? Z_DEFAULT_COMPRESSION : level,
	    Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	to = buf_room(out, deflateBound(&z, n));
	if (to == NULL) {
		deflateEnd(&z);
		return -1;
	}
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)deflateBound(&z, n);
	rc = deflate(&z, Z_FINISH);
	out->n += z.total_out;
	deflateEnd(&z);
	return rc == Z_STREAM_END ? 0 : -1;
}

static int
deflate_unpack(const void *p, size_t n, struct buf *out, struct err *e)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p,
	    .avail_in = (uInt)n };
	int rc = Z_OK;
	size_t room;
	char *to;

	if (inflateInit2(&z, -15) != Z_OK)
		return broken(OCF_DEFLATE, e);
	while (rc == Z_OK && (to = step(out, &room)) != NULL) {
		z.next_out = (Bytef *)to;
		z.avail_out = (uInt)room;
		rc = inflate(&z, Z_NO_FLUSH);
		out->n += room - z.avail_out;
	}
	n = z.avail_in;
	inflateEnd(&z);
	if (rc == Z_OK)
		return over(out, e);
	/* python3-avro leaves a part of zlib's checksum behind the data */
	return rc == Z_STREAM_END && n < 4 ? 0 : broken(OCF_DEFLATE, e);
}

/* --- snappy, with CRC-32 big-endian behind -------------------------------- */

static int
snappy_pack(const void *p, size_t n, struct buf *out)
{
	char sum[4];

	snappy_put(out, p, n);
	put_be32(sum, (uint32_t)crc32(0, p, (uInt)n));
	buf_put(out, sum, sizeof sum);
	return 0;
}

static int
snappy_unpack(const char *p, size_t n, struct buf *out, struct err *e)
{
	size_t from = out->n;
	int rc;

	if (n < 4)
		return broken(OCF_SNAPPY, e);
	rc = snappy_get(out, p, n - 4);
	if (rc < 0)
		return rc == -2 ? over(out, e) : broken(OCF_SNAPPY, e);
	if (crc32(0, (const Bytef *)out->p + from, (uInt)(out->n - from)) !=
	    get_be32(p + n - 4))
		return err_set(e, ERR_INPUT,
		    "the block's checksum is not right");
	return 0;
}

/* --- bzip2, xz, zstandard ------------------------------------------------- */

static int
bzip2_pack(int level, const void *p, size_t n, struct buf *out)
{
	unsigned len = (unsigned)(n + n / 100 + 600);
	char *to = buf_room(out, len);

	if (to == NULL || BZ2_bzBuffToBuffCompress(to, &len,
	    (char *)(uintptr_t)p, (unsigned)n,
	    level < 1 || level > 9 ? 9 : level, 0, 0) != BZ_OK)
		return -1;
	out->n += len;
	return 0;
}

static int
bzip2_unpack(const void *p, size_t n, struct buf *out, struct err *e)
{
	bz_stream z = { .next_in = (char *)(uintptr_t)p,
	    .avail_in = (unsigned)n };
	int rc = BZ_OK;
	size_t room;
	char *to;

	if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		return broken(OCF_BZIP2, e);
	while (rc == BZ_OK && (to = step(out, &room)) != NULL) {
		z.next_out = to;
		z.avail_out = (unsigned)room;
		rc = BZ2_bzDecompress(&z);
		out->n += room - z.avail_out;
		if (rc == BZ_OK && z.avail_in == 0 && z.avail_out != 0)
			rc = BZ_UNEXPECTED_EOF;
	}
	n = z.avail_in;
	BZ2_bzDecompressEnd(&z);
	if (rc == BZ_OK)
		return over(out, e);
	return rc == BZ_STREAM_END && n == 0 ? 0 : broken(OCF_BZIP2, e);
}

/* A dictionary of no more than there is to pack: the preset's takes tens of
 * megabytes whatever the block. */
static int
xz_pack(int level, const uint8_t *p, size_t n, struct buf *out)
{
	size_t len = lzma_stream_buffer_bound(n), at = 0;
	lzma_options_lzma o;
	lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &o },
	    { LZMA_VLI_UNKNOWN, NULL } };
	char *to = buf_room(out, len);

	if (to == NULL || lzma_lzma_preset(&o, level < 0 || level > 9 ?
	    LZMA_PRESET_DEFAULT : (uint32_t)level))
		return -1;
	if (n < o.dict_size)
		o.dict_size = n < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN :
		    (uint32_t)n;
	if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, NULL, p, n,
	    (uint8_t *)to, &at, len) != LZMA_OK)
		return -1;
	out->n += at;
	return 0;
}

static int
xz_unpack(const uint8_t *p, size_t n, struct buf *out, struct err *e)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret rc = LZMA_OK;
	size_t room;
	char *to;

	if (lzma_stream_decoder(&z, (uint64_t)128 << 20, 0) != LZMA_OK)
		return broken(OCF_XZ, e);
	z.next_in = p;
	z.avail_in = n;
	while (rc == LZMA_OK && (to = step(out, &room)) != NULL) {
		z.next_out = (uint8_t *)to;
		z.avail_out = room;
		rc = lzma_code(&z, LZMA_FINISH);
		out->n += room - z.avail_out;
	}
	n = z.avail_in;
	lzma_end(&z);
	if (rc == LZMA_OK)
		return over(out, e);
	return rc == LZMA_STREAM_END && n == 0 ? 0 : broken(OCF_XZ, e);
}

static int
zstd_pack(int level, const void *p, size_t n, struct buf *out)
{
	size_t len = ZSTD_compressBound(n);
	char *to = buf_room(out, len);

	if (to == NULL)
		return -1;
	len = ZSTD_compress(to, len, p, n, level < 0 ? ZSTD_CLEVEL_DEFAULT :
	    level);
	if (ZSTD_isError(len))
		return -1;
	out->n += len;
	return 0;
}

static int
zstd_unpack(const void *p, size_t n, struct buf *out, struct err *e)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer in = { p, n, 0 };
	ZSTD_outBuffer to;
	size_t rc = 1, room;

	if (z == NULL)
		return broken(OCF_ZSTD, e);
	ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, 27);
	while (rc != 0 && !ZSTD_isError(rc)) {
		char *at = step(out, &room);

		if (at == NULL)
			break;
		to = (ZSTD_outBuffer){ at, room, 0 };
		rc = ZSTD_decompressStream(z, &to, &in);
		out->n += to.pos;
		if (rc != 0 && in.pos == in.size && to.pos < room)
			break;
	}
	ZSTD_freeDStream(z);
	if (rc != 0 && !ZSTD_isError(rc) && out->n == out->max)
		return over(out, e);
	return rc == 0 && in.pos == in.size ? 0 : broken(OCF_ZSTD, e);
}

/* --- */

int
ocf_pack(enum ocf_codec c, int level, const void *p, size_t n,
    struct buf *out, struct err *e)
{
	int rc = 0;

	if (p == NULL)
		p = "";			/* of no bytes: bzip2 minds */
	switch (c) {
	case OCF_DEFLATE:
		rc = deflate_pack(level, p, n, out);
		break;
	case OCF_SNAPPY:
		rc = snappy_pack(p, n, out);
		break;
	case OCF_BZIP2:
		rc = bzip2_pack(level, p, n, out);
		break;
	case OCF_XZ:
		rc = xz_pack(level, p, n, out);
		break;
	case OCF_ZSTD:
		rc = zstd_pack(level, p, n, out);
		break;
	default:
		buf_put(out, p, n);
	}
	if (rc < 0 || buf_full(out))
		return err_set(e, ERR_SYSTEM, "cannot pack with %s",
		    ocf_codec_name(c));
	return 0;
}

int
ocf_unpack(enum ocf_codec c, const void *p, size_t n, struct buf *out,
    struct err *e)
{
	switch (c) {
	case OCF_DEFLATE:
		return deflate_unpack(p, n, out, e);
	case OCF_SNAPPY:
		return snappy_unpack(p, n, out, e);
	case OCF_BZIP2:
		return bzip2_unpack(p, n, out, e);
	case OCF_XZ:
		return xz_unpack(p, n, out, e);
	case OCF_ZSTD:
		return zstd_unpack(p, n, out, e);
	default:
		buf_put(out, p, n);
		return buf_full(out) ? over(out, e) : 0;
	}
}
