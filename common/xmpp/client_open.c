#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "xmpp/client_aside.h"
#include "xmpp/client_int.h"

#define TEXT_MAX	1024	/* bytes of what a step is told with */

/* --- one address --------------------------------------------------------- */

/* Wait for the peer or for the caller's wake_fd until then. */
static int
wait_peer(struct client *c, int64_t until_us, struct err *e)
{
	bool connecting = c->state == CLIENT_CONNECTING;
	struct pollfd p[] = {
		{ .fd = c->fd, .events = connecting ? POLLOUT :
		    client_events(c) },
		{ .fd = c->o->wake_fd, .events = POLLIN },
	};
	int n = poll(p, 2, clock_ms_until(until_us));

	if (p[1].revents != 0)
		return err_set(e, ERR_CONNECT, "interrupted");
	if (n == 0)
		return err_set(e, ERR_CONNECT, "no %s from '%s' in time; "
		    "--connect-timeout allows more", connecting ?
		    "connection" : "answer", c->host.text);
	return 0;
}

/* Until it is at least in that state. */
static int
reach(struct client *c, enum client_state state, int64_t until_us,
    struct err *e)
{
	while (!c->failed && c->state < state) {
		if (wait_peer(c, until_us, e) < 0)
			return -1;
		client_note_errno(c);
		client_run(c);
	}
	return c->failed || c->state == CLIENT_OVER ?
	    client_why_over(c, e) : 0;
}

/* --- one host ------------------------------------------------------------ */

static void
tell_host(struct client *c)
{
	struct buf b = BUF_INIT(TEXT_MAX);

	buf_printf(&b, "%s%s:", c->host.text, c->host.by_srv ? " by SRV" :
	    "");
	for (size_t i = 0; i < c->host.addresses; i++)
		buf_printf(&b, " %s", c->host.address[i]);
	client_told(c, CLIENT_RESOLVED, buf_cstr(&b));
	buf_free(&b);
}

static bool
woken(const struct client *c)
{
	struct pollfd p = { .fd = c->o->wake_fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* The part of the time that is left for one of so many tries. */
static int64_t
share(const struct client *c, size_t tries)
{
	int64_t now = clock_mono_us();

	return c->deadline_us == INT64_MAX ? INT64_MAX :
	    now + (c->deadline_us - now) / (int64_t)tries;
}

struct lookup {
	struct client_host host;
	struct err e;
	int rc;
};

static void
look_up(void *arg)
{
	struct lookup *l = arg;

	l->rc = client_host_resolve(&l->host, &l->e);
}

static int
not_in_time(struct client *c, struct err *e)
{
	return woken(c) ? err_set(e, ERR_CONNECT, "interrupted") :
	    err_set(e, ERR_CONNECT, "cannot resolve '%s': no answer in time; "
	    "--connect-timeout allows more, --server HOST:PORT says where the "
	    "server is", c->host.name);
}

static int
resolve(struct client *c, struct err *e)
{
	struct lookup *l;
	int rc;

	if (client_host_numeric(&c->host))
		return 0;
	l = mem_zero(sizeof *l);
	l->host = c->host;
	if (!client_aside(look_up, free, l, c->deadline_us, c->o->wake_fd))
		return not_in_time(c, e);
	c->host = l->host;
	*e = l->e;
	rc = l->rc;
	free(l);
	return rc;
}

/* One address after the other until TCP is there; what fails after that has
 * reached the server, and no other address would change it. */
static int
open_host(struct client *c, size_t hosts_left, struct err *e)
{
	size_t n;

	if (resolve(c, e) < 0)
		return -1;
	tell_host(c);
	n = c->host.addresses;
	for (size_t i = 0; i < n && c->reached < CLIENT_NEGOTIATING; i++) {
		err_clear(e);
		client_attempt(c, c->host.address[i]);
		if (reach(c, CLIENT_NEGOTIATING, share(c, n - i + hosts_left),
		    e) < 0 && (c->reached >= CLIENT_NEGOTIATING || woken(c)))
			return -1;
	}
	return c->reached < CLIENT_NEGOTIATING ? -1 :
	    reach(c, CLIENT_READY, c->deadline_us, e);
}

/* --- all of them --------------------------------------------------------- */

static bool
is_address(struct str domain)
{
	return domain.n > 0 && (memchr(domain.p, ':', domain.n) != NULL ||
	    strspn(domain.p, "0123456789.") >= domain.n);
}

struct records {
	struct client_srv list[CLIENT_SRV_MAX];
	size_t n;
	char domain[CLIENT_HOST_MAX];
	int want;
	int64_t timeout_ms;
};

static void
find_records(void *arg)
{
	struct records *r = arg;

	r->n = client_srv_find(r->list, r->domain, r->want, r->timeout_ms);
}

/* RFC 6120 3.2.1: SRV where the address is not given.  What the DNS does not
 * say in time is not there: the domain itself is tried then. */
static size_t
find_srv(struct client *c, struct client_srv list[CLIENT_SRV_MAX])
{
	int want = c->o->security == CLIENT_DIRECT_TLS ? CLIENT_SRV_DIRECT :
	    c->o->security == CLIENT_PLAINTEXT ? CLIENT_SRV_STARTTLS :
	    CLIENT_SRV_STARTTLS | CLIENT_SRV_DIRECT;
	struct records *r;
	size_t n;

	if (c->o->server != NULL || is_address(c->auth.domain) ||
	    c->auth.domain.n >= CLIENT_HOST_MAX)
		return 0;
	r = mem_zero(sizeof *r);
	memcpy(r->domain, c->auth.domain.p, c->auth.domain.n);
	r->want = want;
	r->timeout_ms = c->o->timeout_ms;
	if (!client_aside(find_records, free, r, share(c, 2),
	    c->o->wake_fd))
		return 0;
	n = r->n;
	memcpy(list, r->list, sizeof r->list);
	free(r);
	return n;
}

static int
open_all(struct client *c, struct err *e)
{
	struct client_srv list[CLIENT_SRV_MAX];
	size_t n = find_srv(c, list);
	int rc = -1;

	if (n == 0) {
		if (client_host_init(&c->host, c->o->server, c->auth.domain,
		    c->o->security == CLIENT_DIRECT_TLS, e) < 0)
			return -1;
		return open_host(c, 0, e);
	}
	for (size_t i = 0; i < n && rc < 0; i++) {
		err_clear(e);
		client_host_srv(&c->host, &list[i]);
		rc = open_host(c, n - i - 1, e);
		if (rc < 0 && (c->reached >= CLIENT_NEGOTIATING || woken(c)))
			break;
	}
	return rc;
}

static int
check_files(const struct client_options *o, struct err *e)
{
	if (o->cacert != NULL && peer_check_cacert(o->cacert, e) < 0)
		return -1;
	return o->cert == NULL ? 0 : peer_check_key(o->cert, o->key, e);
}

int
client_open(struct client **out, const struct client_options *o,
    struct err *e)
{
	struct client *c = mem_zero(sizeof *c);

	*out = NULL;
	c->o = o;
	c->fd = -1;
	c->deadline_us = o->timeout_ms <= 0 ? INT64_MAX :
	    clock_mono_us() + 1000 * o->timeout_ms;
	c->pool = stream_pool_new();
	buf_init(&c->out, CLIENT_OUT_MAX);
	if (auth_init(&c->auth, o->jid, o->password, o->cert != NULL,
	    e) == 0 && check_files(o, e) == 0 &&
	    open_all(c, e) == 0) {
		*out = c;
		return 0;
	}
	c->failed = true;
	client_close(c);
	return -1;
}
