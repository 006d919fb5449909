#include "xmpp/client_host.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

#define PORT_STARTTLS	5222
#define PORT_DIRECT_TLS	5223

static int
split(struct str *host, struct str *port, const char *server, struct err *e)
{
	const char *colon = strrchr(server, ':'), *end;

	*port = STR_NONE;
	*host = str_of(server);
	if (server[0] == '[') {
		end = strchr(server, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return err_set(e, ERR_CONFIG, "--server: '%s' is no "
			    "[ADDRESS]:PORT", server);
		*host = (struct str){ server + 1, (size_t)(end - server) - 1 };
		if (end[1] == ':')
			*port = str_of(end + 2);
	} else if (colon != NULL && strchr(server, ':') == colon) {
		*host = (struct str){ server, (size_t)(colon - server) };
		*port = str_of(colon + 1);
	}
	return 0;
}

static void
put_text(struct client_host *h)
{
	snprintf(h->text, sizeof h->text, strchr(h->name, ':') == NULL ?
	    "%s:%u" : "[%s]:%u", h->name, h->port);
}

int
client_host_init(struct client_host *h, const char *server,
    struct str domain, bool direct_tls, struct err *e)
{
	uint64_t n = direct_tls ? PORT_DIRECT_TLS : PORT_STARTTLS;
	struct str host = domain, port = STR_NONE;

	*h = (struct client_host){ .direct = direct_tls };
	if (server != NULL && split(&host, &port, server, e) < 0)
		return -1;
	if (host.n == 0 || host.n >= sizeof h->name)
		return err_set(e, ERR_CONFIG, "--server: '%s' names no host",
		    server == NULL ? "" : server);
	if (port.p != NULL && (text_number(port.p, port.n, 65535, &n) < 0 ||
	    n == 0))
		return err_set(e, ERR_CONFIG, "--server: '%.*s' is no port",
		    (int)port.n, port.p);
	memcpy(h->name, host.p, host.n);
	h->name[host.n] = '\0';
	h->port = (uint16_t)n;
	put_text(h);
	return 0;
}

void
client_host_srv(struct client_host *h, const struct client_srv *srv)
{
	*h = (struct client_host){ .by_srv = true, .direct = srv->direct,
	    .port = srv->port };
	snprintf(h->name, sizeof h->name, "%s", srv->name);
	put_text(h);
}

static void
keep(struct client_host *h, const struct addrinfo *list)
{
	h->addresses = 0;
	for (const struct addrinfo *a = list; a != NULL &&
	    h->addresses < CLIENT_ADDRESSES; a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen,
		    h->address[h->addresses], CLIENT_ADDRESS_MAX, NULL, 0,
		    NI_NUMERICHOST) == 0)
			h->addresses++;
}

bool
client_host_numeric(struct client_host *h)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST }, *list = NULL;

	if (getaddrinfo(h->name, NULL, &hints, &list) != 0)
		return false;
	keep(h, list);
	freeaddrinfo(list);
	return h->addresses > 0;
}

int
client_host_resolve(struct client_host *h, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	int rc = getaddrinfo(h->name, NULL, &hints, &list);

	if (rc != 0)
		return err_set(e, ERR_CONNECT, "cannot resolve '%s'%s: %s; "
		    "--server HOST:PORT says where the server is", h->name,
		    h->by_srv ? ", which a SRV record names" : "",
		    gai_strerror(rc));
	keep(h, list);
	freeaddrinfo(list);
	return h->addresses > 0 ? 0 : err_set(e, ERR_CONNECT, "'%s' has no "
	    "address", h->name);
}

int
client_host_refused(const struct client_host *h, struct err *e)
{
	bool refused = errno == ECONNREFUSED;

	return err_sys(e, ERR_CONNECT, "cannot connect to '%s'%s", h->text,
	    refused ? " (is msg-serve running? --server says where)" : "");
}

int
client_host_greets(const struct client_host *h, int fd, struct err *e)
{
	char p[8];
	ssize_t n = recv(fd, p, sizeof p, MSG_PEEK | MSG_DONTWAIT);

	if (n <= 0)
		return 0;
	if (memchr("< \t\r\n", p[0], 5) != NULL)
		return 1;
	if (p[0] == 0x15 || p[0] == 0x16)	/* TLS alert, handshake */
		return err_set(e, ERR_CONNECT, "'%s' wants TLS at once; try "
		    "--direct-tls", h->text);
	return err_set(e, ERR_CONNECT, "'%s' does not speak XMPP; is the port "
	    "right? (--server)", h->text);
}
