/*
 * user.h - users: items of kind User below ITEM_USERS, their passwords apart
 * from them (store/cred.h).
 *
 * A user's name is the prepared local part of his JID.  Administrators see
 * and change all users; anybody sees himself and may change his own password
 * and full name.
 */
#ifndef SERVICE_USER_H
#define SERVICE_USER_H

#include <stdbool.h>

#include "base/secret.h"
#include "store/rights.h"
#include "store/store.h"
#include "store/view.h"

#define USER_PASSWORD_MIN	8	/* characters */

struct user {
	struct item item;		/* lent by the reader */
	bool admin;
	struct rights *rights;		/* counted */
};

/* 1, 0 there is none, -1.  name is prepared.  Gives out->rights. */
int user_find(struct user *out, struct reader *r, struct str name,
    struct err *e);

/* The first administrator of a new store; of an imported one that has him, a
 * new password for him.  Blocks. */
int user_create_admin(struct store *s, const char *name, const char *domain,
    const struct secret *password, uint32_t iterations, struct err *e);

#endif
