#include <string.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/text.h"
#include "xmpp/scram.h"
#include "xmpp/scram_key.h"

enum step { FIRST, FINAL, VERIFY, DONE };

int
scram_client_init(struct scram_client *c, const struct sasl_mech *mech,
    const char *user, const char *authzid, const struct secret *password,
    const struct scram_binding *cb, bool plus_possible, struct err *e)
{
	memset(c, 0, sizeof *c);
	c->hash = mech->hash;
	c->plus = mech->plus;
	c->iterations_max = SCRAM_ITERATIONS_MAX;
	buf_init(&c->cbind, SCRAM_MESSAGE_MAX);
	buf_init(&c->auth, 4 * SCRAM_MESSAGE_MAX);
	if (c->plus && cb == NULL)
		return err_set(e, ERR_AUTH,
		    "%s needs a channel to bind to", mech->name);
	if (c->plus)
		buf_printf(&c->cbind, "p=%s,", cb->type);
	else
		buf_puts(&c->cbind, plus_possible ? "y," : "n,");
	if (authzid != NULL) {
		buf_lit(&c->cbind, "a=");
		scram_put_name(&c->cbind, authzid, strlen(authzid));
	}
	buf_putc(&c->cbind, ',');
	c->gs2_n = c->cbind.n;
	if (c->plus)
		buf_put(&c->cbind, cb->data, cb->len);
	buf_lit(&c->auth, "n=");
	scram_put_name(&c->auth, user, strlen(user));
	if (buf_full(&c->cbind) || buf_full(&c->auth))
		return err_set(e, ERR_LIMIT, "the user name is too long");
	if (scram_nonce(c->own, e) < 0)
		return -1;
	return secret_set(&c->password, password->p, password->n, e);
}

void
scram_client_clear(struct scram_client *c)
{
	buf_free(&c->cbind);
	buf_wipe(&c->auth);
	secret_clear(&c->password);
	OPENSSL_cleanse(c, sizeof *c);
}

static int
malformed(struct err *e)
{
	return err_set(e, ERR_AUTH, "the server's login message is malformed");
}

int
scram_client_first(struct scram_client *c, struct buf *out, struct err *e)
{
	if (c->step != FIRST)
		return malformed(e);
	buf_lit(&c->auth, ",r=");
	buf_puts(&c->auth, c->own);
	buf_put(out, c->cbind.p, c->gs2_n);
	buf_put(out, c->auth.p, c->auth.n);
	c->step = FINAL;
	return 0;
}

/* From the salted password: the proof, and what the server must sign. */
static void
prove(struct scram_client *c, const uint8_t *salted, uint8_t *proof)
{
	uint8_t client[SCRAM_KEY_MAX], key[SCRAM_KEY_MAX];
	size_t len = scram_key_len(c->hash);

	scram_hmac(c->hash, salted, len, "Client Key", 10, client);
	scram_hash(c->hash, client, len, key);
	scram_hmac(c->hash, key, len, c->auth.p, c->auth.n, proof);
	for (size_t i = 0; i < len; i++)
		proof[i] ^= client[i];
	scram_hmac(c->hash, salted, len, "Server Key", 10, key);
	scram_hmac(c->hash, key, len, c->auth.p, c->auth.n, c->signature);
	OPENSSL_cleanse(client, sizeof client);
	OPENSSL_cleanse(key, sizeof key);
}

static bool
is_kept(const struct scram_client *c, const struct buf *salt,
    uint32_t iterations)
{
	const struct scram_salted *k = c->kept;

	return k != NULL && k->hash == c->hash &&
	    k->iterations == iterations && k->salt_len == salt->n &&
	    memcmp(k->salt, salt->p, salt->n) == 0;
}

static void
keep(struct scram_client *c, const struct buf *salt, uint32_t iterations,
    const uint8_t *key)
{
	struct scram_salted *k = c->kept;

	if (k == NULL || salt->n > sizeof k->salt)
		return;
	k->hash = c->hash;
	k->iterations = iterations;
	k->salt_len = salt->n;
	memcpy(k->salt, salt->p, salt->n);
	memcpy(k->key, key, SCRAM_KEY_MAX);
}

static int
salted_password(struct scram_client *c, const struct buf *salt,
    uint32_t iterations, uint8_t *out, struct err *e)
{
	struct buf prepared = BUF_INIT(SECRET_MAX * 4);
	int rc;

	if (is_kept(c, salt, iterations)) {
		memcpy(out, c->kept->key, SCRAM_KEY_MAX);
		return 0;
	}
	rc = sasl_prep(&prepared, c->password.p, c->password.n, e);
	if (rc == 0) {
		memset(out, 0, SCRAM_KEY_MAX);
		scram_salt(c->hash, prepared.p, prepared.n, salt->p, salt->n,
		    iterations, out);
		keep(c, salt, iterations, out);
	}
	buf_wipe(&prepared);
	return rc;
}

/* The nonce must begin with ours and have something of his. */
static bool
nonce_ok(const struct scram_client *c, struct str r)
{
	size_t own = strlen(c->own);

	return scram_printable(r) && r.n > own &&
	    memcmp(r.p, c->own, own) == 0;
}

static int
check_iterations(const struct scram_client *c, struct str i, uint64_t *out,
    struct err *e)
{
	if (text_number(i.p, i.n, UINT32_MAX, out) < 0)
		return malformed(e);
	if (*out < SCRAM_ITERATIONS_MIN)
		return err_set(e, ERR_AUTH, "the server asks for %u rounds "
		    "only, which protects the password too little",
		    (unsigned)*out);
	if (*out > c->iterations_max)
		return err_set(e, ERR_AUTH, "the server asks for %u rounds, "
		    "the most we do is %u", (unsigned)*out, c->iterations_max);
	return 0;
}

int
scram_client_final(struct scram_client *c, const char *p, size_t n,
    struct buf *out, struct err *e)
{
	struct buf salt = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct buf m = BUF_INIT(2 * SCRAM_MESSAGE_MAX);
	uint8_t salted[SCRAM_KEY_MAX], proof[SCRAM_KEY_MAX];
	struct str r, s, i;
	uint64_t iterations;
	size_t at = 0;
	int rc = -1;

	if (c->step != FINAL || n > SCRAM_MESSAGE_MAX)
		return malformed(e);
	c->step = DONE;
	if (scram_field(p, n, &at, 'r', &r) < 0 || !nonce_ok(c, r) ||
	    scram_field(p, n, &at, 's', &s) < 0 ||
	    base64_get(&salt, s.p, s.n, e) < 0 || salt.n == 0 ||
	    scram_field(p, n, &at, 'i', &i) < 0) {
		malformed(e);
		goto out;
	}
	if (check_iterations(c, i, &iterations, e) < 0 ||
	    salted_password(c, &salt, (uint32_t)iterations, salted, e) < 0)
		goto out;
	buf_lit(&m, "c=");
	base64_put(&m, c->cbind.p, c->cbind.n);
	buf_lit(&m, ",r=");
	buf_put(&m, r.p, r.n);
	buf_putc(&c->auth, ',');
	buf_put(&c->auth, p, n);
	buf_putc(&c->auth, ',');
	buf_put(&c->auth, m.p, m.n);
	prove(c, salted, proof);
	buf_lit(&m, ",p=");
	base64_put(&m, proof, scram_key_len(c->hash));
	buf_put(out, m.p, m.n);
	c->step = VERIFY;
	rc = 0;
out:
	OPENSSL_cleanse(salted, sizeof salted);
	buf_free(&salt);
	buf_free(&m);
	return rc;
}

int
scram_client_verify(struct scram_client *c, const char *p, size_t n,
    struct err *e)
{
	struct buf text = BUF_INIT(BASE64_SIZE(SCRAM_KEY_MAX) + 1);
	struct str v;
	size_t at = 0;
	bool same;

	if (c->step != VERIFY)
		return malformed(e);
	c->step = DONE;
	if (scram_field(p, n, &at, 'e', &v) == 0)
		return err_set(e, ERR_AUTH, "the server says '%.*s'",
		    (int)(v.n > 80 ? 80 : v.n), v.p);
	if (scram_field(p, n, &at, 'v', &v) < 0)
		return malformed(e);
	base64_put(&text, c->signature, scram_key_len(c->hash));
	same = text.n == v.n && bytes_equal_ct(text.p, v.p, v.n);
	buf_free(&text);
	return same ? 0 : err_set(e, ERR_AUTH,
	    "the server does not know the password: it is not the one it "
	    "says it is");
}
