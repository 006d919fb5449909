/*
 * user_change.h - a list of set-user actions, from JSON to rows.
 *
 * Parsed in the worker, passwords hashed in the pool, applied in the writer;
 * verifiers are written last, when nothing else can be refused any more.
 */
#ifndef SERVICE_USER_CHANGE_H
#define SERVICE_USER_CHANGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/secret.h"
#include "store/cred.h"
#include "store/txn.h"

#define USER_ACTIONS_MAX	1000

struct account;

enum user_method { USER_CREATE, USER_SAVE, USER_REMOVE };

struct user_action {
	enum user_method method;
	const struct json *data;
	struct str key;			/* raw; n 0: none given */
	struct str name;		/* prepared; n 0: none given */
	struct secret password;		/* wiped once it is hashed */
	bool has_cred;
	struct cred cred;

	/* Filled when applied: whose the verifiers are, and whose they were;
	 * those go when the change is durable (user_change_forget). */
	struct str cred_name, cred_old;
	bool has_was;
	struct cred was;
};

struct user_change {
	struct user_action *actions;
	size_t count;
	const char *domain;
	uint32_t iterations;
	bool admin;			/* who asks may change anybody */
	uint64_t self;			/* his own item */
	uint64_t *affected;		/* items, each once; room for count */
	size_t affected_count;
};

/* All memory is the arena's.  e->action says which one is wrong. */
struct user_change *user_change_parse(struct arena *a, const char *p,
    size_t n, struct err *e);

/* Slow: for a pool thread. */
int user_change_hash(struct user_change *c, struct err *e);

/* In the writer, on BRANCH_REPOSITORY. */
int user_change_apply(struct user_change *c, struct store *s, struct txn *t,
    struct arena *a, struct err *e);

/* In the writer, last of all: keep the verifiers.  Should the change be lost
 * yet, everybody still has the password he had. */
int user_change_creds(struct user_change *c, struct store *s, struct err *e);

/* What was kept of names that nobody has any more, as v shows. */
int user_change_forget(struct user_change *c, struct store *s,
    struct view *v, struct err *e);

void user_change_wipe(struct user_change *c);

#endif
