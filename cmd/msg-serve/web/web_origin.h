/*
 * web_origin.h - whose pages may use us (RFC 6454).
 *
 * A browser says in Origin which page asks.  Our own pages may, those from
 * listed origins may, all else is foreign.  An own page is one from the very
 * host and scheme that the request is for, provided that the host is our
 * domain or the loopback: else any name that somebody lets point to us would
 * do.
 */
#ifndef WEB_WEB_ORIGIN_H
#define WEB_WEB_ORIGIN_H

#include <stdbool.h>

#include "cli/opt.h"
#include "io/http.h"

enum origin {
	ORIGIN_NONE,		/* no browser, or one that need not say */
	ORIGIN_OWN,
	ORIGIN_LISTED,		/* to be told so: CORS */
	ORIGIN_FOREIGN
};

/* *from is the origin's text in r. */
enum origin origin_check(const struct http_request *r, bool secure,
    const char *domain, const struct opt_list *listed, struct str *from);

/* The name in "name:port" or "[::1]:port", brackets included. */
struct str origin_host(struct str host);

/* "localhost", "127.0.0.1" or "[::1]". */
bool origin_loopback(struct str name);

#endif
