#include "avro/object.h"

#include <string.h>

void
object_put_head(struct buf *out, uint64_t fingerprint)
{
	char head[OBJECT_HEAD] = { '\xc3', 1 };

	put_le64(head + 2, fingerprint);
	buf_put(out, head, sizeof head);
}

int
object_get(const void *p, size_t n, uint64_t *fingerprint, struct str *body,
    struct err *e)
{
	const uint8_t *b = p;

	if (n < OBJECT_HEAD || b[0] != 0xc3 || b[1] != 1)
		return err_set(e, ERR_INPUT, "this is no Avro single object: "
		    "it must begin with C3 01 and a fingerprint");
	*fingerprint = get_le64(b + 2);
	*body = (struct str){ (const char *)p + OBJECT_HEAD, n - OBJECT_HEAD };
	return 0;
}

void
confluent_put_head(struct buf *out, uint32_t id)
{
	char head[CONFLUENT_HEAD] = { 0 };

	put_be32(head + 1, id);
	buf_put(out, head, sizeof head);
}

int
confluent_get(const void *p, size_t n, uint32_t *id, struct str *body,
    struct err *e)
{
	const uint8_t *b = p;

	if (n < CONFLUENT_HEAD || b[0] != 0)
		return err_set(e, ERR_INPUT, "this is not in Confluent's "
		    "frame: it must begin with 00 and an id");
	*id = get_be32(b + 1);
	*body = (struct str){ (const char *)p + CONFLUENT_HEAD,
	    n - CONFLUENT_HEAD };
	return 0;
}

void
varint_put(struct buf *out, int64_t v)
{
	uint64_t z = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
	char bytes[VARINT_MAX];
	size_t n = 0;

	while (z >= 0x80) {
		bytes[n++] = (char)(z | 0x80);
		z >>= 7;
	}
	bytes[n++] = (char)z;
	buf_put(out, bytes, n);
}

int
varint_get(const void *p, size_t n, int64_t *out)
{
	const uint8_t *b = p;
	uint64_t z = 0;

	for (size_t i = 0; i < n; i++) {
		if (i == VARINT_MAX - 1 && b[i] > 1)
			return -1;
		z |= (uint64_t)(b[i] & 0x7f) << 7 * i;
		if (b[i] < 0x80) {
			*out = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
			return (int)i + 1;
		}
	}
	return 0;
}
