#include "store/cred_token.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <string.h>

#include "store/cred.h"
#include "store/cred_inside.h"
#include "store/inside.h"

/* hash, from, until, mech */
#define TOKEN_BYTES	(CRED_HASH + 8 + 8 + 1)
#define PREFIX		"token"		/* and its NUL */
#define KEY_MAX		(sizeof PREFIX + CRED_USER_MAX + 1 + CRED_AGENT)
#define SCANNED		(CRED_TOKENS + 4)

struct token_key {
	char p[KEY_MAX];
	size_t n;
};

/* What all of a user's begin with; a name has no NUL. */
static int
put_user(struct token_key *k, struct str user, struct err *e)
{
	if (user.n == 0 || user.n > CRED_USER_MAX)
		return err_set(e, ERR_ARGUMENT, "not a user's name");
	memcpy(k->p, PREFIX, sizeof PREFIX);
	memcpy(k->p + sizeof PREFIX, user.p, user.n);
	k->n = sizeof PREFIX + user.n;
	k->p[k->n++] = '\0';
	return 0;
}

static struct str
key_str(const struct token_key *k)
{
	return (struct str){ k->p, k->n };
}

static void
put_token(uint8_t *to, const struct cred_token *t)
{
	memcpy(to, t->hash, CRED_HASH);
	put_be64(to + CRED_HASH, (uint64_t)t->from_us);
	put_be64(to + CRED_HASH + 8, (uint64_t)t->until_us);
	to[CRED_HASH + 16] = t->mech;
}

static void
get_token(struct cred_token *t, const uint8_t *from)
{
	memcpy(t->hash, from, CRED_HASH);
	t->from_us = (int64_t)get_be64(from + CRED_HASH);
	t->until_us = (int64_t)get_be64(from + CRED_HASH + 8);
	t->mech = from[CRED_HASH + 16];
}

int
cred_tokens_get(struct store *s, struct str user,
    const uint8_t agent[CRED_AGENT], struct cred_tokens *out, struct err *e)
{
	struct snap *snap;
	struct token_key k;
	struct str v = STR_NONE;
	int rc;

	out->count = 0;
	if (put_user(&k, user, e) < 0)
		return -1;
	memcpy(k.p + k.n, agent, CRED_AGENT);
	k.n += CRED_AGENT;
	snap = snap_new(s->cred);
	rc = snap_begin(snap, e);
	if (rc == 0)
		rc = cred_row(snap, T_SERVER, key_str(&k), &v, e);
	if (rc == 1 && v.n % TOKEN_BYTES != 0)
		rc = err_set(e, ERR_SYSTEM, "the credentials are damaged");
	for (; rc == 1 && out->count < 2 &&
	    out->count < v.n / TOKEN_BYTES; out->count++)
		get_token(&out->at[out->count], (const uint8_t *)v.p +
		    out->count * TOKEN_BYTES);
	snap_end(snap);
	snap_free(snap);
	return rc < 0 ? -1 : 0;
}

static int64_t
ends(const struct row *r)
{
	struct cred_token t;

	if (r->value.n < TOKEN_BYTES)
		return 0;
	get_token(&t, (const uint8_t *)r->value.p);
	return t.until_us;
}

int
cred_forget_tokens(struct engine *g, struct snap *s, struct str user,
    size_t keep, struct err *e)
{
	struct row rows[SCANNED], gone;
	struct token_key k, key;
	size_t first;
	int n;

	if (put_user(&k, user, e) < 0)
		return -1;
	for (;;) {
		n = snap_scan(s, (enum table)T_SERVER, key_str(&k), false,
		    key_str(&k), rows, SCANNED, e);
		if (n < 0 || (size_t)n <= keep)
			return n < 0 ? -1 : 0;
		first = 0;
		for (size_t i = 1; i < (size_t)n; i++)
			if (ends(&rows[i]) < ends(&rows[first]))
				first = i;
		key.n = rows[first].key.n;
		memcpy(key.p, rows[first].key.p, key.n);
		gone = (struct row){ (enum table)T_SERVER, key_str(&key),
			STR_NONE };
		if (engine_put(g, &gone, 1, e) < 0)
			return -1;
	}
}

int
cred_tokens_set(struct store *s, struct str user,
    const uint8_t agent[CRED_AGENT], const struct cred_tokens *t,
    uint64_t changes, struct err *e)
{
	uint8_t bytes[2 * TOKEN_BYTES];
	struct token_key k;
	struct snap *snap;
	struct row r;
	int rc;

	if (put_user(&k, user, e) < 0)
		return -1;
	memcpy(k.p + k.n, agent, CRED_AGENT);
	k.n += CRED_AGENT;
	for (size_t i = 0; i < t->count; i++)
		put_token(bytes + i * TOKEN_BYTES, &t->at[i]);
	r = (struct row){ (enum table)T_SERVER, key_str(&k), t->count == 0 ?
		STR_NONE : (struct str){ (char *)bytes,
		t->count * TOKEN_BYTES } };
	pthread_mutex_lock(&s->cred_lock);
	rc = t->count == 0 || changes == cred_changes(s) ?
	    engine_begin(s->cred, &snap, e) : err_set(e, ERR_CONFLICT,
	    "a password was changed meanwhile");
	if (rc == 0) {
		rc = engine_put(s->cred, &r, 1, e);
		if (rc == 0)
			rc = cred_forget_tokens(s->cred, snap, user,
			    CRED_TOKENS, e);
		if (rc == 0)
			rc = engine_commit(s->cred, e);
		else
			engine_abort(s->cred);
	}
	pthread_mutex_unlock(&s->cred_lock);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return rc;
}
