/*
 * ht.h - HT-SHA-256, the mechanisms of tokens (XEP-0484, and the Internet
 * draft "Hashed Token SASL Mechanisms"): one message each way, without I/O.
 *
 * A token has HT_TOKEN_LEN characters, more than a block of SHA-256, so that
 * HMAC itself takes its hash for the key: who keeps the hash can check it.
 */
#ifndef XMPP_HT_H
#define XMPP_HT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "xmpp/scram.h"

#define HT_TOKEN_LEN	96	/* what we make: 72 random bytes */
#define HT_HASH_LEN	32

/* A new token with a NUL behind; explicit_bzero it. */
int ht_token_make(char out[HT_TOKEN_LEN + 1], struct err *e);

/* What is kept of it. */
void ht_token_hash(uint8_t out[HT_HASH_LEN], const char *token);

/* A client's message: user NUL hash.  The parts are of p's bytes. */
struct ht_message {
	struct str user;
	struct str mac;		/* HT_HASH_LEN bytes */
};

int ht_parse(struct ht_message *out, const char *p, size_t n,
    struct err *e);

/* What a client ("Initiator") or server ("Responder") sends.  cb NULL: not
 * bound to the channel. */
#define HT_INITIATOR	"Initiator"
#define HT_RESPONDER	"Responder"

void ht_mac(uint8_t out[HT_HASH_LEN], const uint8_t hash[HT_HASH_LEN],
    const char *who, const struct scram_binding *cb);

#endif
