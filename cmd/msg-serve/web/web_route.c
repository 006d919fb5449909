#include <string.h>

#include "base/mem.h"
#include "io/ws.h"
#include "net/server.h"
#include "net/worker.h"
#include "web/bosh.h"
#include "web/files.h"
#include "web/prometheus.h"
#include "web/web.h"
#include "web/web_meta.h"
#include "web/web_origin.h"
#include "web/ws.h"

enum route { ROUTE_FILE, ROUTE_BOSH, ROUTE_SOCKET, ROUTE_META_XML,
	ROUTE_META_JSON };

static const struct {
	const char *path;
	enum route route;
} routes[] = {
	{ "/http-bind", ROUTE_BOSH },
	{ "/http-bind/", ROUTE_BOSH },
	{ "/bosh/http-bind", ROUTE_BOSH },
	{ "/bosh/http-bind/", ROUTE_BOSH },
	{ "/xmpp-websocket", ROUTE_SOCKET },
	{ "/xmpp-websocket/", ROUTE_SOCKET },
	{ "/.well-known/host-meta", ROUTE_META_XML },
	{ "/.well-known/host-meta.json", ROUTE_META_JSON },
	{ NULL, ROUTE_FILE }
};

static enum route
find(struct str path)
{
	size_t i = 0;

	while (routes[i].path != NULL && !str_is(path, routes[i].path))
		i++;
	return routes[i].route;
}

bool
web_takes_body(const struct http_request *r)
{
	return find(r->path) == ROUTE_BOSH && str_is(r->method, "POST");
}

/* What a browser asks before it lets a page of another origin POST. */
static void
preflight(struct web *c, struct exchange *x)
{
	struct buf *b = web_begin(c, x, 200, NULL);

	http_put(b, "Access-Control-Allow-Methods", "POST, OPTIONS");
	http_put(b, "Access-Control-Allow-Headers", "Content-Type");
	http_put(b, "Access-Control-Max-Age", "600");
	web_end(c, x, NULL, 0);
}

static void
wrong_method(struct web *c, struct exchange *x, const char *allow)
{
	http_put(web_begin(c, x, 405, NULL), "Allow", allow);
	web_end(c, x, NULL, 0);
}

static void
socket_route(struct web *c, struct exchange *x, const struct http_request *r)
{
	struct err e = ERR_INIT;
	struct buf *b;
	int status = 400;

	if (c->first != x)
		err_set(&e, ERR_SYNTAX, "a WebSocket is asked for behind "
		    "requests without an answer");
	else
		status = ws_accept(link_out(c->link), r, "xmpp", &e);
	if (status == 0) {
		c->socket = websocket_new(c);
		return;
	}
	b = web_begin(c, x, status, "text/plain; charset=utf-8");
	if (status == 426) {
		http_put(b, "Upgrade", "websocket");
		http_put(b, "Sec-WebSocket-Version", "13");
	}
	web_end(c, x, e.text, strlen(e.text));
}

static void
bosh_route(struct web *c, struct exchange *x, const struct http_request *r)
{
	if (str_is(r->method, "POST"))
		bosh_request(c, x, r);
	else if (str_is(r->method, "OPTIONS"))
		preflight(c, x);
	else if (str_is(r->method, "GET") || x->head)
		web_say(c, x, 200, "BOSH is spoken here: POST (XEP-0124)");
	else
		wrong_method(c, x, "POST, OPTIONS, GET, HEAD");
}

void
web_route(struct web *c, struct exchange *x, const struct http_request *r)
{
	const struct serve_options *opt = c->worker->server->opt;
	enum route route = find(r->path);
	struct str from;
	enum origin origin = origin_check(r, link_secure(c->link),
	    opt->domain, &opt->origins, &from);

	if (c->metrics) {
		prometheus_answer(c, x, r);
		return;
	}
	if (origin == ORIGIN_FOREIGN &&
	    (route == ROUTE_SOCKET || route == ROUTE_BOSH)) {
		web_say(c, x, 403, "this origin may not connect: --origin of "
		    "msg-serve");
		return;
	}
	if (origin == ORIGIN_LISTED)
		x->origin = mem_strn(from.p, from.n);
	if (route == ROUTE_SOCKET)
		socket_route(c, x, r);
	else if (route == ROUTE_BOSH)
		bosh_route(c, x, r);
	else if (!str_is(r->method, "GET") && !x->head)
		wrong_method(c, x, "GET, HEAD");
	else if (route == ROUTE_FILE)
		files_answer(c, x, r);
	else
		web_meta_answer(c, x, r, route == ROUTE_META_JSON);
}
