/*
 * client_host.h - whom client.c connects to, and what to say when that does
 * not work.
 */
#ifndef XMPP_CLIENT_HOST_H
#define XMPP_CLIENT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "xmpp/client_srv.h"

#define CLIENT_HOST_MAX		256
#define CLIENT_ADDRESS_MAX	64	/* bytes of an address as text */
#define CLIENT_ADDRESSES	8	/* of one host */

struct client_host {
	bool by_srv;			/* the DNS said so */
	bool direct;			/* TLS from the first byte */
	char name[CLIENT_HOST_MAX];
	uint16_t port;
	char text[CLIENT_HOST_MAX + 10];	/* "name:port", "[v6]:port" */
	char address[CLIENT_ADDRESSES][CLIENT_ADDRESS_MAX];
	size_t addresses;
};

/* server: "HOST[:PORT]", "[V6]:PORT", "V6"; NULL: the domain.  ERR_CONFIG. */
int client_host_init(struct client_host *h, const char *server,
    struct str domain, bool direct_tls, struct err *e);

/* One that a record names. */
void client_host_srv(struct client_host *h, const struct client_srv *srv);

/* True when the name is an address, which is its only one then. */
bool client_host_numeric(struct client_host *h);

/* Its addresses; may take its time.  ERR_CONNECT. */
int client_host_resolve(struct client_host *h, struct err *e);

/* A refused connection, errno says how.  Returns -1, ERR_CONNECT. */
int client_host_refused(const struct client_host *h, struct err *e);

/* Look, without taking them, at the first bytes that fd has.  1: an XML
 * stream may begin so; 0: there are none yet; -1: ERR_CONNECT. */
int client_host_greets(const struct client_host *h, int fd, struct err *e);

#endif
