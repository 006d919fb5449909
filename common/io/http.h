/*
 * http.h - HTTP/1.1 requests out of bytes, and the heads of answers.
 *
 * Strict (RFC 9112), so that whoever stands before us and reads the same
 * bytes sees the same requests: lines end in CR LF and nothing else does;
 * no folded lines, no white space before a colon; exactly one Host; one
 * Content-Length or Transfer-Encoding: chunked, never both, never twice,
 * never another coding.  What breaks a rule has no meaning: the answer is
 * http_status and the connection ends.
 *
 * Knows no socket and no path.  Limits: bytes of the head (trailers and chunk
 * extensions counted), HTTP_FIELDS_MAX fields, bytes of the body.
 */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

#define HTTP_FIELDS_MAX	64

struct http_limits {
	size_t head, body;	/* bytes */
};

struct http_field {
	struct str name, value;	/* no white space around the value */
};

/* All strings lie in the parser. */
struct http_request {
	struct str method;	/* as it stands: "GET" */
	struct str path, query;	/* of the target, still encoded; no '?' */
	struct str host;	/* "name:port", "[::1]"; "" in HTTP/1.0 */
	bool close;		/* no request comes after this one */
	bool expect;		/* waits for 100 before its body */
	struct http_field fields[HTTP_FIELDS_MAX];
	size_t count;
	struct str body;	/* when whole */
};

struct http;

/* Gives a parser (http_free).  Keeps lim. */
struct http *http_new(const struct http_limits *lim);
void http_free(struct http *h);			/* NULL is fine */

enum http_got {
	HTTP_MORE,	/* all bytes used, no request yet */
	HTTP_HEAD,	/* a head whose body is still to come */
	HTTP_WHOLE	/* a request: http_next before more is fed */
};

/*
 * Borrows p[0..n).  Returns enum http_got, and in *used how many bytes it
 * took; -1: a rule was broken, see *e and http_status, and the parser is
 * dead.
 */
int http_feed(struct http *h, const void *p, size_t n, size_t *used,
    struct err *e);

/* What http_feed told of, until http_next. */
const struct http_request *http_request(const struct http *h);

/* Forget the request. */
void http_next(struct http *h);

/* 400, 413, 414, 417, 431, 501 or 505 after http_feed failed. */
int http_status(const struct http *h);

/* True between two requests: nothing half read. */
bool http_idle(const struct http *h);

/* --- fields -------------------------------------------------------------- */

/* The first field so called (in any case); p NULL: there is none. */
struct str http_field(const struct http_request *r, const char *name);

/* The same when it must not be there twice: -1 when it is. */
int http_field_one(const struct http_request *r, const char *name,
    struct str *out);

/* Is token in one of the comma-separated lists so called?  In any case. */
bool http_field_has(const struct http_request *r, const char *name,
    const char *token);

/* Equal but for ASCII case. */
bool http_same(struct str a, struct str b);

/* The path decoded, "/" in front: -1 when it has a bad escape or a control
 * character in it, or ".." or another segment that begins with a dot. */
int http_path(struct buf *out, struct str path);

/* --- answers ------------------------------------------------------------- */

/* Append "HTTP/1.1 200 OK" and Date. */
void http_put_status(struct buf *out, int status);

/* Append one field; the value is ours or was checked: no line end in it. */
void http_put(struct buf *out, const char *name, const char *value);

/* Append Content-Length, Connection: close if so, and the empty line. */
void http_put_end(struct buf *out, size_t n, bool close);

/* "Not Found" */
const char *http_reason(int status);

#endif
