#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/mem.h"
#include "io/link_int.h"
#include "io/loop_int.h"

/* --- what a loop's links share ------------------------------------------- */

static void
shared_free(void *arg)
{
	struct link_shared *s = arg;

	while (s->spares > 0)
		buf_free(&s->spare[--s->spares]);
	buf_free(&s->nowhere);
	BIO_meth_free(s->bio);
	free(s);
}

static struct link_shared *
shared_of(struct loop *l)
{
	struct link_shared *s = l->shared;

	if (s == NULL) {
		s = mem_zero(sizeof *s);
		s->bio = link_bio_method();
		buf_init(&s->nowhere, LINK_OUT_MAX);
		l->shared = s;
		l->shared_free = shared_free;
	}
	return s;
}

/* --- beginning ----------------------------------------------------------- */

static void
on_linger(void *arg)
{
	link_die(arg, NULL);
}

/* The last call of the owner, and the end. */
static void
on_reap(void *arg)
{
	struct link *k = arg;
	const struct err fine = ERR_INIT;

	k->conf->ops->closed(k->arg, k->why != NULL ? k->why : &fine);
	buf_free(&k->out);
	free(k->why);
	free(k->name);
	free(k);
}

struct link *
link_alloc(struct loop *l, const struct link_conf *c, void *arg,
    struct tls *tls, const char *name)
{
	struct link *k = mem_zero(sizeof *k);

	assert(c->out_max == 0 || c->out_max >= LINK_OUT_HIGH);
	k->loop = l;
	k->shared = shared_of(l);
	k->conf = c;
	k->arg = arg;
	k->fd = -1;
	k->name = mem_str(name);
	k->next_tls = tls == NULL ? NULL : tls_ref(tls);
	k->state = LINK_CONNECTING;
	buf_init(&k->out, c->out_max != 0 ? c->out_max : LINK_OUT_MAX);
	buf_init(&k->kept, READ_SIZE);
	k->flush = (struct loop_task)LOOP_TASK(link_on_flush, k);
	k->again = (struct loop_task)LOOP_TASK(link_on_again, k);
	k->reap = (struct loop_task)LOOP_TASK(on_reap, k);
	timer_init(&k->linger, l, on_linger, k);
	return k;
}

static void
set_bio(struct link *k)
{
	BIO *bio = BIO_new(k->shared->bio);

	BIO_set_data(bio, k);
	SSL_set_bio(k->ssl, bio, bio);
}

void
link_secure_now(struct link *k)
{
	struct err e = ERR_INIT;

	k->tls = k->next_tls;
	k->next_tls = NULL;
	k->ssl = tls_session(k->tls, k->name, &e);
	if (k->ssl == NULL) {
		link_die(k, &e);
		return;
	}
	set_bio(k);
	k->state = LINK_HANDSHAKE;
	loop_defer(k->loop, &k->flush);	/* a client speaks first */
}

void
link_begin(struct link *k, int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof ss;

	if (getpeername(fd, (struct sockaddr *)&ss, &n) == 0)
		peer_set(&k->peer, (struct sockaddr *)&ss);
	k->fd = fd;
	k->state = LINK_OPEN;
	k->watch = loop_fd_start(k->loop, fd, LOOP_READ, link_ready, k);
	if (k->next_tls != NULL)
		link_secure_now(k);
}

struct link *
link_new(struct loop *l, int fd, const struct link_conf *c, void *arg,
    struct tls *tls, const char *name)
{
	struct link *k = link_alloc(l, c, arg, tls, name);

	link_begin(k, fd);
	return k;
}

/* --- from one loop to another -------------------------------------------- */

bool
link_leave(struct link *k)
{
	if (k->state != LINK_OPEN || k->next_tls != NULL)
		return false;
	loop_fd_stop(k->watch);
	k->watch = NULL;
	loop_task_cancel(k->loop, &k->flush);
	loop_task_cancel(k->loop, &k->again);
	if (k->ssl != NULL)		/* its method is the loop's */
		SSL_set_bio(k->ssl, NULL, NULL);
	return true;
}

void
link_join(struct link *k, struct loop *l, const struct link_conf *c)
{
	k->loop = l;
	k->shared = shared_of(l);
	k->conf = c;
	timer_init(&k->linger, l, on_linger, k);
	if (k->ssl != NULL)
		set_bio(k);
	k->watch = loop_fd_start(l, k->fd, 0, link_ready, k);
	k->blocked = false;
	loop_defer(l, &k->flush);
	loop_again(l, &k->again);
	link_watch(k);
}

/* --- output -------------------------------------------------------------- */

struct buf *
link_out(struct link *k)
{
	struct link_shared *s = k->shared;

	if (k->state > LINK_OPEN) {
		buf_free(&s->nowhere);
		return &s->nowhere;
	}
	loop_defer(k->loop, &k->flush);
	if (k->out.p == NULL && s->spares > 0) {
		s->spares--;
		k->out.p = s->spare[s->spares].p;
		k->out.cap = s->spare[s->spares].cap;
	}
	return &k->out;
}

size_t
link_pending(const struct link *k)
{
	return k->out.n - k->sent;
}

bool
link_congested(const struct link *k)
{
	return k->congested || link_pending(k) > LINK_OUT_HIGH;
}

void
link_flush(struct link *k)
{
	loop_task_cancel(k->loop, &k->flush);
	link_on_flush(k);
}

/* --- what the owner may ask for ------------------------------------------ */

void
link_pause(struct link *k)
{
	k->paused = true;
	link_watch(k);
}

void
link_resume(struct link *k)
{
	k->paused = false;
	link_wake(k);
	link_watch(k);
}

void
link_starttls(struct link *k, struct tls *tls, const char *name)
{
	struct err e = ERR_INIT;

	if (k->state != LINK_OPEN)
		return;
	assert(k->ssl == NULL && k->next_tls == NULL);
	if (k->kept.n > 0) {
		err_set(&e, ERR_POLICY, "bytes in clear came behind STARTTLS");
		link_die(k, &e);
		return;
	}
	k->next_tls = tls_ref(tls);
	free(k->name);
	k->name = mem_str(name);
	loop_defer(k->loop, &k->flush);
}

void
link_close(struct link *k)
{
	if (k->state >= LINK_CLOSING)
		return;
	if (k->state < LINK_OPEN) {	/* nothing could be said */
		link_die(k, NULL);
		return;
	}
	k->state = LINK_CLOSING;
	timer_set(&k->linger, k->conf->linger_ms != 0 ? k->conf->linger_ms :
	    LINK_LINGER_MS);
	loop_defer(k->loop, &k->flush);
}

void
link_die(struct link *k, const struct err *why)
{
	if (k->state == LINK_DEAD)
		return;
	k->state = LINK_DEAD;
	if (why != NULL && why->code != ERR_OK)
		k->why = mem_dup(why, sizeof *why);
	loop_fd_stop(k->watch);
	k->watch = NULL;
	link_dial_free(k->dial);
	k->dial = NULL;
	SSL_free(k->ssl);
	k->ssl = NULL;
	tls_unref(k->tls);
	tls_unref(k->next_tls);
	k->tls = k->next_tls = NULL;
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	buf_free(&k->kept);
	timer_stop(&k->linger);
	loop_task_cancel(k->loop, &k->flush);
	loop_task_cancel(k->loop, &k->again);
	loop_reap(k->loop, &k->reap);
}

void
link_abort(struct link *k, const struct err *why)
{
	link_die(k, why);
}

/* --- what it is ---------------------------------------------------------- */

bool
link_open(const struct link *k)
{
	return k->state <= LINK_OPEN;
}

bool
link_secure(const struct link *k)
{
	return k->secured;
}

int
link_fd(const struct link *k)
{
	return k->fd;
}

const struct peer *
link_peer(const struct link *k)
{
	return &k->peer;
}

void
link_cipher(const struct link *k, char *out, size_t n)
{
	if (!k->secured || k->ssl == NULL)
		snprintf(out, n, "%s", "");
	else
		snprintf(out, n, "%s %s", SSL_get_version(k->ssl),
		    SSL_get_cipher_name(k->ssl));
}

int
link_binding(const struct link *k, const char *type, struct buf *out)
{
	return k->ssl == NULL ? -1 : tls_binding(k->ssl, type, out);
}

int
link_client_jids(const struct link *k, struct buf *out)
{
	return k->ssl == NULL ? -1 : tls_client_jids(k->ssl, out);
}

int
link_peer_cert(const struct link *k, struct tls_cert *out)
{
	X509 *cert = k->ssl == NULL ? NULL : SSL_get0_peer_certificate(k->ssl);

	if (cert == NULL)
		return -1;
	tls_cert_of(out, cert);
	return 0;
}

const struct link_count *
link_counters(const struct link *k)
{
	return &k->count;
}
