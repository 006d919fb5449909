#include "net/proxy.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/link.h"
#include "io/listen.h"
#include "net/proxy_cert.h"
#include "net/wire.h"
#include "xmpp/ns.h"

#define HOST_MAX	256
#define FIRST_OF_TLS	0x16		/* a handshake record */
#define FIRST_MS	60000		/* for a client to say something */

struct conn;

struct side {
	struct conn *conn;
	struct link *link;		/* NULL: gone */
	struct wire *wire;
};

struct conn {
	struct conn *next, **prev;
	struct proxy *proxy;
	unsigned number;
	struct side client, server;
	int fd;				/* until its first byte; then -1 */
	struct loop_fd *first;
	struct timer patience;
	bool proceed;			/* the server said so: TLS begins */
	struct loop_task reap;
};

struct proxy {
	const struct dump_opts *o;
	struct stage *stage;
	struct loop *loop;
	struct tls *as_server, *as_client;
	char host[HOST_MAX];		/* of the server */
	struct conn *conns;
	size_t count;
	unsigned last_number;
	bool ending;
	int rc;
	struct err err;
};

/* --- what is told --------------------------------------------------------- */

static void
flush(struct proxy *p)
{
	if (p->rc == 0 && stage_flush(p->stage, &p->err) < 0) {
		p->rc = -1;
		loop_stop(p->loop);
	}
}

static void __attribute__((format(printf, 2, 3)))
say(struct conn *c, const char *fmt, ...)
{
	char text[600];
	struct item it = { .kind = ITEM_EVENT, .conn = c->number,
		.at_us = clock_real_us(), .text = text };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	stage_item(c->proxy->stage, &it);
	flush(c->proxy);
}

static void
on_item(void *arg, const struct item *it)
{
	struct conn *c = arg;

	if (it->kind == ITEM_STANZA && it->direction[0] == 'W' &&
	    stanza_is(it->st, "proceed", NS_TLS))
		c->proceed = true;
	stage_item(c->proxy->stage, it);
}

/* --- the end of one ------------------------------------------------------- */

static void
reap(void *arg)
{
	struct conn *c = arg;
	struct proxy *p = c->proxy;

	say(c, "connection ended");
	wire_free(c->client.wire);
	wire_free(c->server.wire);
	*c->prev = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	p->count--;
	free(c);
	if (p->ending && p->count == 0)
		loop_stop(p->loop);
}

static void
maybe_over(struct conn *c)
{
	if (c->first == NULL && c->client.link == NULL &&
	    c->server.link == NULL)
		loop_reap(c->proxy->loop, &c->reap);
}

static void
drop_first(struct conn *c, bool close_fd)
{
	loop_fd_stop(c->first);
	c->first = NULL;
	timer_stop(&c->patience);
	if (close_fd)
		close(c->fd);
	c->fd = -1;
}

static void
end_conn(struct conn *c)
{
	if (c->first != NULL)
		drop_first(c, true);
	if (c->client.link != NULL)
		link_close(c->client.link);
	if (c->server.link != NULL)
		link_close(c->server.link);
	maybe_over(c);
}

/* --- what the links bring ------------------------------------------------- */

static struct side *
other(struct side *s)
{
	return s == &s->conn->client ? &s->conn->server : &s->conn->client;
}

static const char *
name_of(const struct side *s)
{
	return s == &s->conn->client ? "the client" : "the server";
}

/* Both sides at once: the client waits for it, the server too. */
static void
begin_tls(struct conn *c)
{
	c->proceed = false;
	link_starttls(c->client.link, c->proxy->as_server, NULL);
	link_starttls(c->server.link, c->proxy->as_client, c->proxy->host);
	wire_restart(c->client.wire);
	wire_restart(c->server.wire);
}

static size_t
on_bytes(void *arg, const char *p, size_t n)
{
	struct side *s = arg, *to = other(s);

	if (to->link == NULL)
		return n;
	wire_feed(s->wire, p, n, clock_real_us());
	flush(s->conn->proxy);
	buf_put(link_out(to->link), p, n);
	if (s->conn->proceed)
		begin_tls(s->conn);
	else if (link_congested(to->link))
		link_pause(s->link);
	return n;
}

static void
on_drained(void *arg)
{
	struct side *from = other(arg);

	if (from->link != NULL)
		link_resume(from->link);
}

static void
on_secured(void *arg)
{
	struct side *s = arg;
	struct tls_cert cert;
	char cipher[100];

	link_cipher(s->link, cipher, sizeof cipher);
	if (s == &s->conn->server && link_peer_cert(s->link, &cert) == 0)
		say(s->conn, "TLS with the server: %s, for %s, pin %s "
		    "(not verified)", cipher, cert.names, cert.pin);
	else
		say(s->conn, "TLS with %s: %s", name_of(s), cipher);
}

static void
on_closed(void *arg, const struct err *why)
{
	struct side *s = arg, *o = other(s);

	s->link = NULL;
	wire_end(s->wire, clock_real_us());
	if (why->code != ERR_OK)
		say(s->conn, "%s is gone: %s", name_of(s), why->text);
	if (o->link != NULL)
		link_close(o->link);
	maybe_over(s->conn);
}

static const struct link_ops link_ops = {
	.bytes = on_bytes, .secured = on_secured, .drained = on_drained,
	.closed = on_closed,
};

static const struct link_conf link_conf = { .ops = &link_ops };

/* --- who comes ------------------------------------------------------------ */

/* The client's first byte is there: does it begin with TLS? */
static void
on_first(void *arg, int events)
{
	struct conn *c = arg;
	struct proxy *p = c->proxy;
	struct err e = ERR_INIT;
	unsigned char byte;
	ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);
	bool tls = n == 1 && byte == FIRST_OF_TLS;
	int fd = c->fd;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	drop_first(c, n <= 0);
	if (n > 0) {
		c->client.link = link_new(p->loop, fd, &link_conf, &c->client,
		    tls ? p->as_server : NULL, NULL);
		if (link_connect(&c->server.link, p->loop, p->o->connect,
		    &link_conf, &c->server, tls ? p->as_client : NULL,
		    p->host, &e) < 0) {
			say(c, "no server: %s", e.text);
			link_close(c->client.link);
		}
	}
	maybe_over(c);
}

static void
on_silence(void *arg)
{
	struct conn *c = arg;

	say(c, "the client says nothing");
	end_conn(c);
}

static void
on_accept(void *arg, int fd, const struct peer *peer)
{
	struct proxy *p = arg;
	struct conn *c;

	if (fd < 0 || p->count >= PROXY_MAX || p->ending) {
		fprintf(stderr, "%s: a connection is refused: %s\n",
		    dump_tool.name, fd < 0 ? "no descriptors are left" :
		    "there are too many");
		if (fd >= 0)
			close(fd);
		return;
	}
	c = mem_zero(sizeof *c);
	c->proxy = p;
	c->number = ++p->last_number;
	c->client.conn = c->server.conn = c;
	c->client.wire = wire_new(on_item, c, "READ", c->number);
	c->server.wire = wire_new(on_item, c, "WROTE", c->number);
	c->reap = (struct loop_task)LOOP_TASK(reap, c);
	c->fd = fd;
	c->first = loop_fd_start(p->loop, fd, LOOP_READ, on_first, c);
	timer_init(&c->patience, p->loop, on_silence, c);
	timer_set(&c->patience, FIRST_MS);
	c->next = p->conns;
	c->prev = &p->conns;
	if (c->next != NULL)
		c->next->prev = &c->next;
	p->conns = c;
	p->count++;
	say(c, "connection: %s to %s", peer->text, p->o->connect);
}

/* In order the first time; a second signal has its usual end. */
static void
on_signal(void *arg, int signum)
{
	struct proxy *p = arg;

	if (p->ending) {
		signal(signum, SIG_DFL);
		raise(signum);
	}
	p->ending = true;
	for (struct conn *c = p->conns; c != NULL; c = c->next)
		end_conn(c);
	if (p->count == 0)
		loop_stop(p->loop);
}

/* --- all of it ------------------------------------------------------------ */

static int
set_up(struct proxy *p, struct err *e)
{
	struct tls_trust anyone = { .none = true };
	char port[8];

	if (address_split(p->o->connect, "5222", p->host, port, e) < 0)
		return err_prefix(e, "--connect");
	if (proxy_cert(&p->as_server, p->o->cert, p->o->key, p->host, e) < 0 ||
	    tls_client(&p->as_client, &anyone, e) < 0)
		return -1;
	return loop_signal(p->loop, SIGINT, on_signal, p, e) < 0 ||
	    loop_signal(p->loop, SIGTERM, on_signal, p, e) < 0 ? -1 : 0;
}

/* After an error: cut off, and let the loop do its last turn. */
static void
cut(struct proxy *p)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_SYSTEM, "cut off");
	for (struct conn *c = p->conns, *next; c != NULL; c = next) {
		next = c->next;
		if (c->client.link != NULL)
			link_abort(c->client.link, &why);
		if (c->server.link != NULL)
			link_abort(c->server.link, &why);
		if (c->first != NULL)
			drop_first(c, true);
		maybe_over(c);
	}
}

int
proxy_run(const struct dump_opts *o, struct stage *stage, struct err *e)
{
	struct proxy p = { .o = o, .stage = stage, .err = ERR_INIT };
	struct listener *listener = NULL;
	int rc = -1;

	p.loop = loop_new();
	if (set_up(&p, e) == 0 && listener_open(&listener, o->listen, e) == 0) {
		listener_start(listener, p.loop, on_accept, &p);
		fprintf(stderr, "%s: ready listen=%s connect=%s pin=%s\n",
		    dump_tool.name, listener_address(listener, 0)->text,
		    o->connect, tls_own(p.as_server)->pin);
		loop_run(p.loop);
		listener_stop(listener);
		cut(&p);
		rc = p.rc;
		if (rc < 0)
			*e = p.err;
	}
	listener_free(listener);
	loop_free(p.loop);
	tls_unref(p.as_server);
	tls_unref(p.as_client);
	return rc;
}
