#include "net/packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

/* pcap-linktype(7) and DLT_* as the systems number them. */
enum {
	LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW_BSD = 12, LINK_RAW_OPEN = 14,
	LINK_RAW = 101, LINK_LOOP = 108, LINK_SLL = 113, LINK_IPV4 = 228,
	LINK_IPV6 = 229, LINK_SLL2 = 276
};

enum { ETHER_IPV4 = 0x0800, ETHER_IPV6 = 0x86dd, ETHER_VLAN = 0x8100,
	ETHER_QINQ = 0x88a8 };

enum { PROTO_HOP = 0, PROTO_TCP = 6, PROTO_ROUTING = 43, PROTO_FRAGMENT = 44,
	PROTO_DEST = 60 };

#define EXTENSIONS_MAX	8	/* headers of IPv6 that are passed over */
#define VLANS_MAX	4

/* What is left of the packet. */
struct rest {
	const uint8_t *p;
	size_t n;
};

static bool
skip(struct rest *r, size_t n)
{
	if (r->n < n)
		return false;
	r->p += n;
	r->n -= n;
	return true;
}

bool
packet_link_known(int linktype)
{
	switch (linktype) {
	case LINK_NULL: case LINK_ETHERNET: case LINK_RAW_BSD:
	case LINK_RAW_OPEN: case LINK_RAW: case LINK_LOOP: case LINK_SLL:
	case LINK_IPV4: case LINK_IPV6: case LINK_SLL2:
		return true;
	default:
		return false;
	}
}

/* --- TCP ---------------------------------------------------------------- */

/* whole: what the IP header says of the bytes in r. */
static enum packet_kind
tcp(struct segment *out, struct rest r, size_t whole)
{
	size_t header;

	if (r.n < 20)
		return PACKET_BROKEN;
	header = (size_t)(r.p[12] >> 4) * 4;
	if (header < 20 || header > whole)
		return PACKET_BROKEN;
	out->from.port = get_be16(r.p);
	out->to.port = get_be16(r.p + 2);
	out->seq = get_be32(r.p + 4);
	out->ack = get_be32(r.p + 8);
	out->flags = r.p[13];
	if (r.n > whole)		/* padding of the link */
		r.n = whole;
	out->missing = whole - r.n;
	if (!skip(&r, header))
		return PACKET_BROKEN;
	out->data = r.p;
	out->n = r.n;
	return PACKET_SEGMENT;
}

/* --- IP ----------------------------------------------------------------- */

static void
mapped(struct endpoint *e, const uint8_t *ip)
{
	memset(e->ip, 0, 10);
	memset(e->ip + 10, 0xff, 2);
	memcpy(e->ip + 12, ip, 4);
}

static enum packet_kind
ipv4(struct segment *out, struct rest r)
{
	size_t header, whole;

	if (r.n < 20 || r.p[0] >> 4 != 4)
		return PACKET_BROKEN;
	header = (size_t)(r.p[0] & 15) * 4;
	whole = get_be16(r.p + 2);
	if (whole == 0)			/* left to the network card */
		whole = r.n;
	if (header < 20 || whole < header)
		return PACKET_BROKEN;
	if (r.p[9] != PROTO_TCP)
		return PACKET_OTHER;
	if ((get_be16(r.p + 6) & 0x3fff) != 0)
		return PACKET_FRAGMENT;
	mapped(&out->from, r.p + 12);
	mapped(&out->to, r.p + 16);
	if (!skip(&r, header))
		return PACKET_BROKEN;
	return tcp(out, r, whole - header);
}

static enum packet_kind
ipv6(struct segment *out, struct rest r)
{
	unsigned next;
	size_t whole, n;

	if (r.n < 40 || r.p[0] >> 4 != 6)
		return PACKET_BROKEN;
	next = r.p[6];
	whole = get_be16(r.p + 4);
	if (whole == 0)
		whole = r.n - 40;
	memcpy(out->from.ip, r.p + 8, 16);
	memcpy(out->to.ip, r.p + 24, 16);
	skip(&r, 40);
	for (int i = 0; next != PROTO_TCP; i++) {
		if (next == PROTO_FRAGMENT)
			return PACKET_FRAGMENT;
		if (next != PROTO_HOP && next != PROTO_ROUTING &&
		    next != PROTO_DEST)
			return PACKET_OTHER;
		if (i == EXTENSIONS_MAX || r.n < 2)
			return PACKET_BROKEN;
		n = ((size_t)r.p[1] + 1) * 8;
		next = r.p[0];
		if (whole < n || !skip(&r, n))
			return PACKET_BROKEN;
		whole -= n;
	}
	return tcp(out, r, whole);
}

static enum packet_kind
ip(struct segment *out, struct rest r)
{
	if (r.n == 0)
		return PACKET_BROKEN;
	return r.p[0] >> 4 == 6 ? ipv6(out, r) : ipv4(out, r);
}

/* --- the link ------------------------------------------------------------ */

static enum packet_kind
by_ethertype(struct segment *out, unsigned type, struct rest r)
{
	for (int i = 0; i < VLANS_MAX && (type == ETHER_VLAN ||
	    type == ETHER_QINQ); i++) {
		if (r.n < 4)
			return PACKET_BROKEN;
		type = get_be16(r.p + 2);
		skip(&r, 4);
	}
	if (type == ETHER_IPV4)
		return ipv4(out, r);
	return type == ETHER_IPV6 ? ipv6(out, r) : PACKET_OTHER;
}

enum packet_kind
packet_read(struct segment *out, int linktype, const uint8_t *p, size_t n)
{
	struct rest r = { p, n };

	memset(out, 0, sizeof *out);
	switch (linktype) {
	case LINK_ETHERNET:
		return skip(&r, 14) ? by_ethertype(out, get_be16(p + 12), r) :
		    PACKET_BROKEN;
	case LINK_SLL:
		return skip(&r, 16) ? by_ethertype(out, get_be16(p + 14), r) :
		    PACKET_BROKEN;
	case LINK_SLL2:
		return skip(&r, 20) ? by_ethertype(out, get_be16(p), r) :
		    PACKET_BROKEN;
	case LINK_NULL: case LINK_LOOP:	/* a family, in either byte order */
		return skip(&r, 4) ? ip(out, r) : PACKET_BROKEN;
	default:
		return ip(out, r);
	}
}

void
endpoint_text(char out[ENDPOINT_TEXT], const struct endpoint *e)
{
	static const uint8_t v4[12] = { [10] = 0xff, [11] = 0xff };
	bool is_v4 = memcmp(e->ip, v4, sizeof v4) == 0;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(is_v4 ? AF_INET : AF_INET6, e->ip + (is_v4 ? 12 : 0), text,
	    sizeof text);
	snprintf(out, ENDPOINT_TEXT, is_v4 ? "%s:%u" : "[%s]:%u", text,
	    (unsigned)e->port);
}
