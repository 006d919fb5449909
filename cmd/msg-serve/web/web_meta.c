#include "web/web_meta.h"

#include <string.h>

#include "base/json.h"
#include "net/server.h"
#include "net/worker.h"
#include "web/web_origin.h"
#include "xmpp/xml.h"

#define TEXT_MAX	4096
#define ALT		"urn:xmpp:alt-connections:"

struct links {
	struct buf text;
	bool json;
	size_t count;
};

static void
add(struct links *l, const char *rel, const char *scheme, const char *host,
    const char *path)
{
	struct buf href = BUF_INIT(1024);

	buf_printf(&href, "%s://%s%s", scheme, host, path);
	if (l->json) {
		buf_printf(&l->text, "%s{\"rel\":\"" ALT "%s\",\"href\":",
		    l->count > 0 ? "," : "", rel);
		json_put_string(&l->text, href.p, href.n);
		buf_putc(&l->text, '}');
	} else {
		buf_printf(&l->text, "<Link rel=\"" ALT "%s\"", rel);
		xml_attr(&l->text, "href", buf_cstr(&href));
		buf_lit(&l->text, "/>");
	}
	l->count++;
	buf_free(&href);
}

static void
add_both(struct links *l, bool secure, const char *host)
{
	add(l, "websocket", secure ? "wss" : "ws", host, "/xmpp-websocket");
	add(l, "xbosh", secure ? "https" : "http", host, "/http-bind");
}

static void
add_all(struct links *l, struct web *c, struct str asked)
{
	const struct server *s = c->worker->server;
	const char *https = server_address(s, LISTEN_HTTPS);
	struct str name = origin_host(asked);
	struct buf host = BUF_INIT(1024);

	buf_put(&host, asked.p, asked.n);
	if (link_secure(c->link)) {
		add_both(l, true, buf_cstr(&host));
	} else {
		if (s->opt->plaintext && c->peer.loopback)
			add_both(l, false, buf_cstr(&host));
		buf_reset(&host);
		buf_put(&host, name.p, name.n);
		if (https != NULL) {
			buf_puts(&host, strrchr(https, ':'));
			add_both(l, true, buf_cstr(&host));
		}
	}
	buf_free(&host);
}

void
web_meta_answer(struct web *c, struct exchange *x,
    const struct http_request *r, bool json)
{
	struct links l = { .text = BUF_INIT(TEXT_MAX), .json = json };

	buf_puts(&l.text, json ? "{\"links\":[" : "<?xml version=\"1.0\" "
	    "encoding=\"UTF-8\"?>\n<XRD xmlns=\""
	    "http://docs.oasis-open.org/ns/xri/xrd-1.0\">");
	if (r->host.n > 0)
		add_all(&l, c, r->host);
	buf_puts(&l.text, json ? "]}\n" : "</XRD>\n");
	if (l.count == 0) {
		web_say(c, x, 404, "there is no secure way in");
	} else {
		web_begin(c, x, 200, json ? "application/json" :
		    "application/xrd+xml");
		web_end(c, x, l.text.p, l.text.n);
	}
	buf_free(&l.text);
}
