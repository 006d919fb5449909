/*
 * What the XMPP layer alone costs: stanzas parsed and written, addresses,
 * passwords; and what a stream that waits holds.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "xmpp/jid.h"
#include "xmpp/ns.h"
#include "xmpp/scram.h"
#include "xmpp/stream.h"

#define ROUNDS		500000
#define IDLE		1000
#define TEXT		(1 << 19)

static const char header[] = "<?xml version='1.0'?><stream:stream "
    "to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='"
    NS_STREAM "'>";
static const char ping[] = "<iq type=\"get\" id=\"x\">"
    "<ping xmlns=\"urn:xmpp:ping\"/></iq>";
static const char item[] = "<iq type='get' id='4711' to='localhost' "
    "from='user@localhost/res'><item xmlns='urn:M'>"
    "L25ld3MvKltraW5kPSdQYWdlJ10=</item></iq>";

struct bench {
	struct stream_pool *pool;
	struct buf out;
	bool write;
};

static int
on_stanza(void *arg, struct stanza *st)
{
	struct bench *b = arg;

	if (b->write) {
		buf_reset(&b->out);
		stanza_write(&b->out, st, NS_CLIENT);
	}
	return 0;
}

static const struct stream_ops ops = { .stanza = on_stanza };

static struct stream *
open_stream(struct bench *b)
{
	struct stream *s = stream_new(&ops, b, b->pool);
	struct err e = ERR_INIT;

	stream_limit(s, &stream_limits_default);
	if (stream_feed(s, header, sizeof header - 1, NULL, &e) < 0)
		exit(err_report(&e, "xmpp"));
	return s;
}

static void
tell(const char *what, int64_t start, size_t rounds)
{
	double ns = (double)(clock_mono_us() - start) * 1e3 / (double)rounds;

	printf("%-38s %11.0f ns\n", what, ns);
}

static void
stanzas(struct bench *b, const char *what, const char *p, size_t n,
    size_t rounds, size_t cut)
{
	struct stream *s = open_stream(b);
	int64_t start = clock_mono_us();
	struct err e = ERR_INIT;

	for (size_t i = 0; i < rounds; i++)
		for (size_t k = 0; k < n; k += cut)
			if (stream_feed(s, p + k, n - k < cut ? n - k : cut,
			    NULL, &e) < 0)
				exit(err_report(&e, "xmpp"));
	tell(what, start, rounds);
	stream_free(s);
}

static void
idle(struct bench *b)
{
	static struct stream *s[IDLE];
	size_t before;

	s[0] = open_stream(b);
	before = mallinfo2().uordblks;
	for (size_t i = 1; i < IDLE; i++)
		s[i] = open_stream(b);
	printf("%-38s %11zu bytes\n", "a stream that waits",
	    (mallinfo2().uordblks - before) / (IDLE - 1));
	for (size_t i = 0; i < IDLE; i++)
		stream_free(s[i]);
}

static void
addresses(const char *what, const char *text, size_t rounds)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	int64_t start = clock_mono_us();
	struct jid j;

	for (size_t i = 0; i < rounds; i++) {
		arena_reset(&a);
		if (jid_parse(&j, &a, text, strlen(text), &e) < 0)
			exit(err_report(&e, "xmpp"));
	}
	tell(what, start, rounds);
	arena_free(&a);
}

static void
passwords(void)
{
	struct scram_verifier v;
	struct err e = ERR_INIT;
	int64_t start = clock_mono_us();

	for (int i = 0; i < 50; i++)
		if (scram_verifier_make(&v, SCRAM_SHA256, SCRAM_ITERATIONS,
		    "password", 8, &e) < 0)
			exit(err_report(&e, "xmpp"));
	tell("a password salted, SHA-256", start, 50);
}

int
main(void)
{
	struct bench b = { .pool = stream_pool_new(),
		.out = BUF_INIT(1 << 20) };
	struct buf big = BUF_INIT(2 * TEXT);

	buf_puts(&big, "<message><body>");
	for (int i = 0; i < TEXT / 16; i++)
		buf_puts(&big, "0123456789abcdef");
	buf_puts(&big, "</body></message>");
	stanzas(&b, "a ping parsed", ping, sizeof ping - 1, ROUNDS, SIZE_MAX);
	stanzas(&b, "a get-item parsed", item, sizeof item - 1, ROUNDS,
	    SIZE_MAX);
	stanzas(&b, "512 kB of text parsed", big.p, big.n, 100, SIZE_MAX);
	stanzas(&b, "the same in pieces of 1 kB", big.p, big.n, 100, 1024);
	b.write = true;
	stanzas(&b, "a get-item parsed and written", item, sizeof item - 1,
	    ROUNDS, SIZE_MAX);
	idle(&b);
	addresses("an address", "romeo@montague.lit/balcony-1234", ROUNDS);
	addresses("an address beyond ASCII", "b\xc3\xbc" "cher@m\xc3\xbcnchen"
	    ".example/balcony", 5000);
	passwords();
	stream_pool_free(b.pool);
	buf_free(&b.out);
	buf_free(&big);
	return 0;
}
