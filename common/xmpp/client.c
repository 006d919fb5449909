#include "xmpp/client.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <strophe.h>

#include "base/mem.h"
#include "xmpp/client_int.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define CLOSE_MS	1000	/* how long a peer may take to say good-bye */
#define READS_MAX	16	/* of one turn: the caller may send meanwhile */

/* Answers may be large; what a peer says before it is known may not. */
static const struct stream_limits limits_ready = {
	.bytes = CLIENT_OUT_MAX, .depth = 64, .elements = 4 << 20,
	.attrs = 64, .name = 1024,
};

/* libstrophe's callback for sockets carries no argument. */
static _Thread_local struct client *connecting;

void
client_fail(struct client *c, const struct err *e)
{
	if (!c->failed)
		c->err = *e;
	c->failed = true;
}

/* --- stream, TLS, login -------------------------------------------------- */

void
client_told(struct client *c, enum client_step step, const char *text)
{
	const struct client_onlooker *on = c->o->onlooker;

	if (c->o->step != NULL)
		c->o->step(c->o->arg, step, text);
	if (on != NULL)
		on->step(on->arg, step, text);
}

static void
show(struct client *c, const struct stanza *read, const char *p, size_t n)
{
	const struct client_onlooker *on = c->o->onlooker;

	if (on != NULL && on->wire != NULL)
		on->wire(on->arg, read, p, n);
}

static void
open_stream(struct client *c)
{
	stream_restart(c->stream);
	buf_lit(&c->out, "<?xml version='1.0'?><stream:stream");
	xml_attrn(&c->out, "to", c->auth.domain.p, c->auth.domain.n);
	buf_lit(&c->out, " version='1.0' xmlns='" NS_CLIENT "' "
	    "xmlns:stream='" NS_STREAM "'>");
}

static int
negotiate(struct client *c, const struct stanza *st, struct err *e)
{
	enum auth_next next;

	if (auth_stanza(&c->auth, st, &c->out, &next, e) < 0)
		return -1;
	if (next == AUTH_RESTART)
		client_told(c, CLIENT_LOGGED_IN, c->auth.mech->name);
	if (next == AUTH_RESTART)
		open_stream(c);
	c->proceeds = next == AUTH_START_TLS;
	if (next == AUTH_DONE) {
		c->state = c->reached = CLIENT_READY;
		stream_limit(c->stream, &limits_ready);
		client_told(c, CLIENT_BOUND, buf_cstr(&c->auth.jid));
	}
	return 0;
}

static void
over(struct client *c)
{
	/* libstrophe closes it, not waiting for the peer. */
	if (c->fd >= 0)
		shutdown(c->fd, SHUT_RDWR);
	c->fd = -1;
	c->state = CLIENT_OVER;
}

static int
on_stanza(void *arg, struct stanza *st)
{
	struct client *c = arg;
	struct err e = ERR_INIT;
	int rc = 0;

	show(c, st, NULL, 0);
	if (c->state == CLIENT_NEGOTIATING)
		rc = negotiate(c, st, &e);
	else if (stanza_is(st, "error", NS_STREAM))
		rc = auth_stream_error(st, &e);
	else if (c->o->stanza != NULL)
		c->o->stanza(c->o->arg, st);
	if (rc < 0)
		client_fail(c, &e);
	return c->failed || c->proceeds;
}

static int
on_close(void *arg)
{
	over(arg);
	return 1;
}

static const struct stream_ops stream_ops = {
	.stanza = on_stanza, .close = on_close,
};

static void
on_event(xmpp_conn_t *conn, xmpp_conn_event_t event, int error,
    xmpp_stream_error_t *stream_error, void *arg)
{
	struct client *c = arg;
	struct err e = ERR_INIT;

	(void)conn, (void)error, (void)stream_error;
	if (event != XMPP_CONN_RAW_CONNECT) {
		c->state = CLIENT_OVER;
		c->fd = -1;
		return;
	}
	c->state = c->reached = CLIENT_NEGOTIATING;
	client_wire_begin(&c->wire, c->fd, CLIENT_OUT_MAX);
	client_told(c, CLIENT_CONNECTED, c->host.text);
	if (c->host.direct && client_secure(c, &e) < 0)
		client_fail(c, &e);
	else
		open_stream(c);
}

static int
on_socket(xmpp_conn_t *conn, void *sock)
{
	int on = 1;

	(void)conn;
	connecting->fd = *(int *)sock;
	fcntl(connecting->fd, F_SETFD, FD_CLOEXEC);
	setsockopt(connecting->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return 0;
}

/* --- turns --------------------------------------------------------------- */

static void
write_out(struct client *c)
{
	if (c->out.n > 0)
		show(c, NULL, c->out.p, c->out.n);
	if (client_wire_write(&c->wire, &c->out) < 0)
		over(c);
}

static void
listen_first(struct client *c)
{
	struct err e = ERR_INIT;
	int rc = client_host_greets(&c->host, c->fd, &e);

	c->heard = rc != 0;
	if (rc < 0)
		client_fail(c, &e);
}

/* What follows <proceed/> in the clear may be anybody's (RFC 6120 5.3.3). */
static int
proceed(struct client *c, size_t more, struct err *e)
{
	c->proceeds = false;
	if (more > 0)
		return err_set(e, ERR_CONNECT, "'%s' says more before TLS is "
		    "there than it may", c->host.text);
	if (client_secure(c, e) < 0)
		return -1;
	open_stream(c);
	return 0;
}

static void
feed(struct client *c, const char *p, size_t n)
{
	struct err e = ERR_INIT;
	size_t used;
	int rc = stream_feed(c->stream, p, n, &used, &e);

	if (rc < 0) {
		err_prefix(&e, "what '%s' sends is no XMPP stream",
		    c->host.text);
		e.code = c->state == CLIENT_READY ? ERR_NO_ANSWER :
		    ERR_CONNECT;
	} else if (c->proceeds && !c->failed) {
		rc = proceed(c, n - used, &e);
	}
	if (rc < 0)
		client_fail(c, &e);
}

static bool
talks(const struct client *c)
{
	return !c->failed && (c->state == CLIENT_NEGOTIATING ||
	    c->state == CLIENT_READY);
}

static void
read_in(struct client *c)
{
	int rc = 1;

	for (int i = 0; i < READS_MAX && rc > 0 && talks(c); i++) {
		size_t n;

		rc = client_wire_read(&c->wire, c->in, &n);
		if (rc > 0)
			feed(c, c->in, n);
		else if (rc < 0)
			over(c);
	}
}

void
client_run(struct client *c)
{
	if (c->state == CLIENT_CONNECTING)
		xmpp_run_once(c->ctx, 0);
	if (c->state == CLIENT_NEGOTIATING && !c->heard)
		listen_first(c);
	read_in(c);
	if (talks(c))
		write_out(c);
}

void
client_note_errno(struct client *c)
{
	socklen_t n = sizeof c->connect_errno;

	if (c->state == CLIENT_CONNECTING)
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &c->connect_errno, &n);
}

int
client_why_over(struct client *c, struct err *e)
{
	if (c->failed) {
		*e = c->err;
		return -1;
	}
	errno = c->connect_errno != 0 ? c->connect_errno : ECONNRESET;
	if (c->reached == CLIENT_CONNECTING)
		return client_host_refused(&c->host, e);
	return err_set(e, c->reached == CLIENT_READY ? ERR_NO_ANSWER :
	    ERR_CONNECT, "'%s' closed the connection%s", c->host.text,
	    c->reached == CLIENT_READY ? "" : c->heard ?
	    " before the login was done" :
	    " without a word; does it want --direct-tls?");
}

/* --- the way in ---------------------------------------------------------- */

static void
set_up(struct client *c)
{
	xmpp_initialize();
	c->ctx = xmpp_ctx_new(NULL, NULL);
	c->conn = xmpp_conn_new(c->ctx);
	client_secure_set_up(c, XMPP_CONN_FLAG_DISABLE_SM);
	xmpp_conn_set_jid(c->conn, c->o->jid);
	xmpp_conn_set_sockopt_callback(c->conn, on_socket);
}

static void
tear_down(struct client *c)
{
	bool failed = c->failed;

	c->failed = true;	/* what is told now comes too late */
	if (c->fd >= 0)
		shutdown(c->fd, SHUT_RDWR);
	if (c->conn != NULL)
		xmpp_conn_release(c->conn);
	if (c->ctx != NULL) {
		xmpp_ctx_free(c->ctx);
		xmpp_shutdown();
	}
	c->conn = NULL;
	c->ctx = NULL;
	c->fd = -1;
	c->failed = failed;
}

void
client_attempt(struct client *c, const char *address)
{
	int rc;

	tear_down(c);
	c->state = c->reached = CLIENT_CONNECTING;
	c->connect_errno = 0;
	stream_free(c->stream);
	c->stream = stream_new(&stream_ops, c, c->pool);
	stream_limit(c->stream, &stream_limits_default);
	auth_begin(&c->auth, c->o->security != CLIENT_PLAINTEXT &&
	    !c->host.direct, false);
	set_up(c);
	connecting = c;
	errno = 0;
	rc = xmpp_connect_raw(c->conn, address, c->host.port, on_event, c);
	connecting = NULL;
	if (rc == XMPP_EOK && c->fd >= 0)
		return;
	c->connect_errno = errno;
	c->fd = -1;
	c->state = CLIENT_OVER;
}

const char *
client_jid(const struct client *c)
{
	return buf_cstr((struct buf *)&c->auth.jid);
}

const char *
client_pin(const struct client *c)
{
	return c->pin;
}

uint64_t
client_max_bytes(const struct client *c)
{
	return c->auth.max_bytes;
}

int
client_fd(const struct client *c)
{
	return c->fd;
}

bool
client_unsent(const struct client *c)
{
	return c->out.n > 0 || client_wire_unsent(&c->wire);
}

short
client_events(const struct client *c)
{
	return client_unsent(c) ? POLLIN | POLLOUT : POLLIN;
}

struct buf *
client_out(struct client *c)
{
	return &c->out;
}

int
client_turn(struct client *c, struct err *e)
{
	if (buf_full(&c->out))
		return err_set(e, ERR_LIMIT, "more than %u bytes wait to be "
		    "sent", CLIENT_OUT_MAX);
	if (c->state == CLIENT_READY)
		client_run(c);
	return c->failed || c->state == CLIENT_OVER ? client_why_over(c, e) : 0;
}

/* libstrophe would wait 100 ms for the peer's TLS close_notify: so we wait
 * for the peer's good-bye, then shut the socket down under it. */
static void
say_goodbye(struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN | POLLOUT };

	buf_lit(&c->out, "</stream:stream>");
	write_out(c);
	while (c->state != CLIENT_OVER && client_unsent(c) &&
	    poll(&p, 1, CLOSE_MS) > 0)
		client_run(c);
	p.events = POLLIN;
	if (c->state != CLIENT_OVER)
		poll(&p, 1, CLOSE_MS);
}

void
client_close(struct client *c)
{
	if (c == NULL)
		return;
	if (c->state == CLIENT_READY && !c->failed)
		say_goodbye(c);
	tear_down(c);
	auth_clear(&c->auth);
	stream_free(c->stream);
	stream_pool_free(c->pool);
	client_wire_free(&c->wire);
	buf_wipe(&c->out);
	free(c);
}
