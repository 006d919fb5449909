/*
 * register.h - in-band registration (XEP-0077).
 *
 * One who is logged in changes his own password, as set-user does.  One who
 * is not makes a user of his own, where --registration is on: it has no roles
 * until an administrator gives it some.  One user a stream, and from one
 * address no faster than penalty.h lets failures come.
 */
#ifndef FACADE_REGISTER_H
#define FACADE_REGISTER_H

#include "facade/facade.h"

struct account;

extern const struct facade facade_register;

/* Append the stream feature, where somebody may register. */
void register_feature(const struct session *s, struct buf *out);

/* A stanza of one who is not logged in: true when it was about this, and is
 * answered. */
bool register_stanza(struct session *s, const struct stanza *st);

/* Who makes users for those who have none (account_unref). */
const struct account *register_account(void);

#endif
