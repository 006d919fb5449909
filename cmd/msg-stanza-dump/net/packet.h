/*
 * packet.h - from the bytes of a captured packet to a TCP segment.
 *
 * Link types: loopback (NULL, LOOP), Ethernet with VLANs, raw IP, Linux
 * "cooked" 1 and 2.  IPv4 and IPv6 with extension headers; fragments of IP
 * are not put together.  Knows no connection.
 */
#ifndef DUMP_PACKET_H
#define DUMP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

struct endpoint {
	uint8_t ip[16];			/* IPv4 as ::ffff:a.b.c.d */
	uint16_t port;
};

struct segment {
	struct endpoint from, to;
	uint32_t seq;
	uint32_t ack;			/* with TCP_ACK */
	unsigned flags;			/* TCP_* */
	const uint8_t *data;
	size_t n;			/* bytes there */
	size_t missing;			/* cut off behind them */
	int64_t at_us;			/* the caller's */
};

enum packet_kind {
	PACKET_SEGMENT,
	PACKET_OTHER,			/* no TCP */
	PACKET_FRAGMENT,
	PACKET_BROKEN			/* shorter than it says, or nonsense */
};

/* Can this link type (pcap-linktype(7)) be read? */
bool packet_link_known(int linktype);

/* Borrows p[0..n) and out->data points into it; n may be less than the
 * packet's real length. */
enum packet_kind packet_read(struct segment *out, int linktype,
    const uint8_t *p, size_t n);

/* "127.0.0.1:5222", "[::1]:5222" */
#define ENDPOINT_TEXT	56
void endpoint_text(char out[ENDPOINT_TEXT], const struct endpoint *e);

#endif
