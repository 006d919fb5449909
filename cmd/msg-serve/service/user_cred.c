/* What set-user does with passwords: hashed, kept, let go of. */
#include <string.h>

#include "service/user_change.h"
#include "xmpp/scram.h"

void
user_change_wipe(struct user_change *c)
{
	for (size_t i = 0; i < c->count; i++) {
		secret_clear(&c->actions[i].password);
		explicit_bzero(&c->actions[i].cred,
		    sizeof c->actions[i].cred);
		explicit_bzero(&c->actions[i].was,
		    sizeof c->actions[i].was);
	}
}

/* --- passwords ----------------------------------------------------------- */

static int
hash(struct cred_key *out, enum scram_hash h, uint32_t iterations,
    const struct secret *password, struct err *e)
{
	struct scram_verifier v;

	if (scram_verifier_make(&v, h, iterations, password->p, password->n,
	    e) < 0)
		return err_path(e, "/password");
	out->iterations = v.iterations;
	out->salt_n = v.salt_len;
	out->key_n = scram_key_len(h);
	memcpy(out->salt, v.salt, sizeof out->salt);
	memcpy(out->stored, v.stored_key, sizeof out->stored);
	memcpy(out->server, v.server_key, sizeof out->server);
	explicit_bzero(&v, sizeof v);
	return 0;
}

int
user_change_hash(struct user_change *c, struct err *e)
{
	for (size_t i = 0; i < c->count; i++) {
		struct user_action *x = &c->actions[i];

		if (x->password.p == NULL)
			continue;
		if (hash(&x->cred.sha1, SCRAM_SHA1, c->iterations,
		    &x->password, e) < 0 ||
		    hash(&x->cred.sha256, SCRAM_SHA256, c->iterations,
		    &x->password, e) < 0) {
			e->action = (int)i;
			return -1;
		}
		x->has_cred = true;
		secret_clear(&x->password);
	}
	return 0;
}

int
user_change_creds(struct user_change *c, struct store *s, struct err *e)
{
	for (size_t i = 0; i < c->count; i++) {
		struct user_action *x = &c->actions[i];
		int rc = x->cred_old.n == 0 ? 0 :
		    cred_get(s, x->cred_old, &x->was, e);

		x->has_was = rc == 1;
		if (rc >= 0 && x->method != USER_REMOVE &&
		    (x->has_cred || x->has_was))
			rc = cred_set(s, x->cred_name, x->has_cred ?
			    &x->cred : &x->was, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
user_change_forget(struct user_change *c, struct store *s, struct view *v,
    struct err *e)
{
	for (size_t i = 0; i < c->count; i++) {
		struct user_action *x = &c->actions[i];
		uint64_t id;
		int rc = x->has_was ? view_child(v, ITEM_USERS, x->cred_old,
		    &id, e) : 1;

		if (rc == 0)
			rc = cred_remove(s, x->cred_old, &x->was, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}
