#include "store/chain.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"

const bool chain_hashed[T_COUNT] = {
#define X(name, hashed)	hashed,
	TABLES(X)
#undef X
};

struct hasher {
	EVP_MD_CTX *ctx;
};

/* What can fail here is only memory. */
static void
must(int ok)
{
	if (ok != 1)
		abort();
}

struct hasher *
hasher_new(void)
{
	struct hasher *h = mem_zero(sizeof *h);

	h->ctx = EVP_MD_CTX_new();
	must(h->ctx != NULL && EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL));
	return h;
}

void
hasher_free(struct hasher *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void
hash_bytes(struct hasher *h, struct str a, struct str b,
    uint8_t out[CHAIN_HASH])
{
	must(EVP_DigestInit_ex(h->ctx, NULL, NULL));
	must(EVP_DigestUpdate(h->ctx, a.p, a.n));
	must(EVP_DigestUpdate(h->ctx, b.p, b.n));
	must(EVP_DigestFinal_ex(h->ctx, out, NULL));
}

void
hash_row(struct hasher *h, const struct row *r, uint8_t out[CHAIN_HASH])
{
	char head[3 + ENGINE_KEY_MAX];

	head[0] = (char)r->table;
	put_be16(head + 1, (uint16_t)r->key.n);
	memcpy(head + 3, r->key.p, r->key.n);
	hash_bytes(h, (struct str){ head, 3 + r->key.n }, r->value, out);
}

void
chain_add(struct chain_sum *s, struct hasher *h, const struct row *r)
{
	uint8_t d[CHAIN_HASH];

	hash_row(h, r, d);
	for (int i = 0; i < 4; i++)
		s->lane[i] += get_be64(d + 8 * i);
}

void
chain_sum_put(const struct chain_sum *s, uint8_t out[CHAIN_SUM])
{
	for (int i = 0; i < 4; i++)
		put_be64(out + 8 * i, s->lane[i]);
}

uint64_t
chain_rev(const struct row *r)
{
	switch (r->table) {
	case T_TXID:
		return r->value.n < 8 ? 0 : get_be64(r->value.p);
	case T_KEY:
		return r->value.n < 16 ? 0 : get_be64(r->value.p + 8);
	case T_CHANGE:
		return r->key.n < 8 ? 0 : get_be64(r->key.p);
	default:
		return r->key.n < 8 ? 0 : ~get_be64(r->key.p + r->key.n - 8);
	}
}
