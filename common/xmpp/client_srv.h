/*
 * client_srv.h - where a domain's XMPP server is: SRV records (RFC 2782,
 * RFC 6120 3.2.1, XEP-0368 2).
 *
 * Limit: CLIENT_SRV_MAX records; what is beyond is not looked at.
 */
#ifndef XMPP_CLIENT_SRV_H
#define XMPP_CLIENT_SRV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_SRV_MAX	16
#define CLIENT_SRV_NAME	256

struct client_srv {
	char name[CLIENT_SRV_NAME];
	uint16_t port, priority, weight;
	bool direct;			/* TLS from the first byte */
};

/* Append the SRV records of a DNS message p[0..n) to list, which has *count.
 * -1: it is none.  A target "." (not offered here) is none, too. */
int client_srv_parse(struct client_srv list[CLIENT_SRV_MAX], size_t *count,
    const uint8_t *p, size_t n, bool direct);

/* A number below n, by chance. */
typedef uint32_t client_srv_chance(void *arg, uint32_t n);

/* In the order of RFC 2782: by priority, among equals by chance as the
 * weights say. */
void client_srv_order(struct client_srv *list, size_t count,
    client_srv_chance *chance, void *arg);

/* Ask the DNS for _xmpp-client, with direct also or (only) for _xmpps-client.
 * How many there are, in order; 0: none, or the DNS does not say. */
enum client_srv_want { CLIENT_SRV_STARTTLS = 1, CLIENT_SRV_DIRECT = 2 };

size_t client_srv_find(struct client_srv list[CLIENT_SRV_MAX],
    const char *domain, int want, int64_t timeout_ms);

#endif
