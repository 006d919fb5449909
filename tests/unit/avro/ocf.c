#include "unit.h"

#include <string.h>

#include "avro/object.h"
#include "avro/ocf.h"

static const uint8_t sync[OCF_SYNC] = "0123456789abcde";

static void
head_and_blocks_byte_by_byte(void **state)
{
	struct ocf_meta meta = { STR("who"), STR("me") };
	struct buf b = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	struct ocf_block block;
	struct ocf_head h;
	size_t head;

	(void)state;
	ocf_head_put(&b, STR("\"int\""), OCF_XZ, &meta, 1, sync);
	head = b.n;
	ocf_block_put(&b, 3, "abc", 3, sync);
	for (size_t n = 0; n < head; n++) {
		assert_int_equal(ocf_head_get(&h, b.p, n, false, &e), 0);
		assert_int_equal(ocf_head_get(&h, b.p, n, true, &e), -1);
	}
	assert_int_equal(ocf_head_get(&h, b.p, b.n, false, &e), 1);
	assert_int_equal(h.n, head);
	assert_int_equal(h.codec, OCF_XZ);
	assert_true(str_is(h.schema, "\"int\""));
	assert_int_equal(h.meta_count, 3);
	assert_true(str_is(h.meta[2].value, "me"));
	for (size_t n = 0; n < b.n - head; n++)
		assert_int_equal(ocf_block_get(&block, sync,
		    OCF_BLOCK_MAX, b.p + head, n, false, &e), 0);
	assert_int_equal(ocf_block_get(&block, h.sync, OCF_BLOCK_MAX,
	    b.p + head, b.n - head, true, &e), 1);
	assert_int_equal(block.count, 3);
	assert_true(str_is(block.data, "abc"));
	b.p[b.n - 1] ^= 1;
	assert_int_equal(ocf_block_get(&block, h.sync, OCF_BLOCK_MAX,
	    b.p + head, b.n - head, true, &e), -1);
	ocf_head_clear(&h);
	buf_free(&b);
}

static void
codecs_keep_bytes_and_limits(void **state)
{
	struct buf text = BUF_INIT(1 << 20), packed = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "%d ", i % 977);
	for (int c = OCF_NULL; c < OCF_CODECS; c++) {
		struct buf out = BUF_INIT(1 << 20), small = BUF_INIT(1000);
		enum ocf_codec codec = (enum ocf_codec)c;

		buf_reset(&packed);
		assert_int_equal(ocf_pack(codec, -1, text.p, text.n, &packed,
		    &e), 0);
		assert_int_equal(ocf_unpack(codec, packed.p, packed.n, &out,
		    &e), 0);
		assert_int_equal(out.n, text.n);
		assert_memory_equal(out.p, text.p, text.n);
		assert_int_equal(ocf_unpack(codec, packed.p, packed.n, &small,
		    &e), -1);
		assert_int_equal(e.code, ERR_LIMIT);
		buf_reset(&out);
		if (codec == OCF_DEFLATE) {	/* as python3-avro writes it */
			buf_puts(&packed, "abc");
			assert_int_equal(ocf_unpack(codec, packed.p, packed.n,
			    &out, &e), 0);
			assert_int_equal(out.n, text.n);
			buf_reset(&out);
		}
		if (codec != OCF_NULL)
			assert_int_equal(ocf_unpack(codec, packed.p,
			    packed.n / 2, &out, &e), -1);
		buf_free(&out);
		buf_free(&small);
	}
	buf_free(&text);
	buf_free(&packed);
}

static void
frames(void **state)
{
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;
	struct str body;
	uint64_t fp;
	uint32_t id;

	(void)state;
	object_put_head(&b, 0x0123456789abcdefu);
	buf_puts(&b, "xy");
	assert_memory_equal(b.p, "\xc3\x01\xef\xcd\xab\x89\x67\x45\x23\x01",
	    10);
	assert_int_equal(object_get(b.p, b.n, &fp, &body, &e), 0);
	assert_true(fp == 0x0123456789abcdefu);
	assert_true(str_is(body, "xy"));
	assert_int_equal(object_get(b.p, 9, &fp, &body, &e), -1);
	buf_reset(&b);
	confluent_put_head(&b, 7);
	assert_int_equal(confluent_get(b.p, b.n, &id, &body, &e), 0);
	assert_int_equal(id, 7);
	assert_int_equal(body.n, 0);
	buf_free(&b);
}

static void
varints(void **state)
{
	static const int64_t values[] = { 0, -1, 1, 63, -64, 64, INT64_MAX,
	    INT64_MIN };
	int64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct buf b = BUF_INIT(100);

		varint_put(&b, values[i]);
		assert_int_equal(varint_get(b.p, b.n, &v), b.n);
		assert_true(v == values[i]);
		assert_int_equal(varint_get(b.p, b.n - 1, &v), 0);
		buf_free(&b);
	}
	assert_int_equal(varint_get("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
	    10, &v), -1);
}

static void
a_head_has_a_limit(void **state)
{
	struct buf b = BUF_INIT(3 * OCF_META_MAX);
	struct err e = ERR_INIT;
	struct ocf_head h;

	(void)state;
	buf_put(&b, "Obj\1", 4);
	varint_put(&b, INT64_MAX);
	while (b.n < 2 * OCF_META_MAX)
		buf_put(&b, "\0\0\0\0", 4);
	assert_int_equal(ocf_head_get(&h, b.p, b.n, false, &e), -1);
	assert_string_equal(e.text, "the head is too long");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_and_blocks_byte_by_byte),
		cmocka_unit_test(codecs_keep_bytes_and_limits),
		cmocka_unit_test(a_head_has_a_limit),
		cmocka_unit_test(frames),
		cmocka_unit_test(varints),
	};

	return cmocka_run_group_tests_name("ocf", tests, NULL, NULL);
}
