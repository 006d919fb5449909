#include "store/key.h"

#include <openssl/rand.h>
#include <stdlib.h>

#include "avro/object.h"
#include "base/base64.h"
#include "store/store.h"

enum { BRANCH_UUID, BRANCH_STRING };	/* of the union */

static void
put_kind(struct buf *out, struct str kind)
{
	varint_put(out, (int64_t)kind.n + 2);
	buf_lit(out, "M.");
	buf_put(out, kind.p, kind.n);
}

void
key_put_uuid(struct buf *out, struct str kind, const uint8_t uuid[16])
{
	put_kind(out, kind);
	varint_put(out, BRANCH_UUID);
	buf_put(out, uuid, 16);
}

void
key_put_string(struct buf *out, struct str kind, struct str id)
{
	put_kind(out, kind);
	varint_put(out, BRANCH_STRING);
	varint_put(out, (int64_t)id.n);
	buf_put(out, id.p, id.n);
}

void
key_put_random(struct buf *out, struct str kind)
{
	uint8_t u[16];

	if (RAND_bytes(u, sizeof u) != 1)
		abort();
	u[6] = (uint8_t)((u[6] & 0x0f) | 0x40);
	u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
	key_put_uuid(out, kind, u);
}

int
key_parse(struct buf *out, struct str text, struct err *e)
{
	size_t before = out->n;

	if (text.n == 0 || text.n > BASE64_SIZE(STORE_KEY_MAX))
		return err_set(e, ERR_ARGUMENT, "not a key");
	if (base64url_get(out, text.p, text.n, e) == 0 && !buf_full(out))
		return 0;
	buf_trim(out, before);
	return err_set(e, ERR_ARGUMENT, "not a key: '%.*s'", (int)text.n,
	    text.p);
}
