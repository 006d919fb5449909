/*
 * cred_token.h - tokens that clients log in with in place of a password
 * (XEP-0484), beside the passwords (cred.h).
 *
 * A user has one for each of his clients, which is known by a mark.  When a
 * new one is given the one before stays good until the new one was used: the
 * client may not have got it.  Kept is a hash; it is the key that a login is
 * checked with, so it is as worth guarding as what is kept of a password, but
 * no client can send it.
 *
 * They go with the user, and with his password when that is changed.
 * Limit: CRED_TOKENS clients a user; past it, those that end first go.
 */
#ifndef STORE_CRED_TOKEN_H
#define STORE_CRED_TOKEN_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define CRED_TOKENS	16
#define CRED_AGENT	16	/* bytes of a client's mark */
#define CRED_HASH	32

struct cred_token {
	uint8_t hash[CRED_HASH];
	int64_t from_us, until_us;	/* since 1970 */
	uint8_t mech;			/* the caller's number for it */
};

/* The newest is first; there may be one before it. */
struct cred_tokens {
	struct cred_token at[2];
	size_t count;
};

struct store;

/* count is 0 when there are none; -1.  Any thread. */
int cred_tokens_get(struct store *s, struct str user,
    const uint8_t agent[CRED_AGENT], struct cred_tokens *out, struct err *e);

/* Replaces; count 0: removes.  Durable: for a thread of the pool.  changes:
 * what cred_changes said before the user proved who he is; if it says another
 * by now his password may have been changed since, and no token comes out of
 * the old one: ERR_CONFLICT. */
int cred_tokens_set(struct store *s, struct str user,
    const uint8_t agent[CRED_AGENT], const struct cred_tokens *t,
    uint64_t changes, struct err *e);

#endif
