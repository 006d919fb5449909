#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

/*
 * A stream over BOSH (XEP-0124, XEP-0206), one HTTP request at a time: what
 * is to be said waits for the answer to the last one and goes together.  A
 * request with nothing in it is made only while somebody waits for an answer.
 */
#define HEAD_MAX	8192

static void
fail(struct bot *b, const char *why)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_CONNECT, "connection %u: BOSH: %s", b->number, why);
	load_fail(b->load, &e);
}

void
bosh_init(struct bosh *s)
{
	*s = (struct bosh){ .rid = 1000000, .body = BUF_INIT(LINK_OUT_MAX),
	    .head = BUF_INIT(HEAD_MAX) };
}

void
bosh_free(struct bosh *s)
{
	buf_free(&s->body);
	buf_free(&s->head);
}

/* --- out ----------------------------------------------------------------- */

static void
put_attrs(struct bot *b, struct buf *tag, const char *more)
{
	struct bosh *s = &b->bosh;

	buf_printf(tag, "<body xmlns='" NS_BOSH "' xmlns:xmpp='" NS_XBOSH
	    "' rid='%llu' %s", (unsigned long long)s->rid++, more);
	if (s->sid[0] != '\0') {
		xml_attr(tag, "sid", s->sid);
	} else {
		buf_lit(tag, " content='text/xml; charset=utf-8' hold='1' "
		    "wait='60' ver='1.6' xml:lang='en' xmpp:version='1.0'");
		xml_attr(tag, "to", b->load->opt.domain);
	}
	if (s->restart)
		buf_lit(tag, " xmpp:restart='true'");
	s->restart = false;
	buf_putc(tag, '>');
}

/* more: attributes of the <body/>. */
static void
post(struct bot *b, const char *more)
{
	struct bosh *s = &b->bosh;
	struct buf tag = BUF_INIT(4096), *out = link_out(b->link);

	put_attrs(b, &tag, more);
	buf_printf(out, "POST /http-bind HTTP/1.1\r\nHost: %s\r\n"
	    "Content-Type: text/xml; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n\r\n", b->load->opt.domain,
	    tag.n + s->body.n + 7);
	buf_put(out, tag.p, tag.n);
	buf_put(out, s->body.p, s->body.n);
	buf_lit(out, "</body>");
	buf_free(&tag);
	buf_reset(&s->body);
	s->asked = true;
}

void
bosh_hello(struct bot *b)
{
	b->bosh.restart = b->bosh.sid[0] != '\0';
	bosh_send(b);
}

void
bosh_send(struct bot *b)
{
	b->bosh.waiting++;
	if (!b->bosh.asked)
		post(b, "");
}

void
bosh_close(struct bot *b)
{
	buf_reset(&b->bosh.body);
	if (!b->bosh.asked)
		post(b, "type='terminate'");
}

/* --- in ------------------------------------------------------------------ */

/* The head of an answer is all there: how long is what follows? */
static void
on_head(struct bot *b)
{
	static const char ok[] = "HTTP/1.1 200", name[] = "content-length:";
	struct bosh *s = &b->bosh;
	const char *p = buf_cstr(&s->head);

	if (strncmp(p, ok, sizeof ok - 1) != 0) {
		fail(b, p);
		return;
	}
	while ((p = strchr(p, '\n')) != NULL &&
	    strncasecmp(++p, name, sizeof name - 1) != 0)
		;
	if (p == NULL)
		fail(b, "an answer without its length");
	else
		s->left = strtoull(p + sizeof name - 1, NULL, 10);
}

static size_t
take_head(struct bot *b, const char *p, size_t n)
{
	struct bosh *s = &b->bosh;

	for (size_t i = 0; i < n; i++) {
		buf_putc(&s->head, p[i]);
		if (s->head.n < 4 ||
		    memcmp(s->head.p + s->head.n - 4, "\r\n\r\n", 4) != 0)
			continue;
		on_head(b);
		buf_reset(&s->head);
		return i + 1;
	}
	if (buf_full(&s->head))
		fail(b, "the head of an answer is too long");
	return n;
}

void
bosh_bytes(struct bot *b, const char *p, size_t n, web_fn *fn)
{
	struct bosh *s = &b->bosh;
	const char *end = p + n;
	size_t part;

	while (p < end && !b->load->failed) {
		if (s->left == 0)
			p += take_head(b, p, (size_t)(end - p));
		part = (size_t)(end - p) < s->left ? (size_t)(end - p) :
		    s->left;
		s->left -= part;
		if (part > 0)
			fn(b, p, part);
		p += part;
		if (s->left > 0 || s->head.n > 0 || b->step >= BOT_ENDING)
			continue;
		s->asked = false;
		if (s->waiting > 0)
			post(b, "");
	}
}

/* The session's name is in the first answer. */
bool
bosh_body(struct bot *b, const struct stanza *body)
{
	struct bosh *s = &b->bosh;
	const char *sid = stanza_attr(body, "sid");
	const char *type = stanza_attr(body, "type");
	const char *why = stanza_attr(body, "condition");

	if (type != NULL && strcmp(type, "terminate") == 0) {
		fail(b, why != NULL ? why : "the server ended the session");
		return false;
	}
	if (s->sid[0] == '\0' && sid != NULL) {
		snprintf(s->sid, sizeof s->sid, "%s", sid);
	}
	return true;
}
