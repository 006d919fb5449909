/*
 * stream_parse.h - libxml2, and the pool of its parsers.
 *
 * A parser is *primed* with a root's start tag and then parses any number of
 * whole stanzas below it.  All streams with the same namespaces on their root
 * can use the same one, so a thread needs about one parser, not one a
 * connection.
 */
#ifndef XMPP_STREAM_PARSE_H
#define XMPP_STREAM_PARSE_H

#include <stddef.h>

#include "base/err.h"
#include "xmpp/stanza.h"
#include "xmpp/stream.h"

struct parser;

struct prime {
	struct stream_pool *pool;
	struct prime *prev, *next;
	char *tag;
	size_t n;
	unsigned refs;
};

struct stream_pool {
	struct parser *idle;
	struct parser *headers;		/* as they were parsed, newest first */
	struct prime *primes;
};

/* What went wrong: *e and the stream error condition. */
struct parse_error {
	const char *condition;	/* NULL: nothing */
	struct err *e;
};

/* --- primes: counted; gone with the last parser or stream ----------------- */

/* "<stream:stream xmlns='...' xmlns:stream='...'>" and nothing else. */
struct prime *prime_get(struct stream_pool *pool, const char *tag, size_t n);
void prime_unref(struct prime *pm);		/* NULL is fine */

/* --- parsers ------------------------------------------------------------- */

/* Parses a header, or finds what the same bytes were before; *root lives until
 * parser_give_header.  NULL: see pe. */
struct parser *parser_header(struct stream_pool *pool, const char *p,
    size_t n, const struct stanza **root, struct parse_error *pe);

/* To be found again by the header's bytes. */
void parser_give_header(struct parser *pr);

/* The default namespace on the root just parsed; "" when none. */
const char *parser_content_ns(const struct parser *pr);

/* The prime that the header's parser now has; counted for the caller. */
struct prime *parser_prime(struct parser *pr);

/* A parser with this prime, from the pool or new. */
struct parser *parser_take(struct prime *pm);

/* Parses one whole stanza, which lives until parser_give or the next call.
 * NULL: see pe. */
struct stanza *parser_stanza(struct parser *pr, const char *p, size_t n,
    struct parse_error *pe);

/* Back to the pool, or freed when it failed, grew or is not needed. */
void parser_give(struct parser *pr);		/* NULL is fine */

#endif
