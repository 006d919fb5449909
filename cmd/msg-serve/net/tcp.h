/*
 * tcp.h - carries a session over TCP: a link and an XML stream (RFC 6120 4).
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stdbool.h>

#include "io/link.h"

struct worker;

extern const struct link_ops tcp_link_ops;

/* fd is taken.  tls: counted; NULL: STARTTLS comes later. */
void tcp_accept(struct worker *w, int fd, const struct peer *peer,
    struct tls *tls);

#endif
