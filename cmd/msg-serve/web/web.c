#include "web/web.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/server.h"
#include "net/worker.h"
#include "web/ws.h"

#define PUMP_SIZE	65536	/* bytes of a file at once */

/* --- time ---------------------------------------------------------------- */

/* Is the last request here already? */
static bool
deaf(const struct web *c)
{
	const struct exchange *x = c->first;

	while (x != NULL && !x->close)
		x = x->next;
	return c->ended || x != NULL;
}

/* The clock runs while something is wanted of the peer: a request, or the
 * rest of it, which cannot put it off. */
static void
set_timer(struct web *c)
{
	if (c->socket != NULL || deaf(c) ||
	    (c->first != NULL && http_idle(c->http)))
		timer_stop(&c->timer);
	else if (!timer_is_set(&c->timer))
		timer_set(&c->timer, c->worker->server->opt->request_ms);
}

/* A request came or an answer went: the time begins anew. */
static void
renew_timer(struct web *c)
{
	timer_stop(&c->timer);
	set_timer(c);
}

/* --- exchanges ----------------------------------------------------------- */

static struct exchange *
exchange_new(struct web *c, bool close)
{
	struct exchange *x = mem_zero(sizeof *x);

	x->number = ++c->exchanges;
	x->close = close;
	x->fd = -1;
	buf_init(&x->answer, c->worker->web_conf.out_max);
	*c->last = x;
	c->last = &x->next;
	c->waiting++;
	return x;
}

static void
drop_first(struct web *c)
{
	struct exchange *x = c->first;

	c->first = x->next;
	if (c->first == NULL)
		c->last = &c->first;
	c->waiting--;
	if (x->fd >= 0)
		close(x->fd);
	buf_free(&x->answer);
	free(x->origin);
	free(x);
}

static void
end_link(struct web *c)
{
	c->ended = true;
	timer_stop(&c->timer);
	link_close(c->link);
}

/* Send what is ready, in order, up to a file that has to be pumped. */
static void
advance(struct web *c)
{
	struct exchange *x;

	while ((x = c->first) != NULL && x->done && !c->ended) {
		buf_put(link_out(c->link), x->answer.p, x->answer.n);
		buf_free(&x->answer);
		if (x->fd >= 0) {
			loop_again(c->worker->loop, &c->pump);
			return;
		}
		if (x->close || c->worker->stopping)
			end_link(c);
		drop_first(c);
		renew_timer(c);
	}
	if (c->paused && c->waiting < WEB_PIPELINE) {
		c->paused = false;
		link_resume(c->link);
	}
}

/* A piece of the file whose turn it is.  It goes on in a later turn, or when
 * the peer has taken what there is. */
static void
pump(void *arg)
{
	struct web *c = arg;
	struct exchange *x = c->first;
	struct buf *out = link_out(c->link);
	size_t want = x->left < PUMP_SIZE ? (size_t)x->left : PUMP_SIZE;
	char *to = buf_room(out, want);
	ssize_t n = to == NULL ? -1 : read(x->fd, to, want);
	struct err e = ERR_INIT;

	if (n <= 0 && want > 0) {	/* shorter than its length said */
		err_set(&e, ERR_SYSTEM, "a file ended early");
		c->ended = true;
		link_abort(c->link, &e);
		return;
	}
	out->n += (size_t)(want > 0 ? n : 0);
	x->left -= (uint64_t)(want > 0 ? n : 0);
	timer_set(&c->timer, c->worker->server->opt->request_ms);
	if (x->left == 0) {
		close(x->fd);
		x->fd = -1;
		advance(c);
	} else if (!link_congested(c->link)) {
		loop_again(c->worker->loop, &c->pump);
	}
}

/* --- answers ------------------------------------------------------------- */

/* When it is x's turn the answer needs no detour. */
static struct buf *
place(struct web *c, struct exchange *x)
{
	return x == c->first ? link_out(c->link) : &x->answer;
}

struct buf *
web_begin(struct web *c, struct exchange *x, int status, const char *type)
{
	struct buf *b = place(c, x);

	http_put_status(b, status);
	if (type != NULL)
		http_put(b, "Content-Type", type);
	if (x->origin != NULL) {
		http_put(b, "Access-Control-Allow-Origin", x->origin);
		http_put(b, "Vary", "Origin");
	}
	return b;
}

void
web_end(struct web *c, struct exchange *x, const void *p, size_t n)
{
	struct buf *b = place(c, x);

	http_put_end(b, n, x->close);
	if (!x->head)
		buf_put(b, p, n);
	x->done = true;
	advance(c);
}

void
web_end_file(struct web *c, struct exchange *x, int fd, uint64_t n)
{
	http_put_end(place(c, x), n, x->close);
	if (x->head || n == 0) {
		close(fd);
	} else {
		x->fd = fd;
		x->left = n;
	}
	x->done = true;
	advance(c);
}

void
web_say(struct web *c, struct exchange *x, int status, const char *text)
{
	struct buf b = BUF_INIT(ERR_TEXT_MAX + 2);

	buf_printf(&b, "%s\n", text);
	web_begin(c, x, status, "text/plain; charset=utf-8");
	web_end(c, x, b.p, b.n);
	buf_free(&b);
}

struct web_ticket
web_ticket(const struct web *c, const struct exchange *x)
{
	return (struct web_ticket){ c->worker, c->number, x->number };
}

static void
answer_here(const struct web_ticket *t, int status, const char *type,
    const void *p, size_t n)
{
	struct web *c = map_get(&t->worker->webs, &t->web, sizeof t->web);
	struct exchange *x = c == NULL ? NULL : c->first;

	while (x != NULL && x->number != t->exchange)
		x = x->next;
	if (x == NULL || x->done)
		return;
	web_begin(c, x, status, type);
	web_end(c, x, p, n);
}

struct reply {
	struct mail mail;
	struct web_ticket to;
	int status;
	const char *type;
	size_t n;
	char bytes[];
};

static void
deliver(struct mail *m)
{
	struct reply *r = (struct reply *)m;

	answer_here(&r->to, r->status, r->type, r->bytes, r->n);
	free(r);
}

void
web_answer(struct worker *self, const struct web_ticket *t, int status,
    const char *type, const void *p, size_t n)
{
	struct reply *r;

	if (t->worker == self) {
		answer_here(t, status, type, p, n);
		return;
	}
	r = mem_alloc(sizeof *r + n);
	r->mail.fn = deliver;
	r->to = *t;
	r->status = status;
	r->type = type;
	r->n = n;
	if (n > 0)
		memcpy(r->bytes, p, n);
	mailbox_post(t->worker->box, &r->mail);
}

/* --- requests ------------------------------------------------------------ */

/* A request that is none: its answer is the last. */
static void
refuse(struct web *c, int status, const char *text)
{
	timer_stop(&c->timer);
	web_say(c, exchange_new(c, true), status, text);
}

/* Its body is still to come: shall it? */
static void
on_head(struct web *c)
{
	const struct http_request *r = http_request(c->http);

	if (!web_takes_body(r))
		refuse(c, 413, "a body is not wanted here");
	else if (r->expect && c->first == NULL)
		buf_lit(link_out(c->link), "HTTP/1.1 100 Continue\r\n\r\n");
}

static void
on_request(struct web *c)
{
	const struct http_request *r = http_request(c->http);
	struct exchange *x = exchange_new(c, r->close ||
	    c->worker->stopping);

	x->head = str_is(r->method, "HEAD");
	web_route(c, x, r);
	if (c->socket != NULL) {
		http_free(c->http);
		c->http = NULL;
		drop_first(c);
		timer_stop(&c->timer);
		return;
	}
	http_next(c->http);
	renew_timer(c);
}

static size_t
on_bytes(void *arg, const char *p, size_t n)
{
	struct web *c = arg;
	struct err e = ERR_INIT;
	size_t done = 0, used;
	int rc;

	while (done < n && c->socket == NULL) {
		if (deaf(c))
			return n;
		if (c->waiting >= WEB_PIPELINE) {
			c->paused = true;
			link_pause(c->link);
			return done;
		}
		rc = http_feed(c->http, p + done, n - done, &used, &e);
		done += used;
		if (rc < 0)
			refuse(c, http_status(c->http), e.text);
		else if (rc == HTTP_HEAD)
			on_head(c);
		else if (rc == HTTP_WHOLE)
			on_request(c);
	}
	if (c->socket != NULL)
		return done + (done == n ? 0 :
		    websocket_bytes(c->socket, p + done, n - done));
	set_timer(c);
	return n;
}

/* --- a connection's life ------------------------------------------------- */

static void
on_timer(void *arg)
{
	struct web *c = arg;
	struct err e = ERR_INIT;

	if (c->first != NULL && c->first->fd >= 0) {
		err_set(&e, ERR_NO_ANSWER, "the peer does not take a file");
		c->ended = true;
		link_abort(c->link, &e);
	} else if (c->http != NULL && !http_idle(c->http)) {
		refuse(c, 408, "the request took too long");
	} else {
		end_link(c);
	}
}

/* The peer sends no more; what it asked for is still answered. */
static void
on_ended(void *arg)
{
	struct web *c = arg;
	struct exchange *x = c->first;

	if (c->socket != NULL) {
		websocket_ended(c->socket);
	} else if (x == NULL) {
		end_link(c);
	} else {
		while (x->next != NULL)
			x = x->next;
		x->close = true;
	}
}

static void
on_drained(void *arg)
{
	struct web *c = arg;

	if (c->socket != NULL)
		websocket_drained(c->socket);
	else if (c->first != NULL && c->first->done && c->first->fd >= 0)
		loop_again(c->worker->loop, &c->pump);
}

static void
on_closed(void *arg, const struct err *why)
{
	struct web *c = arg;
	struct worker *w = c->worker;

	if (why->code != ERR_OK)
		log_event(&w->server->log, LOG_LEVEL_DEBUG, "connection lost",
		    "peer", c->peer.text, "why", why->text, NULL);
	timer_stop(&c->timer);
	loop_task_cancel(w->loop, &c->pump);
	websocket_free(c->socket);
	while (c->first != NULL)
		drop_first(c);
	http_free(c->http);
	map_del(&w->webs, &c->number, sizeof c->number);
	admission_leave(w->server, &c->peer);
	free(c);
	worker_left(w);
}

const struct link_ops web_link_ops = {
	.bytes = on_bytes, .drained = on_drained, .ended = on_ended,
	.closed = on_closed,
};

/* Into a worker. */
static void
enter(struct web *c, struct worker *w)
{
	c->worker = w;
	c->number = ++w->last_web;
	timer_init(&c->timer, w->loop, on_timer, c);
	map_set(&w->webs, &c->number, sizeof c->number, c);
	worker_came(w);
}

bool
web_leave(struct web *c)
{
	if (!link_leave(c->link))
		return false;
	map_del(&c->worker->webs, &c->number, sizeof c->number);
	return true;
}

void
web_join(struct web *c, struct worker *w)
{
	enter(c, w);
	link_join(c->link, w->loop, &w->web_conf);
}

void
web_accept(struct worker *w, int fd, const struct peer *peer,
    struct tls *tls, bool metrics)
{
	struct web *c = mem_zero(sizeof *c);

	c->metrics = metrics;
	c->peer = *peer;
	c->http = http_new(&w->http_limits);
	c->last = &c->first;
	c->pump = (struct loop_task)LOOP_TASK(pump, c);
	enter(c, w);
	c->link = link_new(w->loop, fd, &w->web_conf, c, tls, NULL);
	set_timer(c);
}

void
web_stop(struct worker *w)
{
	struct web *c;
	size_t at = 0;

	while ((c = map_next(&w->webs, &at, NULL, NULL)) != NULL)
		if (c->socket == NULL && c->first == NULL)
			end_link(c);
}

void
web_cut(struct worker *w)
{
	struct web *c;
	struct err e = ERR_INIT;
	size_t at = 0;

	err_set(&e, ERR_CONNECT, "cut off");
	while ((c = map_next(&w->webs, &at, NULL, NULL)) != NULL)
		if (c->socket == NULL)
			link_abort(c->link, &e);
}
