#include "xmpp/stream.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "xmpp/ns.h"
#include "xmpp/stream_parse.h"
#include "xmpp/stream_scan.h"
#include "xmpp/xml.h"

#define PRIME_MAX	4096

struct stream {
	const struct stream_ops *ops;
	void *arg;
	struct stream_pool *pool;
	const struct stream_limits *lim;
	struct prime *prime;		/* NULL before the header */
	struct buf hold;		/* what is half read */
	uint64_t offset;		/* bytes used of the stream */
	const char *condition;		/* dead, and why */
	bool calling;			/* in a callback */
	bool restart;			/* asked for in it */
	bool ended;
	struct scan scan;
};

const struct stream_limits stream_limits_login = {
	.bytes = 10000, .depth = 16, .elements = 200, .attrs = 32, .name = 256,
};

const struct stream_limits stream_limits_default = {
	.bytes = 1 << 20, .depth = 64, .elements = 20000, .attrs = 64,
	.name = 1024,
};

struct stream *
stream_new(const struct stream_ops *ops, void *arg, struct stream_pool *pool)
{
	struct stream *s = mem_zero(sizeof *s);

	s->ops = ops;
	s->arg = arg;
	s->pool = pool;
	s->lim = &stream_limits_login;
	buf_init(&s->hold, SIZE_MAX);	/* the scanner keeps the limit */
	scan_init(&s->scan, 0);
	return s;
}

struct stream *
stream_new_bare(const struct stream_ops *ops, void *arg,
    struct stream_pool *pool, const char *ns)
{
	struct stream *s = stream_new(ops, arg, pool);
	struct buf tag = BUF_INIT(PRIME_MAX);

	/* Written as a stream's own prime is, to share its parser. */
	buf_lit(&tag, "<stream:stream");
	if (ns[0] != '\0')
		xml_attr(&tag, "xmlns", ns);
	buf_lit(&tag, " xmlns:stream=\"" NS_STREAM "\">");
	assert(!buf_full(&tag));
	s->prime = prime_get(pool, tag.p, tag.n);
	scan_init(&s->scan, 1);
	buf_free(&tag);
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	assert(!s->calling);
	prime_unref(s->prime);
	buf_free(&s->hold);
	free(s);
}

void
stream_limit(struct stream *s, const struct stream_limits *lim)
{
	s->lim = lim;
}

static void
start_again(struct stream *s)
{
	prime_unref(s->prime);
	s->prime = NULL;
	buf_free(&s->hold);
	s->condition = NULL;
	s->restart = s->ended = false;
	scan_init(&s->scan, 0);
}

void
stream_restart(struct stream *s)
{
	if (s->calling)
		s->restart = true;
	else
		start_again(s);
}

void
stream_leave(struct stream *s)
{
	assert(!s->calling && stream_idle(s));
	if (s->prime == NULL)
		return;
	/* Nothing is half read. */
	buf_put(&s->hold, s->prime->tag, s->prime->n);
	prime_unref(s->prime);
	s->prime = NULL;
}

void
stream_join(struct stream *s, struct stream_pool *pool)
{
	s->pool = pool;
	if (s->hold.n > 0)
		s->prime = prime_get(pool, s->hold.p, s->hold.n);
	buf_free(&s->hold);
}

static int
die(struct stream *s, const char *condition, struct err *e)
{
	s->condition = condition;
	buf_free(&s->hold);
	if (strcmp(condition, "policy-violation") == 0)
		e->code = ERR_LIMIT;
	return err_at(e, "byte %" PRIu64, s->offset);
}

/* Is this the root of an XMPP stream? */
static int
check_root(struct stream *s, const struct stanza *root, struct err *e)
{
	if (strcmp(root->ns, NS_STREAM) != 0) {
		err_set(e, ERR_SYNTAX, "the root's namespace is '%s'",
		    root->ns);
		return die(s, "invalid-namespace", e);
	}
	if (root->prefix == NULL) {
		err_set(e, ERR_SYNTAX, "the root has no prefix");
		return die(s, "bad-namespace-prefix", e);
	}
	if (strcmp(root->name, "stream") != 0) {
		err_set(e, ERR_SYNTAX, "the root is '%s', not 'stream'",
		    root->name);
		return die(s, "bad-format", e);
	}
	return 0;
}

static int
got_header(struct stream *s, const char *p, size_t n, struct err *e)
{
	struct parse_error pe = { NULL, e };
	struct stream_header h = { .to = NULL };
	struct parser *pr = parser_header(s->pool, p, n, &h.root, &pe);
	int rc = -1;

	if (pr == NULL)
		return die(s, pe.condition, e);
	if (check_root(s, h.root, e) < 0)
		goto out;
	h.to = stanza_attr(h.root, "to");
	h.from = stanza_attr(h.root, "from");
	h.id = stanza_attr(h.root, "id");
	h.version = stanza_attr(h.root, "version");
	h.lang = stanza_attr_ns(h.root, "lang", NS_XML);
	h.ns = parser_content_ns(pr);
	s->prime = parser_prime(pr);
	s->calling = true;
	rc = s->ops->open == NULL ? 0 : s->ops->open(s->arg, &h);
	s->calling = false;
	rc = rc != 0;
out:
	parser_give_header(pr);
	return rc;
}

static int
got_stanza(struct stream *s, const char *p, size_t n, struct err *e)
{
	struct parse_error pe = { NULL, e };
	struct parser *pr = parser_take(s->prime);
	struct stanza *st = parser_stanza(pr, p, n, &pe);
	int rc = 0;

	if (st == NULL) {
		parser_give(pr);
		return die(s, pe.condition, e);
	}
	s->calling = true;
	rc = s->ops->stanza(s->arg, st);
	s->calling = false;
	parser_give(pr);
	return rc != 0;
}

static int
got_end(struct stream *s)
{
	int rc;

	s->ended = true;
	s->calling = true;
	rc = s->ops->close == NULL ? 0 : s->ops->close(s->arg);
	s->calling = false;
	return rc != 0;
}

/* A thing is complete: p[0..n), or what was held and then p[0..n). */
static int
got(struct stream *s, enum scan_event ev, const char *p, size_t n,
    struct err *e)
{
	int rc = 0;

	if (s->hold.n > 0) {
		buf_put(&s->hold, p, n);
		p = s->hold.p;
		n = s->hold.n;
	}
	switch (ev) {
	case SCAN_HEADER: rc = got_header(s, p, n, e); break;
	case SCAN_STANZA: rc = got_stanza(s, p, n, e); break;
	case SCAN_END: rc = got_end(s); break;
	default: break;
	}
	if (s->hold.n > 0)
		buf_free(&s->hold);
	if (s->restart && rc >= 0)
		start_again(s);
	return rc;
}

/* One thing, or all that is left. */
static int
feed_one(struct stream *s, const char *p, size_t n, size_t *used,
    struct err *e)
{
	enum scan_event ev = scan_run(&s->scan, s->lim, p, n, used);
	size_t start = s->scan.start;

	s->offset += *used;
	switch (ev) {
	case SCAN_BAD:
		err_set(e, ERR_SYNTAX, "%s", s->scan.words);
		return die(s, s->scan.condition, e);
	case SCAN_MORE:
		if (s->scan.bytes > 0)
			buf_put(&s->hold, p + start, *used - start);
		return 0;
	default:
		return got(s, ev, p + start, *used - start, e);
	}
}

int
stream_feed(struct stream *s, const void *bytes, size_t n, size_t *used,
    struct err *e)
{
	const char *p = bytes;
	size_t done = 0, k;
	int rc = 0;

	assert(!s->calling);
	if (s->condition != NULL)
		rc = err_set(e, ERR_SYNTAX, "the stream had an error before");
	while (rc == 0 && done < n) {
		if (s->ended) {		/* nothing counts after the end */
			done = n;
			break;
		}
		rc = feed_one(s, p + done, n - done, &k, e);
		done += k;
	}
	if (used != NULL)
		*used = done;
	return rc;
}

const char *
stream_error(const struct stream *s)
{
	return s->condition;
}

bool
stream_idle(const struct stream *s)
{
	return s->scan.bytes == 0;
}

bool
stream_is_open(const struct stream *s)
{
	return s->prime != NULL && !s->ended && s->condition == NULL;
}

size_t
stream_memory(const struct stream *s)
{
	return sizeof *s + s->hold.cap;
}

/* --- one stanza ---------------------------------------------------------- */

struct one {
	struct arena *a;
	struct stanza *st;
	size_t n;
};

static int
on_one(void *arg, struct stanza *st)
{
	struct one *one = arg;

	if (one->n++ == 0)
		one->st = stanza_copy(one->a, st);
	return 0;
}

struct stanza *
stanza_parse(struct arena *a, const char *p, size_t n, const char *ns,
    const struct stream_limits *lim, struct err *e)
{
	static const struct stream_ops ops = { .stanza = on_one };
	struct one one = { .a = a };
	struct stream_pool *pool = stream_pool_new();
	struct stream *s = stream_new_bare(&ops, &one, pool, ns);
	int rc;

	stream_limit(s, lim);
	rc = stream_feed(s, p, n, NULL, e);
	if (rc == 0 && (one.n != 1 || !stream_idle(s)))
		rc = err_set(e, ERR_SYNTAX, one.n > 1 ?
		    "more than one stanza" : "the stanza is not complete");
	stream_free(s);
	stream_pool_free(pool);
	return rc < 0 ? NULL : one.st;
}
