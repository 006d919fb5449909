/*
 * client_tls.h - what is done around libstrophe's TLS, whose handshake waits
 * without end, trusts the system's certificates, and is kept to itself.
 */
#ifndef XMPP_CLIENT_TLS_H
#define XMPP_CLIENT_TLS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

struct client_tls {
	const char *cacert;
	char *before[2];		/* environment to be put back */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t end;
	bool direct, guarded, ended, late;
	int fd;
	int64_t deadline_us;
	SSL *ssl;			/* what was made meanwhile, or NULL */
	pthread_t owner;
	int index;			/* OpenSSL's, by which it tells us */
};

/*
 * From here on OpenSSL's default trust is cacert alone (NULL: the system's),
 * and fd is shut down at the deadline (clock_mono_us; INT64_MAX: never).
 * direct: the server is told by ALPN that XMPP is meant (XEP-0368).
 * Keeps cacert and t.  Changes the environment: no other thread may read it.
 */
void client_tls_begin(struct client_tls *t, const char *cacert, bool direct,
    int fd, int64_t deadline_us);

/* Everything as before; t->ssl is this thread's last new connection.  True
 * when the deadline came first. */
bool client_tls_end(struct client_tls *t);

#endif
