/*
 * request.h - a command as it comes in an IQ, taken apart.
 *
 * Knows stanzas and base64; knows not what a command does.  All strings are
 * the stanza's or the argument buffer's and live as long.
 */
#ifndef MSG_REQUEST_H
#define MSG_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "msg/command.h"
#include "xmpp/stanza.h"

#define REQUEST_TXID	16	/* bytes */

struct account;
struct facade;

struct request {
	const struct msg_command *command;
	struct str id;			/* of the IQ */
	struct str to;			/* of the IQ; n 0: none given */
	struct str argument;		/* decoded; n 0: none */

	/* Attributes of the command's element; n 0 or 0: not given.  A
	 * revision that is given is never 0. */
	struct str branch;
	struct str as;			/* "json", "avro", "diff", .. */
	struct str message;		/* for the commit */
	struct str match;		/* fingerprint the caller has */
	uint64_t rev;			/* read as of */
	uint64_t base;			/* revision a set was made for */
	uint64_t from;			/* revision a watch goes on from */
	uint64_t watch;			/* number of a watch to end */
	struct str schema;		/* fingerprints of versions wanted */
	struct str compatibility;	/* of a schema: "FULL", ... */
	struct str author;		/* of commits: a bare JID */
	int64_t since_us, until_us;	/* of commits: since <= time < until */
	uint64_t max;			/* how many of a page; XEP-0059's too */
	bool has_max;			/* 0 of them is not "all that fit" */
	uint64_t before;		/* page of what is older than this
					   revision; XEP-0059's <after/> */
	bool paged;			/* by XEP-0059 */
	int64_t came_us;		/* when, monotonic: the caller's */
	bool has_from;
	bool has_txid;
	uint8_t txid[REQUEST_TXID];

	/* Of the server: who asked in other words than those of urn:M, and
	 * what he said; NULL: nobody did. */
	const struct facade *facade;
	const struct stanza *iq;
	const struct account *account;	/* who asks; NULL: the stream's */
};

/* iq: of type get or set with a first child in NS_M.  The decoded argument
 * is appended to argument.  ERR_UNIMPLEMENTED: no such command; ERR_SYNTAX,
 * ERR_ARGUMENT: not well made, and says what.  id and to are set always. */
int request_read(struct request *r, const struct stanza *iq,
    struct buf *argument, struct err *e);

/* A copy that depends on nothing outside the arena. */
struct request *request_copy(struct arena *a, const struct request *r);

/* Attributes of an answer; 0 and n 0 are left out. */
struct answer {
	uint64_t rev, watch;
	uint64_t first, last;		/* of a page by XEP-0059; 0: none */
	struct str match;
	struct str as;
};

/* Append the result IQ; from is the request's to. */
void answer_result(struct buf *out, const struct request *r,
    const struct answer *a, const void *payload, size_t n);

/* Its two parts: the start tag of the IQ, and all that is behind, which is
 * the same for everybody who asks the same. */
void answer_head(struct buf *out, const struct request *r);
void answer_body(struct buf *out, const struct request *r,
    const struct answer *a, const void *payload, size_t n);

/* Append an error IQ, PROTOCOL.md section 5.  The element of NS_M_ERRORS is
 * there when ours is true; what there is to say beyond words, JSON, goes into
 * it in base64 (n 0: nothing). */
void answer_error(struct buf *out, struct str id, struct str from,
    const struct err *e, bool ours, struct str detail);

/* Append "<error ...>...</error>" for any stanza; condition NULL: that of
 * the code. */
void answer_error_element(struct buf *out, const struct err *e,
    const char *condition, const char *type, bool ours, struct str detail);

#endif
