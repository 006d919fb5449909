#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "xmpp/ns.h"
#include "xmpp/stream.h"

#define HEAD	"<stream:stream xmlns='jabber:client' xmlns:stream='" \
		NS_STREAM "'>"
#define LOG_MAX	(1 << 20)

struct log {
	struct buf log;
	struct stream *s;
};

static int
on_stanza(void *arg, struct stanza *st)
{
	struct log *pl = arg;

	stanza_write(&pl->log, st, NS_CLIENT);
	buf_putc(&pl->log, '\n');
	return 0;
}

static const struct stream_ops ops = { .stanza = on_stanza };

/* Each name is new: the parser is renewed and its memory stays bounded. */
static void
names_without_end(void **state)
{
	struct stream_pool *pool = stream_pool_new();
	struct log pl = { .s = NULL };
	struct err e = ERR_INIT;
	char in[100];

	(void)state;
	buf_init(&pl.log, LOG_MAX);
	pl.s = stream_new(&ops, &pl, pool);
	assert_int_equal(stream_feed(pl.s, HEAD, sizeof HEAD - 1, NULL, &e), 0);
	for (int i = 0; i < 20000; i++) {
		int n = snprintf(in, sizeof in, "<n%d xmlns='urn:%d'/>", i, i);

		assert_int_equal(stream_feed(pl.s, in, (size_t)n, NULL, &e), 0);
		buf_reset(&pl.log);
	}
	assert_true(stream_memory(pl.s) < 1024);
	stream_free(pl.s);
	stream_pool_free(pool);
	buf_free(&pl.log);
}

/* A stream whose callback feeds another of the same thread and pool. */
struct nested {
	struct log inner, outer;
};

static int
feed_inner(void *arg, struct stanza *st)
{
	struct nested *ne = arg;
	struct err e = ERR_INIT;

	assert_int_equal(stream_feed(ne->inner.s, "<in/>", 5, NULL, &e), 0);
	stanza_write(&ne->outer.log, st, NS_CLIENT);
	return 0;
}

static void
streams_share_a_pool_even_nested(void **state)
{
	static const struct stream_ops outer = { .stanza = feed_inner };
	struct stream_pool *pool = stream_pool_new();
	struct nested ne = { .inner = { .s = NULL } };
	struct err e = ERR_INIT;

	(void)state;
	buf_init(&ne.inner.log, LOG_MAX);
	buf_init(&ne.outer.log, LOG_MAX);
	ne.inner.s = stream_new_bare(&ops, &ne.inner, pool, NS_CLIENT);
	ne.outer.s = stream_new_bare(&outer, &ne, pool, NS_CLIENT);
	assert_int_equal(stream_feed(ne.outer.s, "<out>x</out><out/>", 18,
	    NULL, &e), 0);
	assert_string_equal(buf_cstr(&ne.inner.log), "<in/>\n<in/>\n");
	assert_string_equal(buf_cstr(&ne.outer.log), "<out>x</out><out/>");
	stream_free(ne.inner.s);
	stream_free(ne.outer.s);
	stream_pool_free(pool);
	buf_free(&ne.inner.log);
	buf_free(&ne.outer.log);
}

static void
one_stanza_from_bytes(void **state)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct stanza *st;

	(void)state;
	st = stanza_parse(&a, " <iq id='1'/>\n", 14, NS_CLIENT,
	    &stream_limits_login, &e);
	assert_non_null(st);
	assert_string_equal(stanza_attr(st, "id"), "1");
	assert_string_equal(st->ns, NS_CLIENT);
	assert_null(stanza_parse(&a, "<iq/><iq/>", 10, NS_CLIENT,
	    &stream_limits_login, &e));
	assert_null(stanza_parse(&a, "<iq>", 4, NS_CLIENT, &stream_limits_login,
	    &e));
	assert_null(stanza_parse(&a, "", 0, NS_CLIENT, &stream_limits_login,
	    &e));
	assert_null(stanza_parse(&a, "<iq/>x", 6, NS_CLIENT,
	    &stream_limits_login, &e));
	arena_free(&a);
}

/* Namespaces on the header that nobody else has, and streams that end in any
 * order: the pool keeps a parser for each of a few. */
static void
many_kinds_of_streams(void **state)
{
	struct stream_pool *pool = stream_pool_new();
	struct stream *streams[40];
	struct log pl = { .s = NULL };
	struct err e = ERR_INIT;
	char in[400];

	(void)state;
	buf_init(&pl.log, LOG_MAX);
	for (int i = 0; i < 40; i++) {
		int n = snprintf(in, sizeof in, "<stream:stream xmlns:stream='"
		    NS_STREAM "' xmlns='jabber:client' xmlns:x='urn:x%d'>"
		    "<x:a/>", i % 30);

		streams[i] = stream_new(&ops, &pl, pool);
		assert_int_equal(stream_feed(streams[i], in, (size_t)n, NULL,
		    &e), 0);
	}
	buf_reset(&pl.log);
	for (int i = 39; i >= 0; i--)
		assert_int_equal(stream_feed(streams[i], "<x:b/>", 6, NULL,
		    &e), 0);
	assert_memory_equal(pl.log.p, "<x:b xmlns:x=\"urn:x9\"/>\n", 24);
	for (int i = 0; i < 40; i += 2)
		stream_free(streams[i]);
	for (int i = 1; i < 40; i += 2)
		stream_free(streams[i]);
	stream_pool_free(pool);
	buf_free(&pl.log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_without_end),
		cmocka_unit_test(streams_share_a_pool_even_nested),
		cmocka_unit_test(many_kinds_of_streams),
		cmocka_unit_test(one_stanza_from_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
