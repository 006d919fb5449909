#include "io/http.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/http_int.h"

#define CHUNK_DIGITS	8	/* of a chunk's size: below 4 GB */
#define KEEP		4096	/* bytes of a body's buffer kept */

struct http *
http_new(const struct http_limits *lim)
{
	struct http *h = mem_zero(sizeof *h);

	h->lim = lim;
	buf_init(&h->head, lim->head);
	buf_init(&h->line, lim->head);
	buf_init(&h->body, lim->body);
	return h;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	buf_free(&h->head);
	buf_free(&h->line);
	buf_free(&h->body);
	free(h);
}

void
http_next(struct http *h)
{
	buf_reset(&h->head);
	buf_reset(&h->line);
	buf_reset(&h->body);
	if (h->body.cap > KEEP)
		buf_free(&h->body);
	h->state = IN_HEAD;
	h->line_at = h->lines = h->extra = 0;
	h->blank = h->chunked = false;
	h->left = 0;
	h->req.count = 0;
	h->req.body = STR_NONE;
}

const struct http_request *
http_request(const struct http *h)
{
	return &h->req;
}

int
http_status(const struct http *h)
{
	return h->status;
}

bool
http_idle(const struct http *h)
{
	return h->state == IN_HEAD && h->head.n == 0 && !h->blank;
}

int
http_refuse(struct http *h, int status, struct err *e, const char *fmt, ...)
{
	va_list ap;

	h->state = IS_DEAD;
	h->status = status;
	va_start(ap, fmt);
	err_vset(e, status == 400 ? ERR_SYNTAX : ERR_LIMIT, fmt, ap);
	va_end(ap);
	return -1;
}

/* --- lines --------------------------------------------------------------- */

/* Append bytes up to and with the next LF.  1: a line is whole and its length
 * without CR LF in *len, from start on; 0: more is wanted. */
static int
take_line(struct http *h, struct buf *to, size_t start, const char *p,
    size_t n, size_t *used, size_t *len, struct err *e)
{
	const char *nl = memchr(p, '\n', n);

	*used = nl == NULL ? n : (size_t)(nl - p) + 1;
	buf_put(to, p, *used);
	if (buf_full(to))
		return http_refuse(h, h->state == IN_HEAD && h->lines == 0 ?
		    414 : 431, e, "the head is over %zu bytes", to->max);
	if (nl == NULL)
		return 0;
	if (to->n - start < 2 || to->p[to->n - 2] != '\r')
		return http_refuse(h, 400, e, "a line ends in a bare LF");
	*len = to->n - start - 2;
	return 1;
}

/* --- the head ------------------------------------------------------------ */

static int
begin_body(struct http *h, struct err *e)
{
	if (http_parse_head(h, e) < 0)
		return -1;
	if (h->left > h->lim->body)
		return http_refuse(h, 413, e, "the body is over %zu bytes",
		    h->lim->body);
	h->lines = 0;
	if (h->chunked)
		h->state = IN_CHUNK_SIZE;
	else if (h->left > 0)
		h->state = IN_LENGTH;
	else
		h->state = IS_WHOLE;
	return h->state == IS_WHOLE ? HTTP_WHOLE : HTTP_HEAD;
}

static int
feed_head(struct http *h, const char *p, size_t n, size_t *used,
    struct err *e)
{
	size_t len;
	int rc = take_line(h, &h->head, h->line_at, p, n, used, &len, e);

	if (rc <= 0)
		return rc;
	if (len == 0 && h->line_at == 0) {	/* RFC 9112 2.2: one is fine */
		if (h->blank)
			return http_refuse(h, 400, e, "empty lines");
		h->blank = true;
		buf_reset(&h->head);
		return HTTP_MORE;
	}
	if (len == 0) {
		buf_trim(&h->head, h->line_at);
		return begin_body(h, e);
	}
	if (++h->lines > HTTP_FIELDS_MAX + 1)
		return http_refuse(h, 431, e, "over %d fields",
		    HTTP_FIELDS_MAX);
	h->line_at = h->head.n;
	return HTTP_MORE;
}

/* --- the body ------------------------------------------------------------ */

static int
whole(struct http *h)
{
	h->state = IS_WHOLE;
	h->req.body = (struct str){ h->body.p, h->body.n };
	return HTTP_WHOLE;
}

static void
take_left(struct http *h, const char *p, size_t n, size_t *used)
{
	*used = n < h->left ? n : (size_t)h->left;
	buf_put(&h->body, p, *used);
	h->left -= *used;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "1a" or "1a;extension", which nobody asked for and we pass over. */
static int
parse_chunk_size(struct http *h, struct str line, struct err *e)
{
	uint64_t size = 0;
	size_t i = 0;

	while (i < line.n && hex_digit(line.p[i]) >= 0 && i <= CHUNK_DIGITS)
		size = size << 4 | (uint64_t)hex_digit(line.p[i++]);
	if (i == 0 || i > CHUNK_DIGITS || (i < line.n && line.p[i] != ';'))
		return http_refuse(h, 400, e, "a chunk's size is no number");
	for (size_t k = i; k < line.n; k++)
		if ((uint8_t)line.p[k] < ' ' && line.p[k] != '\t')
			return http_refuse(h, 400, e,
			    "a control character in a chunk's extension");
	h->extra += line.n - i;
	if (size > h->lim->body - h->body.n)
		return http_refuse(h, 413, e, "the body is over %zu bytes",
		    h->lim->body);
	h->left = size;
	h->state = size > 0 ? IN_CHUNK : IN_TRAILER;
	return HTTP_MORE;
}

static int
parse_trailer(struct http *h, struct str line, struct err *e)
{
	struct http_field ignored;

	if (line.n == 0)
		return whole(h);
	h->extra += line.n;
	if (++h->lines > HTTP_FIELDS_MAX)
		return http_refuse(h, 431, e, "over %d trailers",
		    HTTP_FIELDS_MAX);
	return http_parse_field(h, line, &ignored, e);
}

/* A line that is not of the head. */
static int
feed_line(struct http *h, const char *p, size_t n, size_t *used,
    struct err *e)
{
	struct str line;
	size_t len;
	int rc = take_line(h, &h->line, 0, p, n, used, &len, e);

	if (rc <= 0)
		return rc;
	line = (struct str){ h->line.p, len };
	if (h->state == IN_CHUNK_SIZE) {
		rc = parse_chunk_size(h, line, e);
	} else if (h->state == IN_TRAILER) {
		rc = parse_trailer(h, line, e);
	} else if (len > 0) {
		rc = http_refuse(h, 400, e, "a chunk is longer than its size");
	} else {
		h->state = IN_CHUNK_SIZE;
		rc = HTTP_MORE;
	}
	if (rc >= 0 && h->extra > h->lim->head)
		rc = http_refuse(h, 431, e,
		    "trailers and extensions over %zu bytes", h->lim->head);
	buf_reset(&h->line);
	return rc;
}

static int
feed_body(struct http *h, const char *p, size_t n, size_t *used,
    struct err *e)
{
	switch (h->state) {
	case IN_LENGTH:
		take_left(h, p, n, used);
		return h->left == 0 ? whole(h) : HTTP_MORE;
	case IN_CHUNK:
		take_left(h, p, n, used);
		if (h->left == 0)
			h->state = IN_CHUNK_END;
		return HTTP_MORE;
	default:
		return feed_line(h, p, n, used, e);
	}
}

int
http_feed(struct http *h, const void *bytes, size_t n, size_t *used,
    struct err *e)
{
	const char *p = bytes;
	size_t done = 0, k;
	int rc = HTTP_MORE;

	assert(h->state != IS_WHOLE);
	if (h->state == IS_DEAD)
		return err_set(e, ERR_SYNTAX, "the request had an error");
	while (done < n && rc == HTTP_MORE) {
		k = 0;
		if (h->state == IN_HEAD)
			rc = feed_head(h, p + done, n - done, &k, e);
		else
			rc = feed_body(h, p + done, n - done, &k, e);
		done += k;
	}
	*used = done;
	return rc;
}
