/*
 * login_int.h - the inside of a login, for login/login*.c alone.
 */
#ifndef LOGIN_LOGIN_INT_H
#define LOGIN_LOGIN_INT_H

#include <stdbool.h>

#include "login/login.h"
#include "login/penalty.h"
#include "net/session.h"
#include "store/cred_token.h"
#include "xmpp/scram.h"

#define LOGIN_BINDINGS	2

/* What <authenticate/> asks for beyond the mechanism. */
struct login2 {
	struct arena arena;
	const struct stanza *asks;	/* it, copied */
	struct buf data;		/* for <additional-data/> */
	struct cred_tokens tokens;	/* of the client that has some */
	const struct cred_token *used;	/* of them, or NULL */
	struct buf token;		/* what tells him of a new one */
};

struct login {
	const struct sasl_mech *mech;	/* of the exchange under way, or NULL */
	bool sasl2;			/* in that dialect */
	bool first;			/* its first message has not come */
	bool checking;			/* it goes on when others are done */
	bool known;			/* the user is there */
	uint64_t changes;		/* of passwords, until it began */
	struct held *held;		/* a message that has to wait */
	bool judging;			/* as login/penalty.h has it */
	struct buf jids;		/* of a certificate, each with a NUL */
	unsigned attempts;
	struct login2 *two;		/* what <authenticate/> asks besides */
	struct scram_server scram;
	struct scram_binding bindings[LOGIN_BINDINGS + 1];
	struct buf binding_data[LOGIN_BINDINGS];
};

/* --- login.c ------------------------------------------------------------- */

bool login_offers(const struct session *s, const struct sasl_mech *m);

/* The exchange is over: it failed; or data is for the client. */
void login_fail(struct session *s, const char *condition);
void login_challenge(struct session *s, const struct buf *data);

/* He is who he says.  user: prepared; data: with it, or NULL. */
void login_succeed(struct session *s, const char *user, struct str authzid,
    const struct buf *data);
void login_succeed_as(struct session *s, const struct account *account,
    const struct buf *data);		/* taken */

/* A message of the exchange, which may be held by nothing any more. */
void login_step(struct session *s, const struct buf *message);

/* The session waits for another thread, and goes on. */
void login_wait(struct session *s);
void login_go_on(struct session *s);

/* --- login_mech.c -------------------------------------------------------- */

/* The exchange begins; a message of it came. */
void login_mech_begin(struct session *s);
void login_mech_step(struct session *s, const struct buf *message);
void login_mech_clear(struct login *l);

/* Will the next message tell whether he knows the secret? */
bool login_mech_judges(const struct login *l);

/* --- login_guard.c: what guessing costs (login/penalty.h) ---------------- */

/* A message is to be judged.  True: its address has to wait, and login_step
 * has it (copied) later. */
bool login_guard_holds(struct session *s, const struct buf *message);

/* It was; at once, or in another thread after login_guard_take moved what has
 * to be told to j.  user: whose it was, prepared. */
struct judging {
	struct peer peer;
	bool counts;
};

void login_guard_take(struct session *s, struct judging *j);
void login_guard_judged(struct worker *w, const struct judging *j,
    struct str user, enum judgement is);

void login_guard_clear(struct login *l);

/* --- login2.c ------------------------------------------------------------ */

/* Append the feature. */
void login2_features(struct session *s, struct buf *out);

/* An <authenticate/> begins an exchange: keep what it asks. */
void login2_begin(struct session *s, const struct stanza *st);
void login2_clear(struct login *l);

/* The session has its account: do what was asked, and say it. */
void login2_succeed(struct session *s, const struct buf *data);
void login2_go_on(struct session *s);	/* after login_fast_renew */

/* --- login_fast.c: tokens (XEP-0484) ------------------------------------- */

void login_fast_features(struct session *s, struct buf *out);
void login_fast_step(struct session *s, const struct buf *message);

/* The user is known: give him another token, take an old one back.  True: it
 * takes a while, and login2_go_on comes then. */
bool login_fast_renew(struct session *s);

#endif
