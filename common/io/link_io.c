#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "io/link_int.h"

/* --- the socket ---------------------------------------------------------- */

/*
 * A read that brings less than asked for has emptied the socket: the next one
 * in this turn is answered without asking the system.
 */
int
link_sys_read(struct link *k, void *p, size_t room, size_t *n)
{
	ssize_t got;

	*n = 0;
	if (k->eof)
		return 1;
	if (k->drained)
		return 0;
	do {
		got = recv(k->fd, p, room, 0);
		k->count.reads++;
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN) {
		k->drained = true;
		return 0;
	}
	if (got < 0)
		return -1;
	*n = (size_t)got;
	k->drained = *n < room;
	k->eof = got == 0;
	return 1;
}

/* The end goes out in one piece: last bytes, close_notify and FIN. */
static int
flags(const struct link *k)
{
#ifdef MSG_MORE
	if (k->state == LINK_CLOSING)
		return MSG_NOSIGNAL | MSG_MORE;
#endif
	(void)k;
	return MSG_NOSIGNAL;
}

static int
sys_write(struct link *k, const void *p, size_t len, size_t *n)
{
	ssize_t put;

	*n = 0;
	if (k->blocked)
		return 0;
	do {
		put = send(k->fd, p, len, flags(k));
		k->count.writes++;
	} while (put < 0 && errno == EINTR);
	if (put < 0 && errno != EAGAIN)
		return -1;
	*n = put < 0 ? 0 : (size_t)put;
	k->blocked = *n < len;
	return *n > 0;
}

static int
lost(struct err *e)
{
	return err_sys(e, ERR_CONNECT, "connection lost");
}

/* --- a BIO around it ----------------------------------------------------- */

static int
bio_read(BIO *bio, char *p, size_t room, size_t *n)
{
	int rc = link_sys_read(BIO_get_data(bio), p, room, n);

	BIO_clear_retry_flags(bio);
	if (rc == 0)
		BIO_set_retry_read(bio);
	return rc == 1 && *n > 0;
}

static int
bio_write(BIO *bio, const char *p, size_t len, size_t *n)
{
	int rc = sys_write(BIO_get_data(bio), p, len, n);

	BIO_clear_retry_flags(bio);
	if (rc == 0)
		BIO_set_retry_write(bio);
	return rc == 1;
}

static long
bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	const struct link *k = BIO_get_data(bio);

	(void)num;
	(void)ptr;
	if (cmd == BIO_CTRL_EOF)
		return k->eof;
	return cmd == BIO_CTRL_FLUSH;
}

static int
bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *
link_bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR,
	    "link");

	BIO_meth_set_read_ex(m, bio_read);
	BIO_meth_set_write_ex(m, bio_write);
	BIO_meth_set_ctrl(m, bio_ctrl);
	BIO_meth_set_create(m, bio_create);
	return m;
}

/* --- TLS ----------------------------------------------------------------- */

/* What others left in the thread's error queue would be taken for ours. */
static void
no_errors(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
}

/* What to make of rc; 1 only for the peer's orderly end. */
static int
tls_result(struct link *k, int rc, struct err *e)
{
	int saved = errno;

	switch (SSL_get_error(k->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:	/* blocked is set: link_watch knows */
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		return 1;
	case SSL_ERROR_SYSCALL:
		errno = saved;
		return lost(e);
	default:
		return tls_failed(k->ssl, e);
	}
}

int
link_io_handshake(struct link *k, struct err *e)
{
	int rc;

	no_errors();
	rc = SSL_do_handshake(k->ssl);
	if (rc == 1)
		return 1;
	rc = tls_result(k, rc, e);
	if (rc == 1)
		return err_set(e, ERR_CONNECT,
		    "the peer ended the TLS handshake");
	return rc;
}

/* Several small records are handed over as one run of bytes. */
static int
tls_read(struct link *k, char *p, size_t room, size_t *n, struct err *e)
{
	size_t got;
	int rc;

	*n = 0;
	no_errors();
	do {
		rc = SSL_read_ex(k->ssl, p + *n, room - *n, &got);
		if (rc != 1)
			break;
		*n += got;
	} while (*n < room && SSL_has_pending(k->ssl));
	if (*n > 0)
		return 1;	/* an error comes again the next time */
	return tls_result(k, rc, e);
}

int
link_io_read(struct link *k, void *p, size_t room, size_t *n, struct err *e)
{
	int rc;

	if (k->ssl != NULL)
		return tls_read(k, p, room, n, e);
	rc = link_sys_read(k, p, room, n);
	return rc < 0 ? lost(e) : rc;
}

int
link_io_write(struct link *k, const void *p, size_t len, size_t *n,
    struct err *e)
{
	int rc;

	*n = 0;
	if (k->ssl == NULL) {
		rc = sys_write(k, p, len, n);
		return rc < 0 ? lost(e) : rc;
	}
	no_errors();
	if (SSL_write_ex(k->ssl, p, len, n) == 1)
		return 1;
	rc = tls_result(k, 0, e);
	return rc == 1 ? err_set(e, ERR_CONNECT, "connection ended") : rc;
}

bool
link_io_pending(const struct link *k)
{
	return k->ssl != NULL && SSL_has_pending(k->ssl);
}

void
link_io_shutdown(struct link *k)
{
	if (k->ssl != NULL && k->secured) {
		no_errors();
		SSL_shutdown(k->ssl);
		ERR_clear_error();
	}
	shutdown(k->fd, SHUT_WR);
}
