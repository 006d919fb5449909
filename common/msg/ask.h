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

/* Attributes of the command's element; msg-protocol(7) says what they do. */
#define MSG_ATTRS(X) \
	X(branch) X(rev) X(as) X(base) X(txid) X(from) X(match) X(message) \
	X(author) X(since) X(until) X(max) X(before) X(compatibility) \
	X(schema)

enum msg_attr {
#define X(name)	MSG_ATTR_##name,
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

/* True when st answers a request, whose id then is in *id. */
bool msg_reply_id(const struct stanza *st, uint64_t *id);

/* Take an answer apart; the payload, decoded, is appended.  ERR_NO_ANSWER
 * when it cannot be understood. */
int msg_reply_read(struct msg_reply *out, const struct stanza *iq,
    struct buf *payload, struct err *e);

/* "condition (code): at, action N, path: text", fit for a terminal. */
void msg_refusal_put(struct buf *out, const struct msg_refusal *r);

#endif
