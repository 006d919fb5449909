/*
 * stream.h - bytes of an XML stream in, stanzas out.
 *
 * Knows XML and RFC 6120 framing; knows no socket, no TLS, no command.
 *
 * A stream finds the ends of stanzas itself, with all limits, before libxml2
 * sees a byte; libxml2 then parses each stanza whole.  So what comes out does
 * not depend on how the bytes were cut, nothing runs inside libxml2 when a
 * callback is made, and an idle stream has no parser: those are in a pool
 * that all streams of one thread share.
 *
 * Refused (RFC 6120 11.1): DTD, comments, processing instructions, entities
 * but the five, encodings but UTF-8.  A refusal is a stream error condition
 * (4.9.3), see stream_error; the stream is dead then until stream_restart.
 */
#ifndef XMPP_STREAM_H
#define XMPP_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "xmpp/stanza.h"

struct stream_limits {
	size_t bytes;		/* of one stanza, the header, or white space */
	size_t depth;		/* levels, the stanza itself counted */
	size_t elements;	/* in one stanza */
	size_t attrs;		/* in one element, namespaces counted */
	size_t name;		/* bytes of an element's or attribute's name */
};

/* Before login: 10,000 bytes, the least that RFC 6120 13.12 allows. */
extern const struct stream_limits stream_limits_login;
extern const struct stream_limits stream_limits_default;

/* The start of a stream: the root's attributes; NULL where absent. */
struct stream_header {
	const char *to, *from, *id, *version, *lang;
	const char *ns;		/* of the content: NS_CLIENT; "" when none */
	const struct stanza *root;
};

/*
 * All is lent for the call.  A callback may restart, stop (return not 0),
 * change limits, but must not free the stream.
 */
struct stream_ops {
	int (*open)(void *arg, const struct stream_header *h);
	int (*stanza)(void *arg, struct stanza *st);
	int (*close)(void *arg);	/* </stream:stream> */
};

struct stream;
struct stream_pool;

/* Parsers for the streams of one thread.  Must outlive them. */
struct stream_pool *stream_pool_new(void);
void stream_pool_free(struct stream_pool *pool);	/* NULL is fine */

/* Gives a stream (stream_free).  Keeps all three; limits are
 * stream_limits_login until stream_limit. */
struct stream *stream_new(const struct stream_ops *ops, void *arg,
    struct stream_pool *pool);

/* A stream without a header: stanzas one after the other, as in WebSocket
 * frames, BOSH or a log.  ns is the default namespace around them; the prefix
 * "stream" is declared. */
struct stream *stream_new_bare(const struct stream_ops *ops, void *arg,
    struct stream_pool *pool, const char *ns);

void stream_free(struct stream *s);		/* NULL is fine */

/* Keeps lim. */
void stream_limit(struct stream *s, const struct stream_limits *lim);

/*
 * Borrows p[0..n).  0: all of it used.  1: a callback stopped; the first *used
 * bytes are used, and feeding the rest goes on from there.  -1: the peer broke
 * a rule, see *e and stream_error.  used may be NULL.
 *
 * A callback is made as soon as its last byte is there and before anything
 * after it is looked at: what follows <starttls/> is still the caller's.
 */
int stream_feed(struct stream *s, const void *p, size_t n, size_t *used,
    struct err *e);

/* The next byte starts a new stream (after TLS, after SASL).  What is after
 * the present stanza in the fed bytes belongs to the new stream. */
void stream_restart(struct stream *s);

/* From one thread's pool to another's, between two stanzas: nothing else is
 * called between these. */
void stream_leave(struct stream *s);
void stream_join(struct stream *s, struct stream_pool *pool);

/* The condition to tell the peer, "not-well-formed"; NULL: no error. */
const char *stream_error(const struct stream *s);

/* True between two stanzas: nothing half read. */
bool stream_idle(const struct stream *s);

/* True after the header and before the end. */
bool stream_is_open(const struct stream *s);

/* Bytes held: the stream and what is half read. */
size_t stream_memory(const struct stream *s);

/*
 * One stanza that is all of p[0..n) but for white space around it, into the
 * arena; NULL with *e filled when it is not.  ns is the default namespace
 * around it.
 */
struct stanza *stanza_parse(struct arena *a, const char *p, size_t n,
    const char *ns, const struct stream_limits *lim, struct err *e);

#endif
