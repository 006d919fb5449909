/*
 * scram.h - SCRAM (RFC 5802, 7677) from both sides, without I/O.
 *
 * Knows messages, keys and channel binding; knows no XML, no base64 around
 * the messages, no user store.  Channel binding data is the caller's: io/tls
 * has it.
 */
#ifndef XMPP_SCRAM_H
#define XMPP_SCRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"
#include "xmpp/sasl.h"

#define SCRAM_SALT_MAX		64
#define SCRAM_SALT_LEN		16	/* what we make */
#define SCRAM_KEY_MAX		32
#define SCRAM_NONCE_LEN		32	/* what we make: 24 random bytes */
#define SCRAM_MESSAGE_MAX	4096	/* bytes of one message */
#define SCRAM_ITERATIONS	10000	/* what we make */
#define SCRAM_ITERATIONS_MIN	4096	/* what a client takes */
#define SCRAM_ITERATIONS_MAX	1000000

/* Bytes of a hash's keys: 20, 32. */
size_t scram_key_len(enum scram_hash h);

/* What a server keeps of a password. */
struct scram_verifier {
	enum scram_hash hash;
	uint32_t iterations;
	uint8_t salt[SCRAM_SALT_MAX];
	size_t salt_len;
	uint8_t stored_key[SCRAM_KEY_MAX];
	uint8_t server_key[SCRAM_KEY_MAX];
};

/* From a password (as typed; sasl_prep is done here), with a new salt from
 * the kernel.  Slow, on purpose: for a pool thread. */
int scram_verifier_make(struct scram_verifier *out, enum scram_hash h,
    uint32_t iterations, const char *password, size_t n, struct err *e);

/* The same with a given salt: imports, tests. */
int scram_verifier_derive(struct scram_verifier *out, enum scram_hash h,
    uint32_t iterations, const void *salt, size_t salt_len,
    const char *password, size_t n, struct err *e);

/* For a user who is not there: same salt each time, no password fits. */
void scram_verifier_fake(struct scram_verifier *out, enum scram_hash h,
    uint32_t iterations, const void *secret, size_t secret_len,
    struct str user);

/* PLAIN against a verifier.  Slow as make; ERR_AUTH when it does not fit. */
int scram_verifier_check(const struct scram_verifier *v, const char *password,
    size_t n, struct err *e);

/* What binds to the channel: its kind and the data of this connection. */
struct scram_binding {
	const char *type;	/* "tls-exporter"; NULL ends a list */
	const void *data;
	size_t len;
};

/* --- server ----------------------------------------------------------------
 *
 *	scram_server_init
 *	scram_server_first(client's first)  -> user, authzid
 *	scram_server_challenge(verifier)    -> server's first
 *	scram_server_final(client's final)  -> server's final, or failure
 *	scram_server_clear
 */
struct scram_server {
	enum scram_hash hash;
	bool plus, plus_offered;
	const struct scram_binding *bindings;
	const char *binding_type;	/* what the client named, or NULL */
	const struct scram_binding *binding;
	int step;
	char own[SCRAM_NONCE_LEN + 1];	/* our part of the nonce */
	struct scram_verifier v;
	struct buf user, authzid, gs2, auth, nonce, offer;
};

/* mech: SASL_SCRAM.  Keeps bindings, what this connection has (ended by type
 * NULL; NULL: none).  plus_offered: y in the client's flag is a downgrade. */
void scram_server_init(struct scram_server *s, const struct sasl_mech *mech,
    const struct scram_binding *bindings, bool plus_offered);
void scram_server_clear(struct scram_server *s);	/* wipes */

/* Before the challenge: what was offered, so that the client sees what others
 * took away (XEP-0474).  Sorted names, \x1e between them; where channels can
 * be bound \x1f and their types likewise. */
void scram_server_offer(struct scram_server *s, const char *p, size_t n);

/* ERR_SYNTAX: malformed; ERR_AUTH: channel binding or downgrade refused.
 * Then s->user (decoded from =2C =3D, not prepared) and s->authzid hold. */
int scram_server_first(struct scram_server *s, const char *p, size_t n,
    struct err *e);

/* Appends the server's first message.  Copies v, fake or not. */
int scram_server_challenge(struct scram_server *s,
    const struct scram_verifier *v, struct buf *out, struct err *e);

/* 0: the peer knows the password; out has the server's final message.
 * -1: ERR_SYNTAX or ERR_AUTH. */
int scram_server_final(struct scram_server *s, const char *p, size_t n,
    struct buf *out, struct err *e);

/* The slow part of a client's login, which may be kept for the next one
 * (RFC 5802 section 3, end).  As secret as the password: wipe it. */
struct scram_salted {
	enum scram_hash hash;
	uint32_t iterations;
	uint8_t salt[SCRAM_SALT_MAX];
	size_t salt_len;		/* 0: nothing kept yet */
	uint8_t key[SCRAM_KEY_MAX];
};

/* --- client ----------------------------------------------------------------
 *
 *	scram_client_init
 *	scram_client_first                    -> client's first
 *	scram_client_final(server's first)    -> client's final
 *	scram_client_verify(server's final)
 *	scram_client_clear
 */
struct scram_client {
	enum scram_hash hash;
	bool plus;
	int step;
	uint32_t iterations_max;
	char own[SCRAM_NONCE_LEN + 1];	/* our part of the nonce */
	uint8_t signature[SCRAM_KEY_MAX];	/* the server's, expected */
	size_t gs2_n;			/* of cbind's bytes: its header */
	struct buf cbind, auth;
	struct secret password;
	struct scram_salted *kept;	/* of this password only; used when
					 * the salt fits, else filled; NULL
					 * after init */
};

/* Copies all.  cb: what to bind to, for a PLUS mechanism.  plus_possible: we
 * could bind but the server offered no PLUS (flag y). */
int scram_client_init(struct scram_client *c, const struct sasl_mech *mech,
    const char *user, const char *authzid, const struct secret *password,
    const struct scram_binding *cb, bool plus_possible, struct err *e);
void scram_client_clear(struct scram_client *c);

int scram_client_first(struct scram_client *c, struct buf *out,
    struct err *e);

/* Slow: PBKDF2.  ERR_AUTH when the server asks for too few or many rounds. */
int scram_client_final(struct scram_client *c, const char *p, size_t n,
    struct buf *out, struct err *e);

/* ERR_AUTH: the server did not know the password, or said e=... */
int scram_client_verify(struct scram_client *c, const char *p, size_t n,
    struct err *e);

#endif
