#include "xmpp/client_host.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

#define PORT_STARTTLS	5222
#define PORT_DIRECT_TLS	5223
#define PROBE_MS	2000

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

int
client_host_init(struct client_host *h, const char *server,
    struct str domain, bool direct_tls, struct err *e)
{
	uint64_t n = direct_tls ? PORT_DIRECT_TLS : PORT_STARTTLS;
	struct str host = domain, port = STR_NONE;

	h->given = server != NULL;
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
	snprintf(h->text, sizeof h->text, memchr(host.p, ':', host.n) == NULL ?
	    "%s:%u" : "[%s]:%u", h->name, (unsigned)n);
	return 0;
}

int
client_host_refused(const struct client_host *h, struct err *e)
{
	bool refused = errno == ECONNREFUSED;

	return err_sys(e, ERR_CONNECT, "cannot connect to '%s'%s", h->text,
	    refused ? " (is msg-serve running? --server says where)" : "");
}

/* 0, or what errno was. */
static int
try_address(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, a->ai_protocol);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t n = sizeof error;

	if (fd < 0)
		return errno;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0)
		error = errno;
	if (error == EINPROGRESS) {
		if (poll(&p, 1, PROBE_MS) <= 0)
			error = ETIMEDOUT;
		else
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n);
	}
	close(fd);
	return error;
}

int
client_host_probe(const struct client_host *h, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char port[8];
	int rc, error = 0;

	snprintf(port, sizeof port, "%u", h->port);
	rc = getaddrinfo(h->name, port, &hints, &list);
	if (rc != 0)
		return err_set(e, ERR_CONNECT, "cannot resolve '%s': %s; "
		    "--server HOST:PORT says where the server is", h->name,
		    gai_strerror(rc));
	for (struct addrinfo *a = list; a != NULL; a = a->ai_next)
		if ((error = try_address(a)) == 0)
			break;
	freeaddrinfo(list);
	if (error == 0)
		return err_set(e, ERR_CONNECT, "'%s' closed the connection at "
		    "once", h->text);
	errno = error;
	return client_host_refused(h, e);
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
