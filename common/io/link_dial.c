#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/link_int.h"

/* The addresses of a name, tried one after the other. */
struct link_dial {
	struct addrinfo *all, *next;
	char *address;		/* as it was asked for */
};

void
link_dial_free(struct link_dial *d)
{
	if (d == NULL)
		return;
	freeaddrinfo(d->all);
	free(d->address);
	free(d);
}

/* A socket on its way to one address; -1 with errno when it is not. */
static int
begin(const struct addrinfo *a)
{
	const int on = 1;
	int saved, fd = socket(a->ai_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0 ||
	    errno == EINPROGRESS)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* The next address that can be begun with; after the last one, errno says
 * why the link ends. */
static void
dial_next(struct link *k)
{
	struct link_dial *d = k->dial;
	struct err e = ERR_INIT;
	int fd = -1;

	while (fd < 0 && d->next != NULL) {
		fd = begin(d->next);
		d->next = d->next->ai_next;
	}
	if (fd >= 0) {
		k->fd = fd;
		k->watch = loop_fd_start(k->loop, fd, LOOP_WRITE, link_ready,
		    k);
		return;
	}
	err_sys(&e, ERR_CONNECT, "cannot connect to '%s'", d->address);
	link_die(k, &e);
}

void
link_dial_ready(struct link *k)
{
	int fd = k->fd, failed = 0;
	socklen_t n = sizeof failed;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &n) < 0)
		failed = errno;
	loop_fd_stop(k->watch);
	k->watch = NULL;
	k->fd = -1;
	if (failed != 0) {
		close(fd);
		errno = failed;
		dial_next(k);
		return;
	}
	link_dial_free(k->dial);
	k->dial = NULL;
	link_begin(k, fd);
	loop_defer(k->loop, &k->flush);	/* what was appended meanwhile */
	if (k->conf->ops->connected != NULL)
		k->conf->ops->connected(k->arg);
}

int
link_connect(struct link **out, struct loop *l, const char *address,
    const struct link_conf *c, void *arg, struct tls *tls, const char *name,
    struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *all;
	char host[256], port[8];
	struct link *k;
	int rc;

	if (address_split(address, NULL, host, port, e) < 0)
		return -1;
	rc = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &all);
	if (rc != 0)
		return err_set(e, ERR_CONNECT, "cannot find '%s': %s", host,
		    gai_strerror(rc));
	k = link_alloc(l, c, arg, tls, name);
	k->dial = mem_zero(sizeof *k->dial);
	k->dial->all = k->dial->next = all;
	k->dial->address = mem_str(address);
	dial_next(k);
	*out = k;
	return 0;
}
