#include "net/wire_ws.h"

#include <string.h>

enum { WS_MORE = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9,
	WS_PONG = 10 };

static size_t
head_size(const struct wire_ws *w)
{
	size_t n = 2;

	if (w->have >= 2) {
		n += (w->head[1] & 127) == 126 ? 2 :
		    (w->head[1] & 127) == 127 ? 8 : 0;
		n += (w->head[1] & 128) != 0 ? 4 : 0;
	}
	return n;
}

static const char *
lose(struct wire_ws *w, const char *why)
{
	w->lost = true;
	return why;
}

/* The head is whole: what is it of? */
static const char *
begin(struct wire_ws *w)
{
	unsigned op = w->head[0] & 15, len = w->head[1] & 127;
	size_t at = 2;
	const char *why = NULL;

	w->left = len;
	if (len == 126)
		w->left = get_be16(w->head + 2), at = 4;
	else if (len == 127)
		w->left = get_be64(w->head + 2), at = 10;
	w->masked = (w->head[1] & 128) != 0;
	if (w->masked)
		memcpy(w->mask, w->head + at, 4);
	w->mask_at = 0;
	w->fin = (w->head[0] & 128) != 0;
	w->inside = true;
	w->have = 0;
	w->frames++;
	if (w->left >> 63 != 0 || (op > WS_BINARY && op < WS_CLOSE) ||
	    op > WS_PONG)
		return lose(w, "this is no WebSocket any more");
	if (op < WS_CLOSE) {
		w->text = op == WS_TEXT || (op == WS_MORE && w->text);
		if ((w->head[0] & 64) != 0) {
			w->text = false;
			why = "a compressed WebSocket message: it cannot be "
			    "read";
		}
	} else if (op == WS_CLOSE) {
		why = "WebSocket: closed";
	}
	return why;
}

static bool
is_control(const struct wire_ws *w)
{
	return (w->head[0] & 8) != 0;
}

static size_t
take_payload(struct wire_ws *w, const char *p, size_t n, struct str *text)
{
	n = n < w->left ? n : (size_t)w->left;
	n = n < WIRE_WS_SLICE ? n : WIRE_WS_SLICE;
	for (size_t i = 0; i < n; i++)
		w->slice[i] = w->masked ? (char)(p[i] ^
		    (char)w->mask[w->mask_at++ & 3]) : p[i];
	w->left -= n;
	if (w->text && !is_control(w))
		*text = (struct str){ w->slice, n };
	return n;
}

size_t
wire_ws_feed(struct wire_ws *w, const char *p, size_t n, struct str *text,
    const char **why)
{
	size_t used = 0;

	*text = STR_NONE;
	w->message_ends = false;
	if (!w->inside) {
		while (used < n && w->have < head_size(w))
			w->head[w->have++] = (uint8_t)p[used++];
		if (w->have == head_size(w) && w->have >= 2)
			*why = begin(w);
	} else {
		used = take_payload(w, p, n, text);
	}
	if (w->inside && w->left == 0) {
		w->inside = false;
		w->message_ends = w->fin && !is_control(w);
	}
	return w->lost ? n : used;
}
