/*
 * client_tls.h - what is done around libstrophe's TLS, whose handshake waits
 * without end and trusts the system's certificates, and which does not say
 * what it has decrypted and not yet handed on.
 */
#ifndef XMPP_CLIENT_TLS_H
#define XMPP_CLIENT_TLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct client_tls {
	const char *cacert;
	char *before[2];		/* environment to be put back */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t end;
	bool guarded, ended, late;
	int fd;
	int64_t deadline_us;
};

/*
 * From here on OpenSSL's default trust is cacert alone (NULL: the system's),
 * and fd is shut down at the deadline (clock_mono_us; INT64_MAX: never).
 * Keeps cacert.  Changes the environment: no other thread may read it.
 */
void client_tls_begin(struct client_tls *t, const char *cacert, int fd,
    int64_t deadline_us);

/* Everything as before.  True when the deadline came first. */
bool client_tls_end(struct client_tls *t);

/*
 * libstrophe reads 4096 bytes a run, a TLS record holds up to 16384; the rest
 * does not wake poll(2) and cannot be asked for.  So after each run that had
 * something to read come CLIENT_TLS_RUNS more with the socket *held*: it says
 * that it has nothing, unless it has more than a record, and then it is
 * readable after them, too.  fd -1 is fine.
 */
#define CLIENT_TLS_RUNS	4

void client_tls_hold(int fd, bool on);

#endif
