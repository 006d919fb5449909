#include "xmpp/client_tls.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include <openssl/ssl.h>

#include "base/mem.h"

/* OpenSSL's own names (X509_get_default_cert_file_env(3)). */
static const char *const names[] = { "SSL_CERT_FILE", "SSL_CERT_DIR" };

static void *
guard(void *arg)
{
	struct client_tls *t = arg;
	struct timespec at = { .tv_sec = t->deadline_us / 1000000,
	    .tv_nsec = t->deadline_us % 1000000 * 1000 };

	pthread_mutex_lock(&t->lock);
	while (!t->ended && !t->late)
		if (pthread_cond_timedwait(&t->end, &t->lock, &at) ==
		    ETIMEDOUT)
			t->late = true;
	if (!t->ended)
		shutdown(t->fd, SHUT_RDWR);
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

static void
guard_start(struct client_tls *t)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->end, &attr);
	pthread_condattr_destroy(&attr);
	t->guarded = pthread_create(&t->thread, NULL, guard, t) == 0;
}

static const unsigned char alpn[] = "\x0bxmpp-client";

/* Called for every SSL that the process makes (CRYPTO_get_ex_new_index(3)). */
static void
made(void *ssl, void *data, CRYPTO_EX_DATA *all, int index, long n, void *arg)
{
	struct client_tls *t = arg;

	(void)data, (void)all, (void)index, (void)n;
	if (!pthread_equal(t->owner, pthread_self()))
		return;
	t->ssl = ssl;
	if (t->direct)
		SSL_set_alpn_protos(ssl, alpn, sizeof alpn - 1);
}

void
client_tls_begin(struct client_tls *t, const char *cacert, bool direct,
    int fd, int64_t deadline_us)
{
	*t = (struct client_tls){ .cacert = cacert, .direct = direct, .fd = fd,
	    .deadline_us = deadline_us, .owner = pthread_self() };
	t->index = SSL_get_ex_new_index(0, t, made, NULL, NULL);
	for (size_t i = 0; cacert != NULL && i < MEM_COUNT(names); i++) {
		t->before[i] = mem_str(getenv(names[i]));
		setenv(names[i], i == 0 ? cacert : "/dev/null", 1);
	}
	if (deadline_us != INT64_MAX)
		guard_start(t);
}

static void
guard_end(struct client_tls *t)
{
	pthread_mutex_lock(&t->lock);
	t->ended = true;
	pthread_cond_signal(&t->end);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->end);
	pthread_mutex_destroy(&t->lock);
}

bool
client_tls_end(struct client_tls *t)
{
	if (t->guarded)
		guard_end(t);
	CRYPTO_free_ex_index(CRYPTO_EX_INDEX_SSL, t->index);
	for (size_t i = 0; t->cacert != NULL && i < MEM_COUNT(names); i++) {
		if (t->before[i] == NULL)
			unsetenv(names[i]);
		else
			setenv(names[i], t->before[i], 1);
		free(t->before[i]);
	}
	return t->late;
}
