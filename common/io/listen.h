/*
 * listen.h - listening sockets and the loop that accepts.
 *
 * Addresses are text: "127.0.0.1:5222", "[::1]:5222", "localhost:0" (all that
 * the name means), ":5222" (every address of the machine).  Port 0: the
 * system chooses, the same one for all addresses of a name.  Opening and
 * accepting are apart, so that sockets are there before a worker is.
 */
#ifndef IO_LISTEN_H
#define IO_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/loop.h"

#define PEER_TEXT	56	/* "[address]:port" and a NUL */
#define LISTEN_MAX	8	/* addresses of one name */

struct sockaddr;

/* Who is at the other end. */
struct peer {
	char text[PEER_TEXT];	/* "127.0.0.1:40000", "[::1]:40000" */
	uint8_t ip[16];		/* IPv4 as ::ffff:a.b.c.d; to count by */
	uint16_t port;
	bool loopback;
};

void peer_set(struct peer *p, const struct sockaddr *sa);

/* Split "HOST:PORT", "[HOST]:PORT", ":PORT"; with dflt != NULL also "HOST".
 * host must have room for 256 bytes, port for 8.  ERR_USAGE. */
int address_split(const char *text, const char *dflt, char *host, char *port,
    struct err *e);

struct listener;

/* fd (non-blocking, close-on-exec, no delay) is the callee's to close.  May
 * stop the listener, not free it. */
typedef void listen_fn(void *arg, int fd, const struct peer *peer);

/* Gives a listener (listener_free).  ERR_CONFIG says what to do about an
 * address in use (errno is EADDRINUSE then) or a port that needs
 * privileges. */
int listener_open(struct listener **out, const char *address, struct err *e);

/* The same around a listening socket that was handed in (taken). */
int listener_adopt(struct listener **out, int fd, struct err *e);

/* Accept into l till listener_stop.  With no descriptors left it takes and
 * closes what comes (so the peer sees an end, not silence), and says so by
 * fd -1 once for each such spell. */
void listener_start(struct listener *n, struct loop *l, listen_fn *fn,
    void *arg);
void listener_stop(struct listener *n);
void listener_free(struct listener *n);		/* NULL is fine */

/* The sockets' own addresses, i < listener_count. */
size_t listener_count(const struct listener *n);
const struct peer *listener_address(const struct listener *n, size_t i);

#endif
