#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1	/* accept4 */
#endif
#include "io/listen.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define BACKLOG		1024
#define ACCEPT_BATCH	64	/* a turn, so that others have theirs */
#define REST_MS		100	/* when the system has no memory left */

struct listen_sock {
	struct listener *owner;
	int fd;
	struct peer address;
	struct loop_fd *watch;
};

struct listener {
	struct loop *loop;
	listen_fn *fn;
	void *arg;
	struct listen_sock socks[LISTEN_MAX];
	size_t count;
	struct timer rest;
	int spare;		/* a descriptor kept for when there is none */
	bool starved;		/* and that was told */
};

/* --- addresses ----------------------------------------------------------- */

void
peer_set(struct peer *p, const struct sockaddr *sa)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;
	char host[INET6_ADDRSTRLEN];

	*p = (struct peer){ .port = 0 };
	if (sa->sa_family == AF_INET) {
		memcpy(p->ip, mapped, 12);
		memcpy(p->ip + 12, &in->sin_addr, 4);
		p->port = ntohs(in->sin_port);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(p->ip, &in6->sin6_addr, 16);
		p->port = ntohs(in6->sin6_port);
	} else {			/* a socket without addresses */
		p->loopback = true;
		snprintf(p->text, sizeof p->text, "local");
		return;
	}
	if (memcmp(p->ip, mapped, 12) == 0) {
		p->loopback = p->ip[12] == 127;
		inet_ntop(AF_INET, p->ip + 12, host, sizeof host);
		snprintf(p->text, sizeof p->text, "%s:%u", host, p->port);
	} else {
		p->loopback = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
		inet_ntop(AF_INET6, p->ip, host, sizeof host);
		snprintf(p->text, sizeof p->text, "[%s]:%u", host, p->port);
	}
}

int
address_split(const char *text, const char *dflt, char *host, char *port,
    struct err *e)
{
	const char *end, *from = text;
	uint64_t number;
	size_t n;

	if (*text == '[') {
		from++;
		end = strchr(from, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			goto bad;
		n = (size_t)(end - from);
		end++;
	} else {
		end = strrchr(text, ':');
		if (end == NULL)
			end = text + strlen(text);
		n = (size_t)(end - text);
		if (memchr(text, ':', n) != NULL)
			goto bad;	/* IPv6 needs its brackets */
	}
	if (*end == ':' ? end[1] == '\0' : dflt == NULL)
		goto bad;
	if (*end == ':')
		dflt = end + 1;
	if (n > 255 || text_number(dflt, strlen(dflt), 65535, &number) < 0)
		goto bad;
	memcpy(host, from, n);
	host[n] = '\0';
	snprintf(port, 8, "%u", (unsigned)number);
	return 0;
bad:
	return err_set(e, ERR_USAGE,
	    "'%s' is no address: HOST:PORT, [IPV6]:PORT or :PORT", text);
}

/* --- opening ------------------------------------------------------------- */

static int
explain(struct err *e, const char *address)
{
	switch (errno) {
	case EADDRINUSE:
		return err_set(e, ERR_CONFIG, "cannot listen on '%s': another "
		    "program does already", address);
	case EACCES:
		return err_set(e, ERR_CONFIG, "cannot listen on '%s': ports "
		    "below 1024 need privileges", address);
	default:
		return err_sys(e, ERR_CONFIG, "cannot listen on '%s'",
		    address);
	}
}

/* A socket that listens, or -1 with errno. */
static int
open_socket(const struct sockaddr *sa, socklen_t n, bool both)
{
	const int on = 1, off = 0;
	int saved, fd = socket(sa->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (sa->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &off : &on,
		    sizeof on);
	if (bind(fd, sa, n) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void
add(struct listener *n, int fd)
{
	struct listen_sock *s = &n->socks[n->count++];
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof ss;

	getsockname(fd, (struct sockaddr *)&ss, &len);
	s->owner = n;
	s->fd = fd;
	peer_set(&s->address, (struct sockaddr *)&ss);
}

static void
set_port(struct sockaddr *sa, uint16_t port)
{
	if (sa->sa_family == AF_INET)
		((struct sockaddr_in *)(void *)sa)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)(void *)sa)->sin6_port = htons(port);
}

/* Every address of the machine: one socket for both families if it can be. */
static int
open_all(struct listener *n, const char *port_text)
{
	uint64_t port = 0;
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd;

	text_number(port_text, strlen(port_text), 65535, &port);
	in6.sin6_port = in.sin_port = htons((uint16_t)port);
	fd = open_socket((struct sockaddr *)&in6, sizeof in6, true);
	if (fd < 0 && errno != EADDRINUSE && errno != EACCES)
		fd = open_socket((struct sockaddr *)&in, sizeof in, false);
	if (fd < 0)
		return -1;
	add(n, fd);
	return 0;
}

/* An address that this machine does not have (::1 where IPv6 is off) is
 * passed over as long as there is another. */
static int
open_named(struct listener *n, const struct addrinfo *all)
{
	uint16_t port = 0;
	int fd, saved = EADDRNOTAVAIL;

	for (const struct addrinfo *a = all; a != NULL; a = a->ai_next) {
		if (n->count == LISTEN_MAX)
			break;
		if (port != 0)
			set_port(a->ai_addr, port);
		fd = open_socket(a->ai_addr, a->ai_addrlen, false);
		if (fd >= 0) {
			add(n, fd);
			port = n->socks[0].address.port;
			continue;
		}
		saved = errno;
		if (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)
			return -1;
	}
	errno = saved;
	return n->count > 0 ? 0 : -1;
}

static struct listener *
new_listener(void)
{
	struct listener *n = mem_zero(sizeof *n);

	n->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return n;
}

int
listener_open(struct listener **out, const char *address, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *all = NULL;
	struct listener *n;
	char host[256], port[8];
	int rc, why = 0;

	errno = 0;
	if (address_split(address, NULL, host, port, e) < 0)
		return -1;
	if (host[0] != '\0') {
		rc = getaddrinfo(host, port, &hints, &all);
		if (rc != 0)
			return err_set(e, ERR_CONFIG,
			    "cannot listen on '%s': %s", address,
			    gai_strerror(rc));
	}
	n = new_listener();
	rc = all != NULL ? open_named(n, all) :
	    open_all(n, port);
	if (rc < 0) {
		why = errno;
		explain(e, address);
		listener_free(n);
		n = NULL;
	}
	if (all != NULL)
		freeaddrinfo(all);
	*out = n;
	errno = why;
	return rc;
}

int
listener_adopt(struct listener **out, int fd, struct err *e)
{
	int yes = 0;
	socklen_t n = sizeof yes;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) < 0 || !yes)
		return err_set(e, ERR_CONFIG,
		    "descriptor %d is no listening socket", fd);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	*out = new_listener();
	add(*out, fd);
	return 0;
}

/* --- accepting ----------------------------------------------------------- */

/* No descriptor left: with the spare one, take the first that waits and end
 * it.  The peer sees an end instead of silence, and the loop does not spin on
 * a socket that stays readable. */
static bool
turn_away(struct listener *n, int fd)
{
	int got;

	if (!n->starved) {
		n->starved = true;
		n->fn(n->arg, -1, NULL);
	}
	if (n->spare < 0)
		return false;
	close(n->spare);
	got = accept(fd, NULL, NULL);
	if (got >= 0)
		close(got);
	n->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return got >= 0;
}

static void
rest(struct listener *n)
{
	if (n->loop == NULL)		/* the owner has stopped it */
		return;
	for (size_t i = 0; i < n->count; i++)
		loop_fd_modify(n->socks[i].watch, 0);
	timer_set(&n->rest, REST_MS);
}

static void
rested(void *arg)
{
	struct listener *n = arg;

	for (size_t i = 0; i < n->count; i++)
		loop_fd_modify(n->socks[i].watch, LOOP_READ);
}

static void
hand_over(struct listener *n, int fd, const struct sockaddr *sa)
{
	const int on = 1;
	struct peer peer;

	n->starved = false;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	peer_set(&peer, sa);
	n->fn(n->arg, fd, &peer);
}

static void
on_ready(void *arg, int events)
{
	struct listen_sock *s = arg;
	struct listener *n = s->owner;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH && s->watch != NULL; i++) {
		struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
		socklen_t len = sizeof ss;
		int fd = accept4(s->fd, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			hand_over(n, fd, (struct sockaddr *)&ss);
		} else if (errno == EMFILE || errno == ENFILE) {
			if (!turn_away(n, s->fd)) {
				rest(n);
				return;
			}
		} else if (errno == ENOBUFS || errno == ENOMEM) {
			rest(n);
			return;
		} else if (errno == EAGAIN) {
			return;
		}			/* else it was gone already: the next */
	}
}

void
listener_start(struct listener *n, struct loop *l, listen_fn *fn, void *arg)
{
	assert(n->loop == NULL);
	n->loop = l;
	n->fn = fn;
	n->arg = arg;
	timer_init(&n->rest, l, rested, n);
	for (size_t i = 0; i < n->count; i++)
		n->socks[i].watch = loop_fd_start(l, n->socks[i].fd,
		    LOOP_READ, on_ready, &n->socks[i]);
}

void
listener_stop(struct listener *n)
{
	if (n->loop == NULL)
		return;
	timer_stop(&n->rest);
	for (size_t i = 0; i < n->count; i++) {
		loop_fd_stop(n->socks[i].watch);
		n->socks[i].watch = NULL;
	}
	n->loop = NULL;
}

void
listener_free(struct listener *n)
{
	if (n == NULL)
		return;
	listener_stop(n);
	for (size_t i = 0; i < n->count; i++)
		close(n->socks[i].fd);
	if (n->spare >= 0)
		close(n->spare);
	free(n);
}

size_t
listener_count(const struct listener *n)
{
	return n->count;
}

const struct peer *
listener_address(const struct listener *n, size_t i)
{
	assert(i < n->count);
	return &n->socks[i].address;
}
