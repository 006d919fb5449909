#include <string.h>

#include <openssl/crypto.h>

#include "base/base64.h"
#include "base/text.h"
#include "xmpp/scram.h"
#include "xmpp/scram_key.h"

#define NONCE_MAX	256	/* bytes of a client's */

enum step { FIRST, CHALLENGE, FINAL, DONE };

void
scram_server_init(struct scram_server *s, const struct sasl_mech *mech,
    const struct scram_binding *bindings, bool plus_offered)
{
	memset(s, 0, sizeof *s);
	s->hash = mech->hash;
	s->plus = mech->plus;
	s->plus_offered = plus_offered;
	s->bindings = bindings;
	s->step = FIRST;
	buf_init(&s->user, SCRAM_MESSAGE_MAX);
	buf_init(&s->authzid, SCRAM_MESSAGE_MAX);
	buf_init(&s->gs2, SCRAM_MESSAGE_MAX);
	buf_init(&s->auth, 4 * SCRAM_MESSAGE_MAX);
	buf_init(&s->nonce, SCRAM_MESSAGE_MAX);
	buf_init(&s->offer, SCRAM_MESSAGE_MAX);
}

void
scram_server_offer(struct scram_server *s, const char *p, size_t n)
{
	buf_put(&s->offer, p, n);
}

void
scram_server_clear(struct scram_server *s)
{
	buf_free(&s->user);
	buf_free(&s->authzid);
	buf_free(&s->gs2);
	buf_wipe(&s->auth);
	buf_free(&s->nonce);
	buf_free(&s->offer);
	OPENSSL_cleanse(s, sizeof *s);
}

static int
malformed(struct err *e, const char *what)
{
	return err_set(e, ERR_SYNTAX, "the login's %s is malformed", what);
}

/* "p=tls-exporter": one we have, under a mechanism that binds. */
static int
pick_binding(struct scram_server *s, struct str type, struct err *e)
{
	const struct scram_binding *b = s->bindings;

	if (!s->plus)
		return err_set(e, ERR_AUTH,
		    "a channel binding, but the mechanism has none");
	for (; b != NULL && b->type != NULL; b++) {
		if (str_is(type, b->type)) {
			s->binding = b;
			s->binding_type = b->type;
			return 0;
		}
	}
	return err_set(e, ERR_AUTH, "channel binding '%.*s' is not supported",
	    (int)(type.n > 40 ? 40 : type.n), type.p);
}

/* The flag and authzid before the message proper (RFC 5802 section 6). */
static int
gs2_header(struct scram_server *s, const char *p, size_t n, size_t *at,
    struct err *e)
{
	struct str type, authzid;

	if (scram_field(p, n, at, 'p', &type) == 0) {
		if (pick_binding(s, type, e) < 0)
			return -1;
	} else if (n >= 2 && (p[0] == 'n' || p[0] == 'y') && p[1] == ',') {
		if (s->plus)
			return err_set(e, ERR_AUTH,
			    "the mechanism needs a channel binding");
		/* He could, we could, and he was told that we cannot. */
		if (p[0] == 'y' && s->plus_offered)
			return err_set(e, ERR_AUTH,
			    "somebody took channel binding from the offer");
		*at = 2;
	} else {
		return malformed(e, "first message");
	}
	if (*at < n && p[*at] == ',') {
		++*at;
	} else if (scram_field(p, n, at, 'a', &authzid) < 0 ||
	    scram_get_name(&s->authzid, authzid) < 0 || p[*at - 1] != ',') {
		return malformed(e, "authorization identity");
	}
	buf_put(&s->gs2, p, *at);
	return 0;
}

int
scram_server_first(struct scram_server *s, const char *p, size_t n,
    struct err *e)
{
	struct str user, nonce;
	size_t at = 0, bare;

	if (s->step != FIRST || n > SCRAM_MESSAGE_MAX)
		return malformed(e, "first message");
	s->step = DONE;			/* until all is well */
	if (gs2_header(s, p, n, &at, e) < 0)
		return -1;
	bare = at;
	if (scram_field(p, n, &at, 'n', &user) < 0 ||
	    scram_get_name(&s->user, user) < 0)
		return malformed(e, "user name");
	if (scram_field(p, n, &at, 'r', &nonce) < 0 ||
	    !scram_printable(nonce) || nonce.n > NONCE_MAX)
		return malformed(e, "nonce");
	buf_put(&s->auth, p + bare, n - bare);
	buf_put(&s->nonce, nonce.p, nonce.n);
	s->step = CHALLENGE;
	return 0;
}

static void
put_offer(const struct scram_server *s, struct buf *out)
{
	uint8_t hash[SCRAM_KEY_MAX];

	if (s->offer.n == 0)
		return;
	scram_hash(s->hash, s->offer.p, s->offer.n, hash);
	buf_lit(out, ",h=");
	base64_put(out, hash, scram_key_len(s->hash));
}

int
scram_server_challenge(struct scram_server *s, const struct scram_verifier *v,
    struct buf *out, struct err *e)
{
	struct buf m = BUF_INIT(SCRAM_MESSAGE_MAX);

	if (s->step != CHALLENGE || v->hash != s->hash)
		return malformed(e, "order");
	if (s->own[0] == '\0' && scram_nonce(s->own, e) < 0)
		return -1;
	s->v = *v;
	buf_puts(&s->nonce, s->own);
	buf_lit(&m, "r=");
	buf_put(&m, s->nonce.p, s->nonce.n);
	buf_lit(&m, ",s=");
	base64_put(&m, v->salt, v->salt_len);
	buf_lit(&m, ",i=");
	buf_putu(&m, v->iterations);
	put_offer(s, &m);
	buf_putc(&s->auth, ',');
	buf_put(&s->auth, m.p, m.n);
	buf_put(out, m.p, m.n);
	buf_free(&m);
	s->step = FINAL;
	return 0;
}

/* c= repeats the flag and has the channel's data as the client sees it. */
static int
check_binding(const struct scram_server *s, struct str c, struct err *e)
{
	struct buf want = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct buf text = BUF_INIT(BASE64_SIZE(SCRAM_MESSAGE_MAX));
	bool same;

	buf_put(&want, s->gs2.p, s->gs2.n);
	if (s->binding != NULL)
		buf_put(&want, s->binding->data, s->binding->len);
	base64_put(&text, want.p, want.n);
	same = !buf_full(&want) && !buf_full(&text) &&
	    str_eq((struct str){ text.p, text.n }, c);
	buf_free(&want);
	buf_free(&text);
	return same ? 0 : err_set(e, ERR_AUTH,
	    "the channel is not the one that the client sees");
}

/* Does the proof fit what is stored? */
static int
check_proof(struct scram_server *s, const struct buf *proof, struct err *e)
{
	uint8_t key[SCRAM_KEY_MAX], stored[SCRAM_KEY_MAX];
	size_t len = scram_key_len(s->hash);
	bool same;

	if (proof->n != len)
		return malformed(e, "proof");
	scram_hmac(s->hash, s->v.stored_key, len, s->auth.p, s->auth.n, key);
	for (size_t i = 0; i < len; i++)
		key[i] ^= (uint8_t)proof->p[i];
	scram_hash(s->hash, key, len, stored);
	same = bytes_equal_ct(stored, s->v.stored_key, len);
	OPENSSL_cleanse(key, sizeof key);
	return same ? 0 :
	    err_set(e, ERR_AUTH, "wrong user name or password");
}

int
scram_server_final(struct scram_server *s, const char *p, size_t n,
    struct buf *out, struct err *e)
{
	struct buf proof = BUF_INIT(SCRAM_KEY_MAX * 2);
	uint8_t signature[SCRAM_KEY_MAX];
	struct str c, r, ext, b64;
	size_t at = 0, before;
	int rc = -1;

	if (s->step != FINAL || n > SCRAM_MESSAGE_MAX)
		return malformed(e, "final message");
	s->step = DONE;
	if (scram_field(p, n, &at, 'c', &c) < 0 ||
	    scram_field(p, n, &at, 'r', &r) < 0)
		return malformed(e, "final message");
	before = at;
	/* Extensions, which we need not understand, then the proof. */
	while (scram_field(p, n, &at, 'p', &b64) < 0) {
		if (at >= n || scram_field(p, n, &at, p[at], &ext) < 0)
			return malformed(e, "final message");
		before = at;
	}
	if (at != n || p[n - 1] == ',' || before == 0)
		return malformed(e, "final message");
	if (!str_eq(r, (struct str){ s->nonce.p, s->nonce.n }))
		return err_set(e, ERR_AUTH, "the nonce is not the one we gave");
	if (check_binding(s, c, e) < 0)
		return -1;
	buf_putc(&s->auth, ',');
	buf_put(&s->auth, p, before - 1);
	if (base64_get(&proof, b64.p, b64.n, e) < 0 || buf_full(&proof)) {
		malformed(e, "proof");
		goto out;
	}
	if (check_proof(s, &proof, e) < 0)
		goto out;
	scram_hmac(s->hash, s->v.server_key, scram_key_len(s->hash),
	    s->auth.p, s->auth.n, signature);
	buf_lit(out, "v=");
	base64_put(out, signature, scram_key_len(s->hash));
	rc = 0;
out:
	buf_wipe(&proof);
	return rc;
}
