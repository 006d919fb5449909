#include "xmpp/ht.h"

#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/text.h"
#include "xmpp/scram_key.h"

#define RANDOM		72
#define DATA_MAX	1024	/* of a channel binding and its word */

int
ht_token_make(char out[HT_TOKEN_LEN + 1], struct err *e)
{
	struct buf text = BUF_INIT(HT_TOKEN_LEN + 1);
	uint8_t raw[RANDOM];

	if (getentropy(raw, sizeof raw) < 0)
		return err_sys(e, ERR_SYSTEM, "cannot get random bytes");
	base64_put(&text, raw, sizeof raw);
	memcpy(out, buf_cstr(&text), HT_TOKEN_LEN + 1);
	buf_wipe(&text);
	OPENSSL_cleanse(raw, sizeof raw);
	return 0;
}

void
ht_token_hash(uint8_t out[HT_HASH_LEN], const char *token)
{
	scram_hash(SCRAM_SHA256, token, strlen(token), out);
}

int
ht_parse(struct ht_message *out, const char *p, size_t n, struct err *e)
{
	const char *nul = n == 0 ? NULL : memchr(p, '\0', n);

	if (nul == NULL || nul == p ||
	    (size_t)(p + n - nul - 1) != HT_HASH_LEN ||
	    utf8_check(p, (size_t)(nul - p)) < (size_t)(nul - p))
		return err_set(e, ERR_SYNTAX, "the login is malformed");
	out->user = (struct str){ p, (size_t)(nul - p) };
	out->mac = (struct str){ nul + 1, HT_HASH_LEN };
	return 0;
}

void
ht_mac(uint8_t out[HT_HASH_LEN], const uint8_t hash[HT_HASH_LEN],
    const char *who, const struct scram_binding *cb)
{
	struct buf data = BUF_INIT(DATA_MAX);

	buf_puts(&data, who);
	if (cb != NULL)
		buf_put(&data, cb->data, cb->len);
	scram_hmac(SCRAM_SHA256, hash, HT_HASH_LEN, data.p, data.n, out);
	buf_wipe(&data);
}
