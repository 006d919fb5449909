#include <string.h>

#include "load.h"
#include "xmpp/ns.h"

/*
 * A stream over WebSocket (RFC 6455), as far as a server under load needs it:
 * the mask is 0, which leaves the bytes as they are, and no frame is in parts.
 */
#define FRAME	8		/* bytes before the payload, of 2^16 at most */

void
web_hello(struct bot *b)
{
	buf_printf(link_out(b->link), "GET /xmpp-websocket HTTP/1.1\r\n"
	    "Host: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	    b->load->opt.domain);
}

size_t
web_begin(struct bot *b)
{
	struct buf *out = link_out(b->link);

	buf_put(out, "\x81\xfe\0\0\0\0\0\0", FRAME);
	return out->n;
}

void
web_end(struct bot *b, size_t from)
{
	struct buf *out = link_out(b->link);
	size_t n = out->n - from;
	char *head;

	if (buf_full(out))
		return;
	head = out->p + from - FRAME;
	head[2] = (char)(n >> 8);
	head[3] = (char)n;
	if (n < 126) {			/* the shortest form is wanted */
		head[1] = (char)(0x80 | n);
		memmove(head + 2, head + 4, n + 4);
		buf_trim(out, out->n - 2);
	}
}

void
web_close(struct bot *b)
{
	size_t at = web_begin(b);

	buf_lit(link_out(b->link), "<close xmlns='" NS_FRAMING "'/>");
	web_end(b, at);
	buf_put(link_out(b->link), "\x88\x80\0\0\0\0", 6);
}

/* The end of the answer to web_hello; how many bytes were of it. */
static size_t
upgrade(struct bot *b, const char *p, size_t n)
{
	static const char end[] = "\r\n\r\n";
	size_t i;

	for (i = 0; i < n && b->web.match < 4; i++)
		b->web.match = p[i] == end[b->web.match] ?
		    b->web.match + 1 : p[i] == '\r';
	return i;
}

/* One more byte of a frame's head; true when that was the last. */
static bool
head(struct web *w, char c)
{
	size_t need = 2;

	w->head[w->n++] = (unsigned char)c;
	if (w->n < 2)
		return false;
	if ((w->head[1] & 127) >= 126)
		need = (w->head[1] & 127) == 126 ? 4 : 10;
	if (w->n < need)
		return false;
	w->left = need == 2 ? w->head[1] : 0;
	for (size_t i = 2; i < need; i++)
		w->left = w->left << 8 | w->head[i];
	w->n = 0;
	return true;
}

void
web_bytes(struct bot *b, const char *p, size_t n, web_fn *fn)
{
	struct web *w = &b->web;
	const char *end = p + n;
	size_t part;

	if (w->match < 4) {
		p += upgrade(b, p, n);
		if (w->match < 4)
			return;
		fn(b, NULL, 0);
	}
	while (p < end) {
		if (w->left == 0) {
			head(w, *p++);
			continue;
		}
		part = (size_t)(end - p) < w->left ? (size_t)(end - p) :
		    (size_t)w->left;
		w->left -= part;
		fn(b, p, part);
		p += part;
	}
}
