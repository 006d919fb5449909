/*
 * rights.h - what a user may read and write, by paths.
 *
 * Immutable once made; threads share it.  A path covers what lies below it.
 * Roles: "read:/PATH", "write:/PATH" (to write is to read too).
 */
#ifndef STORE_RIGHTS_H
#define STORE_RIGHTS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

#define RIGHTS_MAX	64		/* paths of a user */

struct rights;

/* Is it one, and not too many?  ERR_VALUE, ERR_LIMIT: what roles look like. */
int rights_check(const struct str *roles, size_t count, struct err *e);

/* Gives rights (rights_unref).  admin: everything.  What is no role allows
 * nothing.  ERR_LIMIT: too many. */
int rights_new(struct rights **out, const struct str *roles, size_t count,
    bool admin, struct err *e);
struct rights *rights_ref(const struct rights *r);
void rights_unref(const struct rights *r);	/* NULL is fine */

/* Everything may be read, or written: nothing needs to be looked up. */
bool rights_all_read(const struct rights *r);
bool rights_all_write(const struct rights *r);

size_t rights_count(const struct rights *r);
struct str rights_path(const struct rights *r, size_t i, bool *write);

#endif
