/*
 * trace.h - the lines of msg-serve -v (PROTOCOL.md section 8), written and
 * read back; and what is secret in them made "***".
 *
 *	READ: '<iq type="get" id="1">...</iq>'
 *	REQUEST (get/1) 'get-item \'/\''
 *	RESULT (get/1) '[...]'
 *	ERROR (get/1) item-not-found 'no item at \'/x\''
 *	WROTE: '<iq type="result" id="1">...</iq>'
 *
 * What is between the quotes is escaped by text_escape: one line a thing, no
 * control character.  Masked are SASL payloads (RFC 6120, XEP-0388), tokens
 * (XEP-0484), password elements, and members of payloads whose names end with
 * password, passwd, passphrase, secret or token.
 */
#ifndef MSG_TRACE_H
#define MSG_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "xmpp/stanza.h"
#include "xmpp/stream.h"

#define TRACE_MASK	"***"

enum trace_kind {
	TRACE_READ, TRACE_REQUEST, TRACE_RESULT, TRACE_ERROR, TRACE_WROTE
};

/* --- writing: each appends one line with its newline ---------------------- */

/* TRACE_READ or TRACE_WROTE, masked. */
void trace_stanza(struct buf *out, enum trace_kind kind,
    const struct stanza *st);

/* The start of a stream: its open tag; of one that is framed, the element. */
void trace_header(struct buf *out, enum trace_kind kind,
    const struct stream_header *h);

/* The same from bytes: one or more whole stanzas, a stream header, its end.
 * What is no XML is shown escaped, without what looks like a secret. */
void trace_bytes(struct buf *out, enum trace_kind kind, const char *p,
    size_t n);

/* command "get-item", argument decoded; n 0 of argument: none. */
void trace_request(struct buf *out, const char *type, struct str id,
    const char *command, struct str argument);
void trace_result(struct buf *out, const char *type, struct str id,
    struct str response);
void trace_error(struct buf *out, const char *type, struct str id,
    const char *condition, struct str text);

/* --- masking ------------------------------------------------------------- */

/* A copy of st in the arena with secrets masked; st itself when it has none. */
const struct stanza *trace_mask(struct arena *a, const struct stanza *st);

/* Append JSON with the values of such members masked.  Text that is no JSON:
 * TRACE_MASK alone when it has one of the words, else as it is. */
void trace_mask_json(struct buf *out, const char *p, size_t n);

/* Append a line of some other program's log: all from the first word on that
 * might come before a secret becomes TRACE_MASK. */
void trace_mask_line(struct buf *out, const char *p, size_t n);

/* Could bytes that are no whole stanza have a secret in them? */
bool trace_suspicious(const char *p, size_t n);

/* --- reading ------------------------------------------------------------- */

struct trace_line {
	enum trace_kind kind;
	struct str type;	/* "get", "set"; not of READ and WROTE */
	struct str id;
	struct str condition;	/* of ERROR */
	struct str text;	/* what was between the quotes, unescaped */
};

/* One line without its newline.  True, with strings in the arena, when it is
 * of the form above, also behind a prefix such as a time. */
bool trace_parse(struct trace_line *out, struct arena *a, const char *p,
    size_t n);

/* What another server did not mask in its REQUEST of a set, or in its RESULT,
 * is: text is the arena's then. */
void trace_mask_parsed(struct trace_line *t, struct arena *a);

const char *trace_word(enum trace_kind kind);	/* "READ" */

#endif
