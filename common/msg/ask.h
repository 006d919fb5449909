/*
 * ask.h - a command as a client writes it, and the answer as it reads it:
 * the other side of request.h.
 */
#ifndef MSG_ASK_H
#define MSG_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "msg/command.h"
#include "xmpp/stanza.h"

/* Attributes of the command's element: X(name, summary). */
#define MSG_ATTRS(X) \
	X(branch, "branch to read or change; staging when none is said") \
	X(rev, "read as of this revision") \
	X(as, "how: json, avro; of get-item explain, of a watch diff") \
	X(base, "change only if nothing has changed since this revision") \
	X(txid, "UUID of the change: sent again it is not done again") \
	X(from, "revision a watch goes on from") \
	X(match, "fingerprint of the schema that is there already") \
	X(message, "what the log says of the change") \
	X(author, "only what this bare JID did") \
	X(since, "only what was then or later, as 2010-04-21T12:00:00Z") \
	X(until, "only what was before then") \
	X(max, "at most so many") \
	X(before, "only what is older than this revision") \
	X(compatibility, "who must be able to read a new version of a kind: " \
	    "BACKWARD, FORWARD, FULL, each also with _TRANSITIVE, NONE") \
	X(schema, "fingerprints of versions of their kinds to have items in") \
	X(watch, "number of the watch to end")

enum msg_attr {
#define X(name, summary)	MSG_ATTR_##name,
	MSG_ATTRS(X)
#undef X
	MSG_ATTR_COUNT
};

struct msg_ask {
	const struct msg_command *command;
	struct str argument;			/* n 0: none */
	struct str attrs[MSG_ATTR_COUNT];	/* p NULL: not given */
	const char *to;				/* NULL: the own server */
};

const char *msg_attr_name(enum msg_attr a);
const char *msg_attr_summary(enum msg_attr a);

/* The attribute so called; MSG_ATTR_COUNT: none. */
enum msg_attr msg_attr_find(struct str name);

/* Whether XML can carry the attributes and the argument is UTF-8: ERR_INPUT
 * names what cannot be sent. */
int msg_ask_check(const struct msg_ask *ask, struct err *e);

/* Append the IQ. */
void msg_ask_write(struct buf *out, const struct msg_ask *ask, uint64_t id);

/* Why the other side refused; all lent from the stanza. */
struct msg_refusal {
	const char *condition;		/* RFC 6120 8.3.3 */
	const char *code;		/* of urn:M:errors; NULL: none */
	const char *at, *path, *action;	/* NULL: none */
	struct str text;
	struct str detail;		/* JSON in base64; n 0: none */
};

struct msg_reply {
	bool refused;
	struct msg_refusal why;
	const struct stanza *element;	/* of a result; NULL: it was empty */
	bool avro;			/* the payload is no JSON */
};

/* Whether st is from where requests go: to (NULL: the own server), the server
 * or the account of own, our full JID.  Anybody can send us a stanza, and
 * guess an id (RFC 6120 8.1.2.1, 8.2.3). */
bool msg_is_from(const struct stanza *st, const char *to, const char *own);

/* True when st answers a request, whose id then is in *id. */
bool msg_reply_id(const struct stanza *st, uint64_t *id);

/* Take an answer apart; the payload, decoded, is appended.  ERR_NO_ANSWER
 * when it cannot be understood. */
int msg_reply_read(struct msg_reply *out, const struct stanza *iq,
    struct buf *payload, struct err *e);

/* "condition (code): at, action N, path: text", fit for a terminal.  to: the
 * address of --to, which may be why; NULL: the own server. */
void msg_refusal_put(struct buf *out, const struct msg_refusal *r,
    const char *to);

#endif
