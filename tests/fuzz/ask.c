/* What a server sends to a client: each answer is understood or refused, and
 * what is shown of it has no control character.  And lines of commands: one
 * that parses gives a request that the server's side can read. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "msg/ask.h"
#include "msg/command_line.h"
#include "msg/request.h"
#include "xmpp/auth.h"
#include "xmpp/ns.h"
#include "xmpp/stream.h"
#include "xmpp/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
is_clean(struct buf *line)
{
	size_t before = line->n;
	const char *s = buf_cstr(line);
	struct buf copy = BUF_INIT(before + 1);

	assert(strlen(s) == before);
	buf_put(&copy, line->p, line->n + 1);
	text_clean(copy.p);
	assert(memcmp(copy.p, s, before) == 0);
	buf_free(&copy);
}

static void
answer(const struct stanza *st)
{
	struct buf payload = BUF_INIT(1 << 20), line = BUF_INIT(1 << 20);
	struct msg_reply reply;
	struct err e = ERR_INIT;
	uint64_t id;

	if (msg_reply_id(st, &id) &&
	    msg_reply_read(&reply, st, &payload, &e) == 0 && reply.refused) {
		msg_refusal_put(&line, &reply.why, NULL);
		is_clean(&line);
	}
	buf_free(&payload);
	buf_free(&line);
}

/* The same stanza in each state of a login. */
static void
login(const struct stanza *st)
{
	struct secret password = { .p = (char[]){ "x" }, .n = 1 };
	enum auth_next next;
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct auth a;

	for (int i = 0; i <= AUTH_OVER; i++) {
		assert(auth_init(&a, "a@b", &password, i % 5 == 0, &e) == 0);
		auth_begin(&a, i % 2 == 0, i % 3 == 0);
		a.mech = sasl_mech("PLAIN");
		a.state = i == AUTH_CHALLENGE ? AUTH_FEATURES :
		    (enum auth_state)i;
		auth_stanza(&a, st, &out, &next, &e);
		auth_clear(&a);
	}
	buf_free(&out);
}

static void
line(struct arena *a, const char *p, size_t n)
{
	struct msg_ask ask = { 0 };
	struct buf xml = BUF_INIT(1 << 20), argument = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct request r;
	struct stanza *st;

	if (n < 4096 && xml_sayable(p, n) &&
	    command_line_parse(&ask, p, n, &e) == 0) {
		msg_ask_write(&xml, &ask, 1);
		st = stanza_parse(a, xml.p, xml.n, NS_CLIENT,
		    &stream_limits_default, &e);
		assert(st != NULL);
		if (request_read(&r, st, &argument, &e) == 0) {
			assert(r.command == ask.command);
			assert(str_eq(r.argument, ask.argument));
		} else {
			assert(e.code == ERR_ARGUMENT || e.code == ERR_SYNTAX);
		}
	}
	buf_free(&xml);
	buf_free(&argument);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct stanza *st = stanza_parse(&a, (const char *)p, n, NS_CLIENT,
	    &stream_limits_default, &e);

	if (st != NULL) {
		answer(st);
		login(st);
	} else {
		line(&a, (const char *)p, n);
	}
	arena_free(&a);
	return 0;
}
