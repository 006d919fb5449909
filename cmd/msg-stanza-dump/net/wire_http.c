#include "net/wire_http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "net/wire.h"

#define CHUNK_LINE_MAX	200

static const char *const begins[] = { "GET ", "POST ", "OPTIONS ", "HEAD ",
    "PUT ", "HTTP/1." };

bool
wire_http_begins(const char *p, size_t n)
{
	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
		size_t len = strlen(begins[i]);

		if (memcmp(p, begins[i], n < len ? n : len) == 0)
			return true;
	}
	return false;
}

void
wire_http_init(struct wire_http *h)
{
	memset(h, 0, sizeof *h);
	buf_init(&h->line, WIRE_HEAD_MAX);
}

void
wire_http_clear(struct wire_http *h)
{
	buf_free(&h->line);
}

/* --- the head ------------------------------------------------------------- */

/* The value of a field of the head; n 0: none. */
static struct str
field(const struct buf *head, const char *name)
{
	size_t len = strlen(name);
	const char *p = head->p, *end = p + head->n, *nl;

	for (; p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL;
	    p = nl + 1) {
		size_t n = (size_t)(nl - p);

		if (n <= len || strncasecmp(p, name, len) != 0 ||
		    p[len] != ':')
			continue;
		p += len + 1;
		n -= len + 1;
		while (n > 0 && (*p == ' ' || *p == '\t'))
			p++, n--;
		while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == ' '))
			n--;
		return (struct str){ p, n };
	}
	return STR_NONE;
}

static bool
mentions(struct str s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.n; i++)
		if (strncasecmp(s.p + i, word, len) == 0)
			return true;
	return false;
}

/* "POST /bind": a query might have a secret in it; "HTTP/1.1 200 OK". */
static void
tell(const struct wire_http *h, char line[WIRE_HTTP_LINE])
{
	const char *end = memchr(h->line.p, '\r', h->line.n), *p;
	size_t n = end == NULL ? h->line.n : (size_t)(end - h->line.p);
	struct buf text = BUF_INIT(4 * WIRE_HEAD_MAX);

	if (n > 8 && memcmp(h->line.p, "HTTP/1.", 7) != 0 &&
	    (p = memchr(h->line.p, '?', n)) != NULL)
		n = (size_t)(p - h->line.p);
	text_escape(&text, h->line.p, n < 150 ? n : 150, 0);
	snprintf(line, WIRE_HTTP_LINE, "%s", buf_cstr(&text));
	buf_free(&text);
}

/* An answer without a body of its own. */
static bool
bodiless(const struct buf *head)
{
	const char *p = head->p + 9;

	return head->n > 12 && memcmp(head->p, "HTTP/1.", 7) == 0 &&
	    (*p == '1' || memcmp(p, "204", 3) == 0 || memcmp(p, "304", 3) == 0);
}

static void
end_of_head(struct wire_http *h, char line[WIRE_HTTP_LINE])
{
	struct str length = field(&h->line, "content-length");
	struct str type = field(&h->line, "content-type");
	bool answer = h->line.n > 7 && memcmp(h->line.p, "HTTP/1.", 7) == 0;

	tell(h, line);
	h->xml = type.n == 0 || mentions(type, "xml");
	h->left = 0;
	h->upgraded = mentions(field(&h->line, "upgrade"), "websocket") &&
	    (!answer || memcmp(h->line.p + 9, "101", 3) == 0);
	h->state = WIRE_HTTP_HEAD;
	if (h->upgraded || bodiless(&h->line)) {
		/* nothing follows */
	} else if (mentions(field(&h->line, "transfer-encoding"), "chunked")) {
		h->state = WIRE_HTTP_CHUNK_SIZE;
	} else if (length.n > 0) {
		if (text_number(length.p, length.n, UINT64_MAX, &h->left) < 0)
			h->state = WIRE_HTTP_LOST;
		else if (h->left > 0)
			h->state = WIRE_HTTP_BODY;
	} else if (answer) {
		h->state = WIRE_HTTP_REST;
	}
	buf_reset(&h->line);
}

/* --- lines and bodies ----------------------------------------------------- */

/* Takes up to the newline; true when the line is whole. */
static bool
take_line(struct wire_http *h, const char *p, size_t n, size_t *used)
{
	const char *nl = memchr(p, '\n', n);

	*used = nl == NULL ? n : (size_t)(nl - p) + 1;
	buf_put(&h->line, p, *used);
	return nl != NULL;
}

static bool
head_ends(const struct buf *b)
{
	return (b->n >= 4 && memcmp(b->p + b->n - 4, "\r\n\r\n", 4) == 0) ||
	    (b->n >= 2 && memcmp(b->p + b->n - 2, "\n\n", 2) == 0);
}

static void
chunk_size(struct wire_http *h)
{
	uint64_t size = 0;
	size_t i;

	for (i = 0; i < h->line.n && i < 15; i++) {
		char c = h->line.p[i];
		int digit = c >= '0' && c <= '9' ? c - '0' :
		    (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 :
		    -1;

		if (digit < 0)
			break;
		size = size * 16 + (uint64_t)digit;
	}
	h->left = size;
	h->state = i == 0 || i == 15 ? WIRE_HTTP_LOST : size == 0 ?
	    WIRE_HTTP_TRAILER : WIRE_HTTP_CHUNK;
	buf_reset(&h->line);
}

static size_t
take_body(struct wire_http *h, const char *p, size_t n, struct str *body)
{
	if (h->state != WIRE_HTTP_REST) {
		n = n < h->left ? n : (size_t)h->left;
		h->left -= n;
		if (h->left == 0 && h->state == WIRE_HTTP_BODY) {
			h->state = WIRE_HTTP_HEAD;
			h->done = true;
		} else if (h->left == 0) {
			h->state = WIRE_HTTP_CHUNK_END;
		}
	}
	if (h->xml)
		*body = (struct str){ p, n };
	return n;
}

static void
line_is_whole(struct wire_http *h, char line[WIRE_HTTP_LINE])
{
	switch (h->state) {
	case WIRE_HTTP_HEAD:
		if (head_ends(&h->line))
			end_of_head(h, line);
		break;
	case WIRE_HTTP_CHUNK_SIZE:
		chunk_size(h);
		break;
	case WIRE_HTTP_TRAILER:
		if (h->line.n <= 2) {
			h->state = WIRE_HTTP_HEAD;
			h->done = true;
		}
		buf_reset(&h->line);
		break;
	default:			/* the end of a chunk */
		h->state = WIRE_HTTP_CHUNK_SIZE;
		buf_reset(&h->line);
	}
}

size_t
wire_http_feed(struct wire_http *h, const char *p, size_t n, struct str *body,
    char line[WIRE_HTTP_LINE])
{
	size_t used = 0;

	*body = STR_NONE;
	line[0] = '\0';
	h->done = h->upgraded = false;
	if (h->state == WIRE_HTTP_BODY || h->state == WIRE_HTTP_CHUNK ||
	    h->state == WIRE_HTTP_REST)
		return take_body(h, p, n, body);
	if (h->state == WIRE_HTTP_HEAD && h->line.n == 0 &&
	    *p != '\r' && *p != '\n' && !wire_http_begins(p, n))
		h->state = WIRE_HTTP_LOST;
	else if (take_line(h, p, n, &used)) {
		if (h->state == WIRE_HTTP_HEAD && h->line.n <= 2)
			buf_reset(&h->line);	/* before a request */
		else
			line_is_whole(h, line);
	}
	if (h->line.full || (h->state != WIRE_HTTP_HEAD &&
	    h->line.n > CHUNK_LINE_MAX))
		h->state = WIRE_HTTP_LOST;
	if (h->state != WIRE_HTTP_LOST)
		return used;
	snprintf(line, WIRE_HTTP_LINE, "this is no HTTP any more");
	return n;
}
