#include "store/cred.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/mem.h"
#include "store/cred_inside.h"
#include "store/inside.h"

static const char *const tables[] = { "USER", "SERVER", NULL };

#define MAP_BYTES	((uint64_t)1 << 30)

static int
open_engine(struct engine **out, const char *dir, bool create, bool unsafe,
    bool read_only, struct err *e)
{
	return engine_open(out, &(struct engine_options){
		.dir = dir, .tables = tables, .map_bytes = MAP_BYTES,
		.readers = 64, .create = create, .unsafe = unsafe,
		.read_only = read_only }, e);
}

static struct row
row(int table, struct str key, struct str value)
{
	return (struct row){ (enum table)table, key, value };
}

/* Replace rows, durably; the lock is held. */
static int
write_rows(struct engine *g, const struct row *rows, size_t n,
    struct str tokens_of, struct err *e)
{
	struct snap *s;

	if (engine_begin(g, &s, e) < 0)
		return -1;
	if (engine_put(g, rows, n, e) < 0 || (tokens_of.n > 0 &&
	    cred_forget_tokens(g, s, tokens_of, 0, e) < 0)) {
		engine_abort(g);
		return -1;
	}
	return engine_commit(g, e);
}

int
cred_make(const char *dir, bool unsafe, struct err *e)
{
	struct engine *g;
	uint8_t secret[CRED_SECRET];
	struct row r;
	int rc;

	if (open_engine(&g, dir, true, unsafe, false, e) < 0)
		return -1;
	if (RAND_bytes(secret, sizeof secret) != 1)
		abort();
	r = row(T_SERVER, STR("secret"),
	    (struct str){ (char *)secret, sizeof secret });
	rc = write_rows(g, &r, 1, STR_NONE, e);
	engine_close(g);
	OPENSSL_cleanse(secret, sizeof secret);
	return rc;
}

int
cred_row(struct snap *s, int table, struct str key, struct str *out,
    struct err *e)
{
	return rows_get(s, NULL, (enum table)table, key, out, e);
}

/* One row of the newest snapshot, copied to out; n: how long it is. */
static int
read_row(struct store *s, int table, struct str key, void *out, size_t max,
    size_t *n, struct err *e)
{
	struct snap *snap = snap_new(s->cred);
	struct str v;
	int rc;

	rc = snap_begin(snap, e);
	if (rc == 0)
		rc = cred_row(snap, table, key, &v, e);
	if (rc == 1 && v.n > max)
		rc = err_set(e, ERR_SYSTEM, "the credentials are damaged");
	if (rc == 1) {
		memcpy(out, v.p, v.n);
		*n = v.n;
	}
	snap_end(snap);
	snap_free(snap);
	return rc;
}

int
cred_open(struct store *s, const struct store_options *o, struct err *e)
{
	char *dir = fs_join(s->dir, "cred");
	size_t n = 0;
	int rc;

	rc = open_engine(&s->cred, dir, false, o->unsafe, o->read_only, e);
	if (rc < 0 && (e->code == ERR_NOT_FOUND || e->code == ERR_CONFIG))
		rc = err_set(e, ERR_CONFIG, "the passwords of the store '%s' "
		    "are not in '%s/data.mdb': put the file of its last "
		    "backup there", s->dir, dir);
	if (rc == 0 && read_row(s, T_SERVER, STR("secret"), s->secret,
	    sizeof s->secret, &n, e) != 1)
		rc = err_set(e, ERR_CONFIG, "'%s' has no server's secret",
		    dir);
	free(dir);
	return rc;
}

void
cred_secret(struct store *s, uint8_t out[CRED_SECRET])
{
	memcpy(out, s->secret, CRED_SECRET);
}

/* --- as bytes -------------------------------------------------------- */

#define KEY_BYTES	(4 + 1 + 1 + CRED_SALT_MAX + 2 * CRED_KEY_MAX)
#define CRED_BYTES	(2 * KEY_BYTES)

static void
put_key(uint8_t *to, const struct cred_key *k)
{
	memset(to, 0, KEY_BYTES);
	put_be32(to, k->iterations);
	to[4] = (uint8_t)k->salt_n;
	to[5] = (uint8_t)k->key_n;
	memcpy(to + 6, k->salt, k->salt_n);
	memcpy(to + 6 + CRED_SALT_MAX, k->stored, k->key_n);
	memcpy(to + 6 + CRED_SALT_MAX + CRED_KEY_MAX, k->server, k->key_n);
}

static bool
get_key(struct cred_key *k, const uint8_t *from)
{
	memset(k, 0, sizeof *k);
	k->iterations = get_be32(from);
	k->salt_n = from[4];
	k->key_n = from[5];
	if (k->salt_n > CRED_SALT_MAX || k->key_n > CRED_KEY_MAX)
		return false;
	memcpy(k->salt, from + 6, k->salt_n);
	memcpy(k->stored, from + 6 + CRED_SALT_MAX, k->key_n);
	memcpy(k->server, from + 6 + CRED_SALT_MAX + CRED_KEY_MAX, k->key_n);
	return true;
}

static bool
fits(const struct cred_key *k)
{
	return k->salt_n <= CRED_SALT_MAX && k->key_n <= CRED_KEY_MAX;
}

static int
check_user(struct str user, struct err *e)
{
	if (user.n == 0 || user.n > CRED_USER_MAX)
		return err_set(e, ERR_ARGUMENT, "not a user's name");
	return 0;
}

/* --- users ----------------------------------------------------------- */

int
cred_write(struct store *s, const struct row *rows, size_t n,
    struct str tokens_of, struct err *e)
{
	int rc;

	pthread_mutex_lock(&s->cred_lock);
	rc = write_rows(s->cred, rows, n, tokens_of, e);
	if (tokens_of.n > 0)
		atomic_fetch_add(&s->cred_changes, 1);
	pthread_mutex_unlock(&s->cred_lock);
	return rc;
}

uint64_t
cred_changes(struct store *s)
{
	return atomic_load(&s->cred_changes);
}

int
cred_set(struct store *s, struct str user, const struct cred *c,
    struct err *e)
{
	uint8_t b[CRED_BYTES];
	struct row r;
	int rc;

	if (check_user(user, e) < 0)
		return -1;
	if (!fits(&c->sha1) || !fits(&c->sha256))
		return err_set(e, ERR_ARGUMENT, "not a verifier");
	put_key(b, &c->sha1);
	put_key(b + KEY_BYTES, &c->sha256);
	r = row(T_USER, user, (struct str){ (char *)b, sizeof b });
	rc = cred_write(s, &r, 1, user, e);
	OPENSSL_cleanse(b, sizeof b);
	return rc;
}

int
cred_get(struct store *s, struct str user, struct cred *out, struct err *e)
{
	uint8_t b[CRED_BYTES];
	size_t n = 0;
	int rc;

	if (user.n == 0 || user.n > CRED_USER_MAX)
		return 0;
	rc = read_row(s, T_USER, user, b, sizeof b, &n, e);
	if (rc == 1 && (n != sizeof b || !get_key(&out->sha1, b) ||
	    !get_key(&out->sha256, b + KEY_BYTES)))
		rc = err_set(e, ERR_SYSTEM, "the credentials are damaged");
	OPENSSL_cleanse(b, sizeof b);
	return rc;
}

int
cred_remove(struct store *s, struct str user, const struct cred *was,
    struct err *e)
{
	struct row r = row(T_USER, user, STR_NONE);
	uint8_t is[CRED_BYTES], b[CRED_BYTES];
	size_t n = 0;
	int rc;

	if (check_user(user, e) < 0)
		return -1;
	put_key(b, &was->sha1);
	put_key(b + KEY_BYTES, &was->sha256);
	pthread_mutex_lock(&s->cred_lock);
	rc = read_row(s, T_USER, user, is, sizeof is, &n, e);
	if (rc == 1 && n == sizeof b && memcmp(is, b, n) == 0)
		rc = write_rows(s->cred, &r, 1, user, e);
	atomic_fetch_add(&s->cred_changes, 1);
	pthread_mutex_unlock(&s->cred_lock);
	OPENSSL_cleanse(is, sizeof is);
	OPENSSL_cleanse(b, sizeof b);
	return rc < 0 ? -1 : 0;
}
