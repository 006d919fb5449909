/*
 * supervisor.h - what a service manager hands in and wants to hear.
 *
 * Speaks systemd's protocols by itself: listening sockets from descriptor 3
 * on (sd_listen_fds(3)), a datagram for each change of state (sd_notify(3)),
 * a sign of life in time (sd_watchdog_enabled(3)).  With nobody there all of
 * it does nothing.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "net/server.h"

struct supervisor {
	int fd;				/* -1: nobody wants to hear */
	struct sockaddr_un to;
	socklen_t to_n;
	int64_t watchdog_ms;		/* how often to say alive; 0: never */
	struct server_sockets sockets;
};

/* From the environment.  ERR_CONFIG: a socket whose name says not what is
 * spoken on it. */
int supervisor_init(struct supervisor *v, struct err *e);
void supervisor_clear(struct supervisor *v);

/* "READY=1", "STOPPING=1": lines of sd_notify(3). */
void supervisor_say(const struct supervisor *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
