/*
 * payload.h - what the base64 in an element of urn:M says.
 */
#ifndef DUMP_PAYLOAD_H
#define DUMP_PAYLOAD_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "schemas.h"
#include "xmpp/stanza.h"

enum payload_kind {
	PAYLOAD_NONE,		/* no text */
	PAYLOAD_JSON,
	PAYLOAD_AVRO,		/* a value with its fingerprint */
	PAYLOAD_BINARY,		/* Avro by the command's schema, or anything */
	PAYLOAD_TEXT,		/* a query, a name */
	PAYLOAD_WRONG		/* no base64: shown as it is */
};

struct payload {
	enum payload_kind kind;
	struct str bytes;	/* decoded */
	const struct json *json;
	uint64_t fingerprint;	/* 0: it is not Avro */
};

/* All in the arena.  False: st is not an element that has a payload.  Avro of
 * one of the schemas, which may be NULL, becomes JSON. */
bool payload_get(struct payload *out, struct arena *a,
    const struct stanza *st, struct schemas *schemas);

/* "get-item": the command that st, a child of an iq, is; else its name. */
void payload_command(struct buf *out, const struct stanza *st);

#endif
