/*
 * admission.h - who may still connect: counted at accept, given back at the
 * end.
 *
 * One address (network_one) may have so many connections, all together so
 * many.  The former does not hold for those of --limit-exempt, nor for
 * sockets that have no address at all.
 */
#ifndef NET_ADMISSION_H
#define NET_ADMISSION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "io/listen.h"

struct server;

struct admission {
	pthread_mutex_t lock;
	struct map addresses;		/* 16 bytes of IP to a count */
	atomic_size_t count;		/* read without the lock, too */
};

enum admitted { ADMITTED, ADDRESS_FULL, SERVER_FULL };

/* Do limits by address not hold for it? */
bool admission_exempt(const struct server *s, const struct peer *p);

/* May this peer have a connection?  ADMITTED wants one admission_leave.
 * keep: one that he has counts as one more, for what outlives it. */
enum admitted admission_enter(struct server *s, const struct peer *p);
void admission_keep(struct server *s, const struct peer *p);
void admission_leave(struct server *s, const struct peer *p);

/* Log it, and say it in the words of what is spoken on the socket, as far as
 * that goes without waiting.  kind: enum listen_kind.  Takes fd. */
void admission_refuse(struct server *s, const struct peer *p, int fd,
    int kind, enum admitted why);

#endif
