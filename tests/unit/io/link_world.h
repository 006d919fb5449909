/*
 * link_world.h - two ends of a connection and all that happened to them.
 */
#ifndef LINK_WORLD_H
#define LINK_WORLD_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "io/link.h"

#define BIG	(5 * 1024 * 1024)

struct tools {
	char dir[64], cert[96], key[96];
	struct tls *server, *client;
};

enum how { ECHO, COLLECT, GREEDY, TLS_SERVER, TLS_CLIENT, STEPWISE, ABORTS };

/* One end, with what happened to it. */
struct end {
	struct loop *loop;
	struct link *link;
	struct end *other;
	struct tools *tools;
	enum how how;
	struct buf in;
	size_t calls, steps;
	int secured, closed, drained, ended, connected;
	bool in_call;
	struct err why;
	struct timer timer;
};

static inline size_t
collect(struct end *x, const char *p, size_t n)
{
	buf_put(&x->in, p, n);
	return n;
}

static inline void
fill(struct link *k, size_t n)
{
	struct buf *b = link_out(k);

	memset(buf_room(b, n), 'x', n);
	b->n += n;
}

/* "S": start TLS; what comes under it is echoed. */
static inline size_t
serve_tls(struct end *x, const char *p, size_t n)
{
	if (link_secure(x->link)) {
		buf_put(link_out(x->link), p, n);
		return collect(x, p, n);
	}
	assert_int_equal(*p, 'S');
	buf_lit(link_out(x->link), "P");
	link_starttls(x->link, x->tools->server, NULL);
	return 1;
}

static inline size_t
ask_tls(struct end *x, const char *p, size_t n)
{
	if (link_secure(x->link)) {
		collect(x, p, n);
		if (x->in.n == 5)
			link_close(x->link);
		return n;
	}
	assert_int_equal(*p, 'P');
	link_starttls(x->link, x->tools->client, "localhost");
	return 1;
}

/* One byte a call, and a pause after each. */
static inline size_t
stepwise(struct end *x, const char *p)
{
	collect(x, p, 1);
	link_pause(x->link);
	timer_set(&x->timer, 0);
	return 1;
}

static inline void
step(void *arg)
{
	struct end *x = arg;

	x->steps++;
	link_resume(x->link);
}

static inline size_t
on_bytes(void *arg, const char *p, size_t n)
{
	struct end *x = arg;
	struct err e = ERR_INIT;

	assert_int_equal(x->closed, 0);
	assert_true(n > 0 && n <= LINK_SLICE);
	x->calls++;
	switch (x->how) {
	case ECHO:
		buf_put(link_out(x->link), p, n);
		return collect(x, p, n);
	case COLLECT:
		return collect(x, p, n);
	case GREEDY:			/* much for each byte asked */
		for (size_t i = 0; i < n; i++)
			fill(x->link, 1000);
		return collect(x, p, n);
	case TLS_SERVER:
		return serve_tls(x, p, n);
	case TLS_CLIENT:
		return ask_tls(x, p, n);
	case STEPWISE:
		return stepwise(x, p);
	case ABORTS:
		x->in_call = true;
		err_set(&e, ERR_POLICY, "enough");
		link_abort(x->link, &e);
		link_abort(x->link, &e);
		link_close(x->link);
		buf_lit(link_out(x->link), "nowhere");
		x->in_call = false;
		return 0;
	}
	return n;
}

static inline void
on_connected(void *arg)
{
	struct end *x = arg;

	x->connected++;
}

static inline void
on_secured(void *arg)
{
	struct end *x = arg;

	x->secured++;
	assert_true(link_secure(x->link));
	if (x->how == TLS_CLIENT)
		buf_lit(link_out(x->link), "hello");
}

static inline void
on_drained(void *arg)
{
	struct end *x = arg;

	x->drained++;
	assert_false(link_congested(x->link));
}

static inline void
on_ended(void *arg)
{
	struct end *x = arg;

	x->ended++;
	if (x->how == ECHO)
		buf_lit(link_out(x->link), "!");
	link_close(x->link);
}

static inline void
on_closed(void *arg, const struct err *why)
{
	struct end *x = arg;

	assert_false(x->in_call);
	assert_int_equal(x->closed++, 0);
	x->why = *why;
	x->link = NULL;
	timer_stop(&x->timer);
}

static const struct link_ops ops = {
	.bytes = on_bytes, .connected = on_connected, .secured = on_secured,
	.drained = on_drained, .ended = on_ended, .closed = on_closed,
};
static const struct link_conf conf = { .ops = &ops, .ticket_ms = 1 };
static const struct link_conf asks = { .ops = &ops, .read_always = true };
static const struct link_conf small = { .ops = &ops, .linger_ms = 20,
	.out_max = 1024 * 1024 };

/* --- a world ------------------------------------------------------------- */

struct world {
	struct loop *loop;
	struct end a, b;
	int fds[2];			/* b's is for the test to use */
};

static inline void
end_init(struct end *x, struct world *w, struct tools *t, enum how how)
{
	x->loop = w->loop;
	x->tools = t;
	x->how = how;
	x->why = (struct err)ERR_INIT;
	buf_init(&x->in, 2 * BIG);
	timer_init(&x->timer, w->loop, step, x);
}

static inline void
begin(struct world *w, struct tools *t, enum how a, enum how b)
{
	*w = (struct world){ .loop = loop_new() };
	end_init(&w->a, w, t, a);
	end_init(&w->b, w, t, b);
	w->a.other = &w->b;
	w->b.other = &w->a;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0, w->fds), 0);
}

static inline void
finish(struct world *w)
{
	loop_free(w->loop);
	buf_free(&w->a.in);
	buf_free(&w->b.in);
}

/* Two links; a is the server's. */
static inline void
two_links(struct world *w, struct tls *a, struct tls *b, const char *name)
{
	w->a.link = link_new(w->loop, w->fds[0], &conf, &w->a, a, NULL);
	w->b.link = link_new(w->loop, w->fds[1], &asks, &w->b, b, name);
}

/* A link, and a raw peer in w->fds[1] that says this at first. */
static inline void
raw_peer(struct world *w, const struct link_conf *c, struct tls *a,
    const char *says)
{
	w->a.link = link_new(w->loop, w->fds[0], c, &w->a, a, NULL);
	assert_int_equal(write(w->fds[1], says, strlen(says)),
	    (ssize_t)strlen(says));
}

static inline void
assert_text(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, text);
}

/* --- the certificate of all these ---------------------------------------- */

static inline int
make_tools(void **state)
{
	static const char *const names[] = { "localhost", "server.example" };
	struct tools *t = mem_zero(sizeof *t);
	struct buf cert = BUF_INIT(65536), key = BUF_INIT(65536);
	const struct tls_trust trust = { .ca_file = t->cert };
	struct err e = ERR_INIT;

	snprintf(t->dir, sizeof t->dir, "/tmp/msg-link-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->cert, sizeof t->cert, "%s/cert.pem", t->dir);
	snprintf(t->key, sizeof t->key, "%s/key.pem", t->dir);
	assert_int_equal(tls_self_signed(&cert, &key, names, 2, &e), 0);
	assert_int_equal(fs_create(t->cert, cert.p, cert.n, 0644, &e), 0);
	assert_int_equal(fs_create(t->key, key.p, key.n, 0600, &e), 0);
	assert_int_equal(tls_server(&t->server, t->cert, t->key,
	    TLS_ALPN_XMPP, &e), 0);
	assert_int_equal(tls_client(&t->client, &trust, &e), 0);
	buf_free(&cert);
	buf_wipe(&key);
	*state = t;
	return 0;
}

static inline int
remove_tools(void **state)
{
	struct tools *t = *state;

	tls_unref(t->server);
	tls_unref(t->client);
	unlink(t->cert);
	unlink(t->key);
	rmdir(t->dir);
	free(t);
	return 0;
}

#endif
