#include "xmpp/scram_key.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "base/text.h"

#define NONCE_BYTES	24
#define HMAC_BLOCK	64		/* of SHA-1 and SHA-256 */

static const EVP_MD *
md(enum scram_hash h)
{
	return h == SCRAM_SHA1 ? EVP_sha1() : EVP_sha256();
}

size_t
scram_key_len(enum scram_hash h)
{
	return h == SCRAM_SHA1 ? 20 : 32;
}

/* OpenSSL fails here only without memory: mem_alloc would abort too. */
static void
must(int ok)
{
	if (!ok)
		abort();
}

void
scram_hash(enum scram_hash h, const void *p, size_t n, uint8_t *out)
{
	must(EVP_Digest(p, n, out, NULL, md(h), NULL));
}

/* RFC 2104, with one context: OpenSSL's HMAC() looks up its parts by their
 * names each time, which takes longer than the hashing. */
void
scram_hmac(enum scram_hash h, const void *key, size_t key_len, const void *p,
    size_t n, uint8_t *out)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = scram_key_len(h);
	uint8_t inner[HMAC_BLOCK] = { 0 }, outer[HMAC_BLOCK];

	assert(key_len <= HMAC_BLOCK);
	memcpy(inner, key, key_len);
	for (size_t i = 0; i < HMAC_BLOCK; i++) {
		outer[i] = inner[i] ^ 0x5c;
		inner[i] ^= 0x36;
	}
	must(c != NULL && EVP_DigestInit_ex(c, md(h), NULL) &&
	    EVP_DigestUpdate(c, inner, sizeof inner) &&
	    EVP_DigestUpdate(c, p, n) && EVP_DigestFinal_ex(c, out, NULL) &&
	    EVP_DigestInit_ex(c, NULL, NULL) &&
	    EVP_DigestUpdate(c, outer, sizeof outer) &&
	    EVP_DigestUpdate(c, out, len) && EVP_DigestFinal_ex(c, out, NULL));
	EVP_MD_CTX_free(c);
	OPENSSL_cleanse(inner, sizeof inner);
	OPENSSL_cleanse(outer, sizeof outer);
}

void
scram_salt(enum scram_hash h, const char *password, size_t n,
    const void *salt, size_t salt_len, uint32_t iterations, uint8_t *out)
{
	must(PKCS5_PBKDF2_HMAC(password, (int)n, salt, (int)salt_len,
	    (int)iterations, md(h), (int)scram_key_len(h), out));
}

int
scram_nonce(char out[SCRAM_NONCE_LEN + 1], struct err *e)
{
	struct buf text = BUF_INIT(SCRAM_NONCE_LEN + 1);
	uint8_t raw[NONCE_BYTES];

	if (getentropy(raw, sizeof raw) < 0)
		return err_sys(e, ERR_SYSTEM, "cannot get random bytes");
	base64_put(&text, raw, sizeof raw);
	memcpy(out, buf_cstr(&text), SCRAM_NONCE_LEN + 1);
	buf_free(&text);
	return 0;
}

/* --- messages ------------------------------------------------------------ */

int
scram_field(const char *p, size_t n, size_t *at, char name, struct str *out)
{
	size_t from = *at + 2;
	const char *comma;

	if (n < from || p[*at] != name || p[*at + 1] != '=')
		return -1;
	comma = from == n ? NULL : memchr(p + from, ',', n - from);
	out->p = p + from;
	out->n = comma == NULL ? n - from : (size_t)(comma - out->p);
	*at = comma == NULL ? n : from + out->n + 1;
	return 0;
}

bool
scram_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x21 || s.p[i] > 0x7e || s.p[i] == ',')
			return false;
	return s.n > 0;
}

void
scram_put_name(struct buf *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == ',')
			buf_lit(out, "=2C");
		else if (p[i] == '=')
			buf_lit(out, "=3D");
		else
			buf_putc(out, p[i]);
	}
}

int
scram_get_name(struct buf *out, struct str s)
{
	if (s.n == 0 || utf8_check(s.p, s.n) < s.n ||
	    memchr(s.p, '\0', s.n) != NULL)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '=') {
			buf_putc(out, s.p[i]);
			continue;
		}
		if (s.n - i < 3)
			return -1;
		if (memcmp(s.p + i, "=2C", 3) == 0)
			buf_putc(out, ',');
		else if (memcmp(s.p + i, "=3D", 3) == 0)
			buf_putc(out, '=');
		else
			return -1;
		i += 2;
	}
	return 0;
}

/* --- verifiers ----------------------------------------------------------- */

int
scram_verifier_derive(struct scram_verifier *out, enum scram_hash h,
    uint32_t iterations, const void *salt, size_t salt_len,
    const char *password, size_t n, struct err *e)
{
	struct buf prepared = BUF_INIT(SECRET_MAX * 4);
	uint8_t salted[SCRAM_KEY_MAX], client[SCRAM_KEY_MAX];
	size_t len = scram_key_len(h);
	int rc = -1;

	assert(salt_len <= SCRAM_SALT_MAX && iterations > 0 &&
	    iterations <= SCRAM_ITERATIONS_MAX);
	if (sasl_prep(&prepared, password, n, e) < 0)
		goto out;
	memset(out, 0, sizeof *out);
	out->hash = h;
	out->iterations = iterations;
	memcpy(out->salt, salt, salt_len);
	out->salt_len = salt_len;
	scram_salt(h, prepared.p, prepared.n, salt, salt_len, iterations,
	    salted);
	scram_hmac(h, salted, len, "Client Key", 10, client);
	scram_hash(h, client, len, out->stored_key);
	scram_hmac(h, salted, len, "Server Key", 10, out->server_key);
	OPENSSL_cleanse(salted, sizeof salted);
	OPENSSL_cleanse(client, sizeof client);
	rc = 0;
out:
	buf_wipe(&prepared);
	return rc;
}

int
scram_verifier_make(struct scram_verifier *out, enum scram_hash h,
    uint32_t iterations, const char *password, size_t n, struct err *e)
{
	uint8_t salt[SCRAM_SALT_LEN];

	if (getentropy(salt, sizeof salt) < 0)
		return err_sys(e, ERR_SYSTEM, "cannot get random bytes");
	return scram_verifier_derive(out, h, iterations, salt, sizeof salt,
	    password, n, e);
}

void
scram_verifier_fake(struct scram_verifier *out, enum scram_hash h,
    uint32_t iterations, const void *secret, size_t secret_len,
    struct str user)
{
	static const char label[SCRAM_HASHES][6] = { "fake1:", "fake2:" };
	struct buf text = BUF_INIT(SCRAM_MESSAGE_MAX + sizeof label[0]);
	uint8_t out1[SCRAM_KEY_MAX], key[SCRAM_KEY_MAX];

	memset(out, 0, sizeof *out);
	buf_put(&text, label[h], sizeof label[0]);
	buf_put(&text, user.p, user.n);
	scram_hmac(SCRAM_SHA256, secret, secret_len, text.p, text.n, out1);
	out->hash = h;
	out->iterations = iterations;
	out->salt_len = SCRAM_SALT_LEN;
	memcpy(out->salt, out1, SCRAM_SALT_LEN);
	/* Keys that nobody can know the way to. */
	scram_hmac(SCRAM_SHA256, secret, secret_len, out1, sizeof out1, key);
	memcpy(out->stored_key, key, scram_key_len(h));
	scram_hmac(SCRAM_SHA256, secret, secret_len, key, sizeof key, out1);
	memcpy(out->server_key, out1, scram_key_len(h));
	buf_free(&text);
}

int
scram_verifier_check(const struct scram_verifier *v, const char *password,
    size_t n, struct err *e)
{
	struct scram_verifier mine;
	bool same;

	if (scram_verifier_derive(&mine, v->hash, v->iterations, v->salt,
	    v->salt_len, password, n, e) < 0)
		return -1;
	same = bytes_equal_ct(mine.stored_key, v->stored_key,
	    scram_key_len(v->hash));
	OPENSSL_cleanse(&mine, sizeof mine);
	return same ? 0 :
	    err_set(e, ERR_AUTH, "wrong user name or password");
}
