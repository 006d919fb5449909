/*
 * jid.h - addresses: local@domain/resource (RFC 7622).
 *
 * A struct jid holds the prepared form, so two are the same address when
 * their bytes are equal.  ASCII takes a short way; the rest goes through
 * PRECIS (RFC 8264, 8265) and IDNA (RFC 5891).
 */
#ifndef XMPP_JID_H
#define XMPP_JID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define JID_PART_MAX	1023	/* bytes of each part */
#define JID_MAX		(3 * JID_PART_MAX + 2)

struct jid {
	struct str full;	/* local@domain/resource, a NUL behind */
	struct str bare;	/* local@domain: the start of full */
	struct str local;	/* n 0: none */
	struct str domain;
	struct str resource;	/* n 0: none */
};

/* Gives the prepared form, in the arena.  ERR_ARGUMENT says which part is
 * wrong and why: "jid-malformed" on the wire. */
int jid_parse(struct jid *out, struct arena *a, const char *p, size_t n,
    struct err *e);

/* One part alone, appended in its prepared form. */
int jid_local(struct buf *out, const char *p, size_t n, struct err *e);
int jid_domain(struct buf *out, const char *p, size_t n, struct err *e);
int jid_resource(struct buf *out, const char *p, size_t n, struct err *e);

bool jid_eq(const struct jid *a, const struct jid *b);
bool jid_eq_bare(const struct jid *a, const struct jid *b);
bool jid_is_bare(const struct jid *j);
bool jid_is_full(const struct jid *j);

/* The same address without its resource; borrows from j. */
struct jid jid_bare(const struct jid *j);

/* bare + "/" + resource, which is prepared. */
int jid_with_resource(struct jid *out, struct arena *a, const struct jid *j,
    const char *resource, size_t n, struct err *e);

/* Append XEP-0106's escapes, so that any text may be a local part. */
void jid_escape(struct buf *out, const char *p, size_t n);

#endif
