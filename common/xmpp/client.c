#include "xmpp/client.h"

#include <errno.h>
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
#include "xmpp/client_stanza.h"
#include "xmpp/client_tls.h"
#include "xmpp/ns.h"

#define CLOSE_MS	1000	/* how long a peer may take to say good-bye */
#define RECORD_BYTES	8192	/* what TLS writes at once, or not */
#define RUNS_MAX	4	/* of one turn: the caller may send meanwhile */
#define TEXT_MAX	1024	/* bytes of what a certificate says */

/* libstrophe's callbacks for sockets carry no argument: whose call it is. */
static _Thread_local struct client *running;

static void
fail(struct client *c, const struct err *e)
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
	char to[] = "to", version[] = "version", one[] = "1.0";
	char xmlns[] = "xmlns", ns[] = NS_CLIENT;
	char prefix[] = "xmlns:stream", stream_ns[] = NS_STREAM;
	char *domain = mem_strn(c->auth.domain.p, c->auth.domain.n);
	char *attrs[] = { to, domain, version, one, xmlns, ns, prefix,
	    stream_ns };

	xmpp_conn_open_stream(c->conn, attrs, MEM_COUNT(attrs));
	c->header_queued = true;
	free(domain);
}

/* A certificate that does not verify, or the issuer that is missing. */
static int
bad_certificate(const xmpp_tlscert_t *cert, const char *why)
{
	struct client *c = running;
	char *host = mem_strn(c->auth.domain.p, c->auth.domain.n);
	struct err e = ERR_INIT;

	peer_refused(why, xmpp_tlscert_get_pem(cert), host, &e);
	free(host);
	fail(c, &e);
	return 0;
}

/* The chain is not looked at: a pin says it all, or nothing does. */
static bool
trusts_any(const struct client_options *o)
{
	return o->cacert == NULL && (o->insecure || o->first_use ||
	    o->pin != NULL);
}

static void
tell_certificate(struct client *c, const char *pem)
{
	struct buf b = BUF_INIT(TEXT_MAX);

	if (c->o->step == NULL && c->o->onlooker == NULL)
		return;
	buf_puts(&b, c->o->pin != NULL ? "pinned key; " : trusts_any(c->o) ?
	    "not checked; " : "verified; ");
	peer_describe(&b, pem);
	client_told(c, CLIENT_VERIFIED, buf_cstr(&b));
	buf_free(&b);
}

/* What the chain does not say: the pin; and what is told of it. */
static int
check_certificate(struct client *c, struct err *e)
{
	xmpp_tlscert_t *cert;
	const char *pem;
	int rc;

	if (c->o->pin == NULL && c->o->step == NULL && !c->o->first_use &&
	    c->o->onlooker == NULL)
		return 0;
	cert = xmpp_conn_get_peer_cert(c->conn);
	if (cert == NULL)
		return err_set(e, ERR_CONNECT, "the server shows no "
		    "certificate");
	pem = xmpp_tlscert_get_pem(cert);
	rc = peer_pin(c->pin, pem, e);
	if (rc == 0 && c->o->pin != NULL)
		rc = peer_check_pin(pem, c->o->pin, c->o->pin_from, e);
	if (rc == 0)
		tell_certificate(c, pem);
	xmpp_tlscert_free(cert);
	return rc;
}

static int
start_tls(struct client *c, struct err *e)
{
	struct client_tls t;
	bool late;
	int rc;

	/* To load the system's certificates takes longer than all the rest. */
	client_tls_begin(&t, trusts_any(c->o) ? "/dev/null" : c->o->cacert,
	    c->fd, c->deadline_us);
	rc = xmpp_conn_tls_start(c->conn);
	late = client_tls_end(&t);
	if (rc != 0 && late)
		return err_set(e, ERR_CONNECT, "'%s' does not finish the TLS "
		    "handshake", c->host.text);
	if (rc != 0)
		return err_set(e, ERR_CONNECT, "'%s' does not speak TLS%s",
		    c->host.text, c->host.direct ?
		    " at once; without --direct-tls STARTTLS is used" :
		    " 1.2 or 1.3 with us");
	client_told(c, CLIENT_SECURED, c->host.direct ? "direct TLS" :
	    "STARTTLS");
	if (check_certificate(c, e) < 0)
		return -1;
	c->heard = true;
	auth_secured(&c->auth);
	return 0;
}

static int
negotiate(struct client *c, const struct stanza *st, struct err *e)
{
	enum auth_next next;

	if (auth_stanza(&c->auth, st, &c->out, &next, e) < 0)
		return -1;
	if (next == AUTH_START_TLS && start_tls(c, e) < 0)
		return -1;
	if (next == AUTH_RESTART)
		client_told(c, CLIENT_LOGGED_IN, c->auth.mech->name);
	if (next == AUTH_START_TLS || next == AUTH_RESTART)
		open_stream(c);
	if (next == AUTH_DONE) {
		c->state = c->reached = CLIENT_READY;
		client_told(c, CLIENT_BOUND, buf_cstr(&c->auth.jid));
	}
	return 0;
}

static int
on_stanza(xmpp_conn_t *conn, xmpp_stanza_t *from, void *arg)
{
	struct client *c = arg;
	struct stanza *st = client_stanza(&c->arena, from);
	struct err e = ERR_INIT;
	int rc = 0;

	(void)conn;
	show(c, st, NULL, 0);
	if (c->failed)
		;
	else if (c->state == CLIENT_NEGOTIATING)
		rc = negotiate(c, st, &e);
	else if (stanza_is(st, "error", NS_STREAM))
		rc = auth_stream_error(st, &e);
	else if (c->o->stanza != NULL)
		c->o->stanza(c->o->arg, st);
	if (rc < 0)
		fail(c, &e);
	arena_reset(&c->arena);
	return 1;
}

static void
on_event(xmpp_conn_t *conn, xmpp_conn_event_t event, int error,
    xmpp_stream_error_t *stream_error, void *arg)
{
	struct client *c = arg;
	struct err e = ERR_INIT;

	(void)conn, (void)error, (void)stream_error;
	if (event == XMPP_CONN_RAW_CONNECT) {
		c->state = c->reached = CLIENT_NEGOTIATING;
		client_told(c, CLIENT_CONNECTED, c->host.text);
		if (c->host.direct &&
		    start_tls(c, &e) < 0)
			fail(c, &e);
		else
			open_stream(c);
	} else if (event != XMPP_CONN_CONNECT) {
		c->state = CLIENT_OVER;
		c->fd = -1;
	}
}

static int
on_socket(xmpp_conn_t *conn, void *sock)
{
	int on = 1;

	(void)conn;
	running->fd = *(int *)sock;
	setsockopt(running->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return 0;
}

/* --- turns --------------------------------------------------------------- */

static void
run_once(struct client *c)
{
	if (c->out.n > 0 && c->state != CLIENT_OVER) {
		show(c, NULL, c->out.p, c->out.n);
		xmpp_send_raw(c->conn, buf_cstr(&c->out), c->out.n);
		/* Half written is in no count of libstrophe's; this is. */
		if (c->out.n > RECORD_BYTES)
			xmpp_send_raw(c->conn, " ", 1);
		buf_reset(&c->out);
		buf_shrink(&c->out, 1 << 16);
	}
	running = c;
	c->header_queued = false;
	xmpp_run_once(c->ctx, 0);
	running = NULL;
}

static void
listen_first(struct client *c)
{
	struct err e = ERR_INIT;
	int rc = client_host_greets(&c->host, c->fd, &e);

	c->heard = rc != 0;
	if (rc < 0)
		fail(c, &e);
}

static bool
readable(const struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void
run_held(struct client *c, int runs)
{
	client_tls_hold(c->fd, true);
	while ((runs-- > 0 || c->header_queued) && c->state != CLIENT_OVER &&
	    !c->failed)
		run_once(c);
	client_tls_hold(c->fd, false);
}

void
client_run(struct client *c)
{
	int runs = 0;

	while (c->state != CLIENT_OVER && !c->failed && runs < RUNS_MAX &&
	    (c->state == CLIENT_CONNECTING ? runs == 0 : readable(c))) {
		if (c->state == CLIENT_NEGOTIATING && !c->heard)
			listen_first(c);
		if (!c->failed)
			run_once(c);
		runs++;
	}
	if (c->state != CLIENT_OVER && (runs > 0 || client_unsent(c)))
		run_held(c, runs > 0 ? CLIENT_TLS_RUNS : 1);
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
	const struct client_options *o = c->o;
	long flags = XMPP_CONN_FLAG_DISABLE_SM;

	xmpp_initialize();
	c->ctx = xmpp_ctx_new(NULL, NULL);
	c->conn = xmpp_conn_new(c->ctx);
	if (o->security == CLIENT_PLAINTEXT)
		flags |= XMPP_CONN_FLAG_DISABLE_TLS;
	else if (trusts_any(o))
		flags |= XMPP_CONN_FLAG_TRUST_TLS;
	xmpp_conn_set_flags(c->conn, flags);
	xmpp_conn_set_jid(c->conn, o->jid);
	if (o->cert != NULL)
		xmpp_conn_set_client_cert(c->conn, o->cert, o->key);
	xmpp_conn_set_sockopt_callback(c->conn, on_socket);
	xmpp_conn_set_certfail_handler(c->conn, bad_certificate);
	xmpp_handler_add(c->conn, on_stanza, NULL, NULL, NULL, c);
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
	auth_begin(&c->auth, c->o->security != CLIENT_PLAINTEXT &&
	    !c->host.direct, false);
	set_up(c);
	running = c;
	errno = 0;
	rc = xmpp_connect_raw(c->conn, address, c->host.port, on_event, c);
	running = NULL;
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
	return c->out.n > 0 || xmpp_conn_send_queue_len(c->conn) > 0;
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

	xmpp_send_raw(c->conn, "</stream:stream>", 16);
	while (c->state != CLIENT_OVER && client_unsent(c) &&
	    poll(&p, 1, CLOSE_MS) > 0)
		run_once(c);
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
	arena_free(&c->arena);
	buf_wipe(&c->out);
	free(c);
}
