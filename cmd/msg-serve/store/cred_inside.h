/* cred_inside.h - opening and making the credentials' environment. */
#ifndef STORE_CRED_INSIDE_H
#define STORE_CRED_INSIDE_H

#include "store/engine.h"
#include "store/store.h"

/* Tables of this environment, by the numbers of the engine's first two.
 *
 *	USER	name -> verifiers
 *	SERVER	"secret" -> CRED_SECRET bytes
 *		"token", NUL, name, NUL, agent -> see cred_token.c
 */
enum { T_USER = 0, T_SERVER = 1 };

#define CRED_USER_MAX	255

int cred_open(struct store *s, const struct store_options *o, struct err *e);

/* A new one in dir, which must exist. */
int cred_make(const char *dir, bool unsafe, struct err *e);

/* Put rows, durably; forget the user's tokens too, n > 0. */
int cred_write(struct store *s, const struct row *rows, size_t count,
    struct str tokens_of, struct err *e);

/* In a snapshot of this environment: 1, 0, -1. */
int cred_row(struct snap *s, int table, struct str key, struct str *out,
    struct err *e);

/* Delete all tokens of a user, or those past keep, the ones that end first
 * first; the environment is being written. */
int cred_forget_tokens(struct engine *g, struct snap *s, struct str user,
    size_t keep, struct err *e);

#endif
