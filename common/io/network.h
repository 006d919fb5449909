/*
 * network.h - sets of addresses: "192.0.2.1", "192.0.2.0/24", "2001:db8::/32".
 *
 * Knows no name and asks no one.  Addresses are a struct peer's 16 bytes,
 * where IPv4 lies in ::ffff:0:0/96.
 */
#ifndef IO_NETWORK_H
#define IO_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NETWORKS_MAX	64

struct network {
	uint8_t ip[16];
	unsigned bits;		/* of ip that count, up to 128 */
};

struct networks {
	struct network at[NETWORKS_MAX];
	size_t n;
};

/* An address, or one with the number of its first bits that count behind "/";
 * the others must be 0.  ERR_CONFIG says what is wrong, with the text. */
int network_parse(struct network *out, const char *text, struct err *e);

/* Is the address in one of them? */
bool networks_have(const struct networks *l, const uint8_t ip[16]);

/* What is counted as one address: of IPv4 the address, of IPv6 the network of
 * 64 bits, which one host has all of. */
void network_one(uint8_t out[16], const uint8_t ip[16]);

#endif
