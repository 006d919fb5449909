#include <string.h>

#include <openssl/sha.h>

#include "base/base64.h"
#include "io/ws.h"

#define KEY_SIZE	16	/* bytes of Sec-WebSocket-Key */
#define GUID		"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/* --- frames -------------------------------------------------------------- */

void
ws_frame(struct buf *out, size_t at, enum ws_opcode opcode)
{
	size_t n = out->n - at;
	size_t head = n <= 125 ? 2 : n <= 0xffff ? 4 : 10;
	uint8_t *p;

	if (buf_full(out) || buf_room(out, head) == NULL)
		return;
	p = (uint8_t *)out->p + at;
	memmove(p + head, p, n);
	out->n += head;
	p[0] = (uint8_t)(0x80 | opcode);
	if (head == 2) {
		p[1] = (uint8_t)n;
	} else if (head == 4) {
		p[1] = 126;
		put_be16(p + 2, (uint16_t)n);
	} else {
		p[1] = 127;
		put_be64(p + 2, n);
	}
}

void
ws_put_close(struct buf *out, int code)
{
	size_t at = out->n;
	uint8_t bytes[2];

	put_be16(bytes, (uint16_t)code);
	if (code != WS_NO_CODE)
		buf_put(out, bytes, sizeof bytes);
	ws_frame(out, at, WS_CLOSE);
}

/* --- the handshake ------------------------------------------------------- */

/* RFC 6455 4.2.2: what proves that we read the key. */
static int
put_accept(struct buf *out, struct str key, struct err *e)
{
	struct buf raw = BUF_INIT(256);
	unsigned char hash[SHA_DIGEST_LENGTH];
	int rc = base64_get(&raw, key.p, key.n, e);

	if (rc == 0 && raw.n != KEY_SIZE)
		rc = err_set(e, ERR_SYNTAX, "a key of %zu bytes", raw.n);
	buf_reset(&raw);
	buf_put(&raw, key.p, key.n);
	buf_lit(&raw, GUID);
	if (rc == 0) {
		SHA1((const unsigned char *)raw.p, raw.n, hash);
		buf_lit(out, "Sec-WebSocket-Accept: ");
		base64_put(out, hash, sizeof hash);
		buf_lit(out, "\r\n");
	}
	buf_free(&raw);
	return rc;
}

int
ws_accept(struct buf *out, const struct http_request *r,
    const char *protocol, struct err *e)
{
	size_t start = out->n;
	struct str key, version;

	if (!str_is(r->method, "GET") || r->close ||
	    http_field_one(r, "sec-websocket-key", &key) < 0 ||
	    http_field_one(r, "sec-websocket-version", &version) < 0) {
		err_set(e, ERR_SYNTAX, "this is no WebSocket handshake");
		return 400;
	}
	if (!http_field_has(r, "upgrade", "websocket") ||
	    !http_field_has(r, "connection", "upgrade") ||
	    !str_is(version, "13")) {
		err_set(e, ERR_SYNTAX, "a WebSocket of version 13 is wanted");
		return 426;
	}
	if (!http_field_has(r, "sec-websocket-protocol", protocol)) {
		err_set(e, ERR_SYNTAX, "the subprotocol '%s' is wanted",
		    protocol);
		return 400;
	}
	buf_lit(out, "HTTP/1.1 101 Switching Protocols\r\n"
	    "Upgrade: websocket\r\nConnection: Upgrade\r\n");
	if (key.p == NULL || put_accept(out, key, e) < 0) {
		buf_trim(out, start);
		if (key.p == NULL)
			err_set(e, ERR_SYNTAX, "no Sec-WebSocket-Key");
		return 400;
	}
	http_put(out, "Sec-WebSocket-Protocol", protocol);
	buf_lit(out, "\r\n");
	return 0;
}
