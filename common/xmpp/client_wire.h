/*
 * client_wire.h - bytes of a client's connection, as they are or under TLS.
 *
 * libstrophe makes the connection and its TLS; what goes over it is read and
 * written here, since libstrophe reads 4096 bytes at a time, does not say what
 * it has decrypted and not yet handed on, and writes every stanza that it has
 * read as text once more, for a log that nobody keeps.
 */
#ifndef XMPP_CLIENT_WIRE_H
#define XMPP_CLIENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

#include "base/buf.h"

struct client_wire {
	int fd;				/* libstrophe's, non-blocking; or -1 */
	SSL *ssl;			/* libstrophe's; NULL: no TLS yet */
	struct buf out;			/* on its way */
	size_t sent;			/* bytes of it */
};

/* No bytes are on their way, and never more than max.  Keeps fd. */
void client_wire_begin(struct client_wire *w, int fd, size_t max);
void client_wire_free(struct client_wire *w);

/* What goes over it from now on is TLS.  Keeps ssl. */
void client_wire_secured(struct client_wire *w, SSL *ssl);

/* There is room for a TLS record: none is left decrypted and not handed on,
 * which poll(2) would not tell. */
#define CLIENT_WIRE_READ	(1 << 15)

/* Read once.  1: *n bytes at p; 0: nothing is there; -1: the connection is
 * over. */
int client_wire_read(struct client_wire *w, char p[CLIENT_WIRE_READ],
    size_t *n);

/* Write what can be: first what is on its way, then all of out, which is
 * empty when it was taken.  out has the same limit.  -1: the connection is
 * over. */
int client_wire_write(struct client_wire *w, struct buf *out);

/* Bytes taken out of a buffer and not given to the kernel. */
bool client_wire_unsent(const struct client_wire *w);

#endif
