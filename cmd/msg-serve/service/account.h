/*
 * account.h - a user as the server sees him while he is logged in.
 *
 * Read from the user's item at login; immutable and counted, since jobs of
 * his may outlive his stream.
 */
#ifndef SERVICE_ACCOUNT_H
#define SERVICE_ACCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct reader;
struct rights;

struct account {
	atomic_uint refs;
	char *name;			/* local part, prepared */
	char *bare;			/* name@domain */
	uint64_t item;			/* in the repository; 0: anonymous */
	uint64_t rev;			/* of the item when it was read */
	bool admin;
	struct rights *rights;		/* what of the tree */
};

/* 1 and a reference (account_unref), 0 there is no such user, -1.  name is
 * prepared (jid_local). */
int account_load(const struct account **out, struct reader *r,
    struct str name, const char *domain, struct err *e);

/* Gives one for somebody without a name, who may read everything; the name
 * is his for as long as it lasts. */
int account_anonymous(const struct account **out, const char *domain,
    struct err *e);

/* May he change anything at all? */
bool account_writes(const struct account *a);

const struct account *account_ref(const struct account *a);
void account_unref(const struct account *a);	/* NULL is fine */

#endif
