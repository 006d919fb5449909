/*
 * sasl.h - the mechanisms we know, PLAIN, and passwords prepared.
 */
#ifndef XMPP_SASL_H
#define XMPP_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

enum scram_hash { SCRAM_SHA1, SCRAM_SHA256, SCRAM_HASHES };

enum sasl_kind {
	SASL_PLAIN, SASL_SCRAM, SASL_EXTERNAL, SASL_ANONYMOUS,
	SASL_HT			/* ht.h */
};

/* Best first: the order in which they are announced and picked. */
struct sasl_mech {
	const char *name;
	enum sasl_kind kind;
	enum scram_hash hash;	/* of SASL_SCRAM */
	bool plus;		/* binds the TLS channel */
	const char *binding;	/* SASL_HT: by this; NULL: it does not */
};

/* The table; ends with name NULL. */
#define SASL_MECHS	10
extern const struct sasl_mech sasl_mechs[SASL_MECHS + 1];

/* NULL: no such mechanism. */
const struct sasl_mech *sasl_mech(const char *name);

/* PLAIN (RFC 4616): authzid NUL authcid NUL password, decoded from base64 by
 * the caller, whose bytes the parts are of. */
struct sasl_plain {
	struct str authzid;	/* n 0: none */
	struct str authcid;
	struct str password;
};

int sasl_plain_parse(struct sasl_plain *out, const char *p, size_t n,
    struct err *e);
void sasl_plain_write(struct buf *out, const char *authzid,
    const char *authcid, const struct secret *password);

/* A password as it is salted: SASLprep (RFC 4013).  Appends to out, which is
 * the caller's to wipe.  ERR_ARGUMENT: empty, or not allowed. */
int sasl_prep(struct buf *out, const char *p, size_t n, struct err *e);

#endif
