/*
 * http_int.h - the inside of the HTTP parser, for io/http*.c alone.
 *
 *	http.c		which bytes belong to what
 *	http_head.c	what a head says
 *	http_write.c	answers
 */
#ifndef IO_HTTP_INT_H
#define IO_HTTP_INT_H

#include "io/http.h"

enum http_state {
	IN_HEAD,
	IN_LENGTH,		/* a body of left bytes */
	IN_CHUNK_SIZE,		/* a line */
	IN_CHUNK,		/* left bytes of it */
	IN_CHUNK_END,		/* its CR LF: a line */
	IN_TRAILER,		/* lines */
	IS_WHOLE,
	IS_DEAD
};

struct http {
	const struct http_limits *lim;
	enum http_state state;
	int status;
	struct buf head, body;
	struct buf line;	/* of chunks and trailers, half read */
	size_t line_at;		/* where the head's present line began */
	size_t lines;		/* of the head, or of the trailer */
	size_t extra;		/* bytes of extensions and trailers */
	bool blank;		/* an empty line came before the head */
	bool chunked;
	uint64_t left;
	struct http_request req;
};

/* Returns -1. */
int http_refuse(struct http *h, int status, struct err *e, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* The head is h->head, its empty line not included, every line checked to
 * end in CR LF.  Fills h->req, h->chunked and h->left. */
int http_parse_head(struct http *h, struct err *e);

/* One "name: value" without its line end. */
int http_parse_field(struct http *h, struct str line,
    struct http_field *out, struct err *e);

/* The length of the token that p[0..n) begins with. */
size_t http_token(const char *p, size_t n);

#endif
