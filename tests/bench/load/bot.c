#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "load.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

static void
fail(struct bot *b, const struct err *e)
{
	struct err why = *e;

	err_prefix(&why, "connection %u", b->number);
	load_fail(b->load, &why);
}

static void
refused(struct bot *b, const struct stanza *st)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(ERR_TEXT_MAX);

	stanza_write(&text, st, NS_CLIENT);
	err_set(&e, ERR_REFUSED, "the server says %s", buf_cstr(&text));
	buf_free(&text);
	fail(b, &e);
}

/* --- a message ----------------------------------------------------------- */

size_t
bot_begin(struct bot *b)
{
	return b->load->way == WAY_WEBSOCKET ? web_begin(b) : 0;
}

struct buf *
bot_out(struct bot *b)
{
	return b->load->way == WAY_BOSH ? &b->bosh.body : link_out(b->link);
}

void
bot_send(struct bot *b, size_t from)
{
	if (b->load->way == WAY_WEBSOCKET)
		web_end(b, from);
	else if (b->load->way == WAY_BOSH)
		bosh_send(b);
}

/* --- login --------------------------------------------------------------- */

static void
send_header(struct bot *b)
{
	size_t at = bot_begin(b);
	struct buf *out = bot_out(b);

	if (b->load->way == WAY_BOSH) {
		bosh_hello(b);
		return;
	}
	if (b->load->way == WAY_WEBSOCKET)
		buf_lit(out, "<open version='1.0' xmlns='" NS_FRAMING "'");
	else
		buf_lit(out, "<?xml version='1.0'?><stream:stream "
		    "version='1.0' xmlns='" NS_CLIENT "' xmlns:stream='"
		    NS_STREAM "'");
	xml_attr(out, "to", b->load->opt.domain);
	buf_puts(out, b->load->way == WAY_WEBSOCKET ? "/>" : ">");
	bot_send(b, at);
}

static bool
offered(const struct stanza *mechanisms, const char *name)
{
	const struct stanza *m;

	for (m = stanza_first(mechanisms); m != NULL; m = stanza_next(m))
		if (str_is(stanza_text(m), name))
			return true;
	return false;
}

/* Without channel binding: all servers are to do the same work. */
static const struct sasl_mech *
choose(const struct bot *b, const struct stanza *mechanisms)
{
	const char *want = b->load->opt.mech;
	const struct sasl_mech *m;

	for (m = sasl_mechs; m->name != NULL; m++)
		if (want != NULL ? strcmp(m->name, want) == 0 :
		    m->kind == SASL_SCRAM && !m->plus &&
		    offered(mechanisms, m->name))
			return m;
	return sasl_mech("PLAIN");
}

static void
put64(struct bot *b, const char *open, struct buf *data, const char *close)
{
	struct buf *out = bot_out(b);

	buf_puts(out, open);
	base64_put(out, data->p, data->n);
	buf_puts(out, close);
	buf_free(data);
}

static void
authenticate(struct bot *b, const struct stanza *mechanisms)
{
	struct buf data = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct load *l = b->load;
	struct err e = ERR_INIT;
	size_t at;

	b->mech = choose(b, mechanisms);
	b->step = BOT_AUTH;
	if (b->mech->kind == SASL_PLAIN) {
		sasl_plain_write(&data, NULL, b->user, &l->password);
	} else if (scram_client_init(&b->scram, b->mech, b->user, NULL,
	    &l->password, NULL, false, &e) < 0 ||
	    scram_client_first(&b->scram, &data, &e) < 0) {
		fail(b, &e);
		return;
	}
	b->scram.kept = &l->salted[l->opt.users == 0 ? 0 :
	    b->number % l->opt.users];
	at = bot_begin(b);
	buf_printf(bot_out(b), "<auth xmlns='" NS_SASL
	    "' mechanism='%s'>", b->mech->name);
	put64(b, "", &data, "</auth>");
	bot_send(b, at);
}

static void
answer(struct bot *b, const struct stanza *challenge)
{
	struct buf in = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct buf data = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct str text = stanza_text(challenge);
	struct err e = ERR_INIT;
	size_t at;

	if (base64_get(&in, text.p, text.n, &e) < 0 ||
	    scram_client_final(&b->scram, in.p, in.n, &data, &e) < 0) {
		fail(b, &e);
	} else {
		at = bot_begin(b);
		put64(b, "<response xmlns='" NS_SASL "'>", &data,
		    "</response>");
		bot_send(b, at);
	}
	buf_free(&in);
	buf_free(&data);
}

static void
succeed(struct bot *b, const struct stanza *success)
{
	struct buf in = BUF_INIT(SCRAM_MESSAGE_MAX);
	struct str text = stanza_text(success);
	struct err e = ERR_INIT;

	if (b->mech->kind == SASL_SCRAM &&
	    (base64_get(&in, text.p, text.n, &e) < 0 ||
	    scram_client_verify(&b->scram, in.p, in.n, &e) < 0))
		fail(b, &e);
	buf_free(&in);
	b->step = BOT_BIND;
	if (b->load->way == WAY_TCP)
		stream_restart(b->stream);
	send_header(b);
}

static void
features(struct bot *b, const struct stanza *st)
{
	const struct stanza *m = stanza_child(st, "mechanisms", NS_SASL);
	const char *tls = b->load->opt.tls;
	size_t at;

	if (b->step == BOT_BIND) {
		at = bot_begin(b);
		buf_printf(bot_out(b), "<iq type='set' id='bind'>"
		    "<bind xmlns='" NS_BIND "'><resource>load-%u</resource>"
		    "</bind></iq>", b->number);
		bot_send(b, at);
	} else if (!link_secure(b->link) &&
	    strcmp(tls, "starttls") == 0) {
		buf_lit(link_out(b->link), "<starttls xmlns='" NS_TLS "'/>");
	} else if (m != NULL) {
		authenticate(b, m);
	} else {
		refused(b, st);
	}
}

/* What is in one <body/>. */
static int on_stanza(void *arg, struct stanza *st);

static int
on_body(struct bot *b, struct stanza *body)
{
	struct stanza *st;

	if (!bosh_body(b, body))
		return 1;
	for (st = stanza_first(body); st != NULL; st = stanza_next(st)) {
		b->bosh.waiting -= b->bosh.waiting > 0;
		on_stanza(b, st);
	}
	return b->step >= BOT_READY;
}

static int
on_stanza(void *arg, struct stanza *st)
{
	struct bot *b = arg;

	if (stanza_is(st, "open", NS_FRAMING)) {
		return 0;
	} else if (stanza_is(st, "body", NS_BOSH)) {
		return on_body(b, st);
	} else if (stanza_is(st, "features", NS_STREAM)) {
		features(b, st);
	} else if (stanza_is(st, "proceed", NS_TLS)) {
		b->step = BOT_TLS;
		stream_restart(b->stream);
		link_starttls(b->link, b->load->tls, NULL);
	} else if (stanza_is(st, "challenge", NS_SASL)) {
		answer(b, st);
	} else if (stanza_is(st, "success", NS_SASL)) {
		succeed(b, st);
	} else if (b->step == BOT_BIND && stanza_is(st, "iq", NS_CLIENT) &&
	    strcmp(stanza_attr(st, "type"), "result") == 0) {
		b->step = BOT_READY;
		b->ops->ready(b);
	} else {
		refused(b, st);
	}
	return b->step == BOT_TLS || b->step >= BOT_READY;
}

static int
on_close(void *arg)
{
	struct bot *b = arg;
	struct err e = ERR_INIT;

	err_set(&e, ERR_CONNECT, "the server ended the stream");
	fail(b, &e);
	return 1;
}

static const struct stream_ops stream_ops = {
	.stanza = on_stanza, .close = on_close,
};

/* --- the connection ------------------------------------------------------ */

/* One that nobody waits for, as an event, is no iq. */
static void
on_answer(void *arg, const struct answer *item, const char *p, size_t n)
{
	struct bot *b = arg;

	b->bosh.waiting -= item->kind == 'i' && b->bosh.waiting > 0;
	b->ops->item(b, item, p, n);
}

static size_t
on_payload(struct bot *b, const char *p, size_t n)
{
	struct err e = ERR_INIT;
	size_t used = 0;

	if (b->step < BOT_READY) {
		if (stream_feed(b->stream, p, n, &used, &e) < 0) {
			fail(b, &e);
			return n;
		}
		if (b->step < BOT_READY)
			return used;
	}
	if (b->step == BOT_READY)
		answers_feed(&b->answers, p + used, n - used, on_answer, b);
	return n;
}

static void
on_message(struct bot *b, const char *p, size_t n)
{
	if (n == 0)
		send_header(b);
	else
		on_payload(b, p, n);
}

static size_t
on_bytes(void *arg, const char *p, size_t n)
{
	struct bot *b = arg;

	switch (b->load->way) {
	case WAY_TCP:
		return on_payload(b, p, n);
	case WAY_WEBSOCKET:
		web_bytes(b, p, n, on_message);
		return n;
	default:
		bosh_bytes(b, p, n, on_message);
		return n;
	}
}

static bool
tls_first(const struct load *l)
{
	return l->way != WAY_TCP || strcmp(l->opt.tls, "direct") == 0;
}

static void
on_connected(void *arg)
{
	struct bot *b = arg;

	if (!tls_first(b->load))
		send_header(b);
}

static void
on_secured(void *arg)
{
	struct bot *b = arg;

	b->step = BOT_START;
	if (b->load->way == WAY_WEBSOCKET)
		web_hello(b);
	else
		send_header(b);
}

static void
on_closed(void *arg, const struct err *why)
{
	struct bot *b = arg;
	struct err e = *why;
	bool asked = b->step == BOT_ENDING;

	b->step = BOT_GONE;
	b->link = NULL;
	bot_clear(b);
	if (asked) {
		b->ops->closed(b);
		return;
	}
	if (e.code == ERR_OK)
		err_set(&e, ERR_CONNECT, "the server ended the connection");
	fail(b, &e);
}

static const struct link_ops link_ops = {
	.bytes = on_bytes, .connected = on_connected, .secured = on_secured,
	.closed = on_closed,
};

void
bot_start(struct bot *b, struct load *l, const struct bot_ops *ops,
    unsigned number)
{
	void *own = b->own;
	struct err e = ERR_INIT;

	*b = (struct bot){ .load = l, .ops = ops, .number = number,
	    .own = own, .start_us = clock_mono_us() };
	l->started++;
	l->conf = (struct link_conf){ .ops = &link_ops, .read_always = true };
	answers_init(&b->answers, l->way == WAY_BOSH);
	bosh_init(&b->bosh);
	if (l->opt.users == 0)
		snprintf(b->user, sizeof b->user, "%s", l->opt.user);
	else
		snprintf(b->user, sizeof b->user, "%s%u", l->opt.user,
		    number % (unsigned)l->opt.users);
	b->stream = l->way == WAY_TCP ?
	    stream_new(&stream_ops, b, l->streams) :
	    stream_new_bare(&stream_ops, b, l->streams, NS_CLIENT);
	stream_limit(b->stream, &stream_limits_default);
	if (link_connect(&b->link, l->loop, l->opt.server, &l->conf, b,
	    tls_first(l) ? l->tls : NULL, NULL, &e) < 0)
		fail(b, &e);
}

void
bot_end(struct bot *b)
{
	if (b->link == NULL)
		return;
	b->step = BOT_ENDING;
	if (b->load->way == WAY_WEBSOCKET)
		web_close(b);
	else if (b->load->way == WAY_BOSH)
		bosh_close(b);
	else
		buf_lit(link_out(b->link), "</stream:stream>");
	link_close(b->link);
}

void
bot_clear(struct bot *b)
{
	stream_free(b->stream);
	b->stream = NULL;
	answers_free(&b->answers);
	bosh_free(&b->bosh);
	if (b->mech != NULL && b->mech->kind == SASL_SCRAM)
		scram_client_clear(&b->scram);
	b->mech = NULL;
}
