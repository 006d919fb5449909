#include "io/network.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

#define MAPPED	12		/* bytes before an IPv4 address */

static const uint8_t mapped[MAPPED] = { [10] = 0xff, [11] = 0xff };

/* The address, and how many bits there may be behind "/"; -1: it is none. */
static int
parse_address(uint8_t ip[16], const char *text)
{
	memcpy(ip, mapped, MAPPED);
	if (inet_pton(AF_INET, text, ip + MAPPED) == 1)
		return 32;
	return inet_pton(AF_INET6, text, ip) == 1 ? 128 : -1;
}

/* Are the first so many bits the same? */
static bool
same_bits(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	    (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* No bit is set behind the first so many. */
static bool
ends_there(const uint8_t ip[16], unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		if (ip[i / 8] & (0x80 >> i % 8))
			return false;
	return true;
}

int
network_parse(struct network *out, const char *text, struct err *e)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	uint64_t bits;
	int width;

	if (n >= sizeof address)
		goto bad;
	memcpy(address, text, n);
	address[n] = '\0';
	width = parse_address(out->ip, address);
	if (width < 0)
		goto bad;
	bits = (uint64_t)width;
	if (slash != NULL && text_number(slash + 1, strlen(slash + 1),
	    (uint64_t)width, &bits) < 0)
		goto bad;
	out->bits = 128 - (unsigned)width + (unsigned)bits;
	if (!ends_there(out->ip, out->bits))
		return err_set(e, ERR_CONFIG, "'%s' has more bits than the "
		    "first %u, which say the network", text, (unsigned)bits);
	return 0;
bad:
	return err_set(e, ERR_CONFIG, "'%s' is no address or network such as "
	    "192.0.2.1, 192.0.2.0/24 or 2001:db8::/32", text);
}

bool
networks_have(const struct networks *l, const uint8_t ip[16])
{
	for (size_t i = 0; i < l->n; i++)
		if (same_bits(l->at[i].ip, ip, l->at[i].bits))
			return true;
	return false;
}

void
network_one(uint8_t out[16], const uint8_t ip[16])
{
	memcpy(out, ip, 16);
	if (memcmp(ip, mapped, MAPPED) != 0)
		memset(out + 8, 0, 8);
}
