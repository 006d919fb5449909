/* A container: head, blocks, codecs; nothing grows over its limit. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "avro/object.h"
#include "avro/ocf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
blocks(const struct ocf_head *h, const char *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 20);
	struct ocf_block b;
	struct err e = ERR_INIT;

	while (ocf_block_get(&b, h->sync, OCF_BLOCK_MAX, p, n, true, &e) > 0) {
		assert(b.n <= n && b.data.n < b.n);
		buf_reset(&out);
		if (ocf_unpack(h->codec, b.data.p, b.data.n, &out, &e) == 0)
			assert(out.n <= 1 << 20);
		p += b.n;
		n -= b.n;
	}
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 20), packed = BUF_INIT(1 << 22);
	struct err e = ERR_INIT;
	struct ocf_head h;
	struct str body;
	uint64_t fp;
	uint32_t id;

	if (ocf_head_get(&h, p, n, true, &e) > 0) {
		assert(h.n <= n);
		blocks(&h, (const char *)p + h.n, n - h.n);
		ocf_head_clear(&h);
	}
	object_get(p, n, &fp, &body, &e);
	confluent_get(p, n, &id, &body, &e);
	for (int c = 0; n > 0 && c < OCF_CODECS; c++) {
		if ((p[0] & 7) != c)
			continue;
		buf_reset(&out);
		ocf_unpack((enum ocf_codec)c, p + 1, n - 1, &out, &e);
		buf_reset(&out);
		if (ocf_pack((enum ocf_codec)c, -1, p, n, &packed, &e) == 0) {
			int rc = ocf_unpack((enum ocf_codec)c, packed.p,
			    packed.n, &out, &e);

			assert(rc == 0 && out.n == n &&
			    memcmp(out.p, p, n) == 0);
		}
	}
	buf_free(&out);
	buf_free(&packed);
	return 0;
}
