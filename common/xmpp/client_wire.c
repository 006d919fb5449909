#include "xmpp/client_wire.h"

#include <errno.h>
#include <sys/socket.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define OUT_KEEP	(1 << 16)

void
client_wire_begin(struct client_wire *w, int fd, size_t max)
{
	buf_wipe(&w->out);
	*w = (struct client_wire){ .fd = fd, .out = BUF_INIT(max) };
}

void
client_wire_free(struct client_wire *w)
{
	buf_wipe(&w->out);
}

void
client_wire_secured(struct client_wire *w, SSL *ssl)
{
	w->ssl = ssl;
	SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE);
}

/* What others left in the thread's error queue would be taken for ours. */
static void
no_errors(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
}

/* A call of OpenSSL's that did nothing: 0 when it may yet, -1 when it is the
 * end. */
static int
tls_result(struct client_wire *w)
{
	int why = SSL_get_error(w->ssl, 0);

	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ?
	    0 : -1;
}

static int
result(ssize_t n)
{
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return n == 0 ? -1 : 1;
}

int
client_wire_read(struct client_wire *w, char p[CLIENT_WIRE_READ], size_t *n)
{
	ssize_t got;

	if (w->ssl == NULL) {
		got = recv(w->fd, p, CLIENT_WIRE_READ, 0);
		*n = got < 0 ? 0 : (size_t)got;
		return result(got);
	}
	no_errors();
	return SSL_read_ex(w->ssl, p, CLIENT_WIRE_READ, n) == 1 ? 1 :
	    tls_result(w);
}

static int
put(struct client_wire *w, const char *p, size_t len, size_t *n)
{
	ssize_t sent;

	*n = 0;
	if (w->ssl == NULL) {
		sent = send(w->fd, p, len, MSG_NOSIGNAL);
		*n = sent < 0 ? 0 : (size_t)sent;
		return result(sent);
	}
	no_errors();
	return SSL_write_ex(w->ssl, p, len, n) == 1 ? 1 : tls_result(w);
}

/* The two change places when all of the one is sent: OpenSSL wants the same
 * bytes again after a write that could not be, and nothing is moved. */
int
client_wire_write(struct client_wire *w, struct buf *out)
{
	int rc = 1;

	while (rc > 0) {
		size_t n;

		if (!client_wire_unsent(w)) {
			struct buf done = w->out;

			w->sent = 0;
			buf_reset(&done);
			buf_shrink(&done, OUT_KEEP);
			w->out = *out;
			*out = done;
		}
		if (w->out.n == 0)
			break;
		rc = put(w, w->out.p + w->sent, w->out.n - w->sent, &n);
		w->sent += n;
	}
	return rc < 0 ? -1 : 0;
}

bool
client_wire_unsent(const struct client_wire *w)
{
	return w->sent < w->out.n;
}
