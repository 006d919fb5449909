/*
 * cred.h - what the server keeps of passwords, away from the content.
 *
 * An environment of its own beside the data, so that neither an export nor a
 * copy of the content holds anything to guess passwords from.  Synchronous
 * and small; any thread.
 */
#ifndef STORE_CRED_H
#define STORE_CRED_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define CRED_SALT_MAX	64
#define CRED_KEY_MAX	32
#define CRED_SECRET	32

/* RFC 5802 3.  key_n is the hash's: 20 or 32. */
struct cred_key {
	uint32_t iterations;
	size_t salt_n, key_n;
	uint8_t salt[CRED_SALT_MAX];
	uint8_t stored[CRED_KEY_MAX];
	uint8_t server[CRED_KEY_MAX];
};

/* What is kept of one user's password, for both hashes. */
struct cred {
	struct cred_key sha1, sha256;
};

struct store;

/* Replaces.  user: the local part, prepared, at most 255 bytes. */
int cred_set(struct store *s, struct str user, const struct cred *c,
    struct err *e);

/* 1 found, 0 none, -1. */
int cred_get(struct store *s, struct str user, struct cred *out,
    struct err *e);

/* Removes it, and the user's tokens, unless it is another than was by now.
 * Nothing to remove is fine. */
int cred_remove(struct store *s, struct str user, const struct cred *was,
    struct err *e);

/* Another number after each password that was set or removed.  Any thread. */
uint64_t cred_changes(struct store *s);

/* Random, made with the store: salts of users who do not exist. */
void cred_secret(struct store *s, uint8_t out[CRED_SECRET]);

#endif
