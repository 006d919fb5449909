/*
 * wire_ws.h - WebSocket frames as they were captured (RFC 6455 5.2).
 *
 * Either direction, masked or not.  Compressed messages (RFC 7692) are said
 * and passed over.
 */
#ifndef DUMP_WIRE_WS_H
#define DUMP_WIRE_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define WIRE_WS_SLICE	4096	/* bytes unmasked at once */

struct wire_ws {
	uint64_t frames, left;		/* so far; of this one's payload */
	uint8_t head[14];
	size_t have;			/* bytes of the head */
	bool inside;			/* the head is whole */
	bool masked, text, fin;
	unsigned mask_at;
	uint8_t mask[4];
	bool message_ends;		/* with this feed */
	bool lost;
	char slice[WIRE_WS_SLICE];
};

/* Takes some of p[0..n) and returns how much.  *text: of a text message among
 * it, in *w until the next call.  *why: something to tell, or what is wrong
 * when lost. */
size_t wire_ws_feed(struct wire_ws *w, const char *p, size_t n,
    struct str *text, const char **why);

#endif
