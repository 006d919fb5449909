#include "msg/trace.h"

#include <string.h>

#include "base/text.h"
#include "xmpp/ns.h"
#include "xmpp/xml.h"

#define TEXT_MAX	(64u << 20)	/* bytes of one line */
#define PREFIX_MAX	1024		/* what a log puts in front of it */
#define WORD_MAX	64		/* a type or a condition */
#define ID_MAX		16384		/* escaped */

static const char *const words[] = {
	[TRACE_READ] = "READ", [TRACE_REQUEST] = "REQUEST",
	[TRACE_RESULT] = "RESULT", [TRACE_ERROR] = "ERROR",
	[TRACE_WROTE] = "WROTE",
};

const char *
trace_word(enum trace_kind kind)
{
	return words[kind];
}

/* --- writing ------------------------------------------------------------- */

static void
quoted(struct buf *out, const char *p, size_t n)
{
	buf_putc(out, '\'');
	text_escape(out, p, n, '\'');
	buf_putc(out, '\'');
}

static void
xml_line(struct buf *out, enum trace_kind kind, const struct buf *xml)
{
	buf_puts(out, words[kind]);
	buf_lit(out, ": ");
	quoted(out, xml->p, xml->n);
	buf_putc(out, '\n');
}

void
trace_stanza(struct buf *out, enum trace_kind kind, const struct stanza *st)
{
	struct arena a = ARENA_INIT;
	struct buf xml = BUF_INIT(TEXT_MAX);

	stanza_write(&xml, trace_mask(&a, st), NS_CLIENT);
	xml_line(out, kind, &xml);
	buf_free(&xml);
	arena_free(&a);
}

/* The offset of what, or -1. */
static ptrdiff_t
find(const char *p, size_t n, const char *what)
{
	size_t len = strlen(what);

	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(p + i, what, len) == 0)
			return (ptrdiff_t)i;
	return -1;
}

/* A character written as a number might hide a word. */
bool
trace_suspicious(const char *p, size_t n)
{
	static const char *const marks[] = {
		"sasl", "fast", "token", "password", "digest", "<user", "&#",
	};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (find(p, n, marks[i]) >= 0)
			return true;
	return false;
}

/* An open tag, with what the root says of the content's namespace. */
static void
put_header(struct buf *out, const struct stream_header *h)
{
	stanza_write_open(out, h->root, h->root, "");
	if (h->ns[0] != '\0')
		xml_attr(out, "xmlns", h->ns);
	buf_putc(out, '>');
}

void
trace_header(struct buf *out, enum trace_kind kind,
    const struct stream_header *h)
{
	struct buf xml = BUF_INIT(TEXT_MAX);

	if (!stanza_is(h->root, "stream", NS_STREAM)) {
		trace_stanza(out, kind, h->root);
		return;
	}
	put_header(&xml, h);
	xml_line(out, kind, &xml);
	buf_free(&xml);
}

static int
add_header(void *arg, const struct stream_header *h)
{
	put_header(arg, h);
	return 0;
}

static int
add_end(void *arg)
{
	buf_lit((struct buf *)arg, "</stream:stream>");
	return 0;
}

static int
add_masked(void *arg, struct stanza *st)
{
	struct arena a = ARENA_INIT;

	stanza_write(arg, trace_mask(&a, st), NS_CLIENT);
	arena_free(&a);
	return 0;
}

static bool
begins(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && memcmp(p, word, len) == 0;
}

/* Whole stanzas one after the other, behind a header or not; anything else is
 * not shown at all. */
static void
mask_bytes(struct buf *out, const char *p, size_t n)
{
	static const struct stream_ops ops = { add_header, add_masked,
		add_end };
	static const struct stream_limits lim = { .bytes = TEXT_MAX,
		.depth = 1000, .elements = 1000000, .attrs = 1000,
		.name = 10000 };
	struct stream_pool *pool = stream_pool_new();
	struct stream *s = begins(p, n, "<?xml") ||
	    begins(p, n, "<stream:stream") ? stream_new(&ops, out, pool) :
	    stream_new_bare(&ops, out, pool, NS_CLIENT);
	struct err e = ERR_INIT;

	stream_limit(s, &lim);
	if (stream_feed(s, p, n, NULL, &e) < 0 || !stream_idle(s)) {
		buf_reset(out);
		buf_lit(out, TRACE_MASK);
	}
	stream_free(s);
	stream_pool_free(pool);
}

void
trace_bytes(struct buf *out, enum trace_kind kind, const char *p, size_t n)
{
	struct buf xml = BUF_INIT(TEXT_MAX);

	if (trace_suspicious(p, n))
		mask_bytes(&xml, p, n);
	else
		buf_put(&xml, p, n);
	xml_line(out, kind, &xml);
	buf_free(&xml);
}

static void
put_tag(struct buf *out, enum trace_kind kind, const char *type,
    struct str id)
{
	buf_printf(out, "%s (%s/", words[kind], type);
	text_escape(out, id.p, id.n, ')');
	buf_lit(out, ") ");
}

/* What a set brings, and every answer, may have a password in it. */
static void
put_payload(struct buf *out, struct str s)
{
	struct buf masked = BUF_INIT(TEXT_MAX);

	trace_mask_json(&masked, s.p, s.n);
	text_escape(out, masked.p, masked.n, '\'');
	buf_free(&masked);
}

void
trace_request(struct buf *out, const char *type, struct str id,
    const char *command, struct str argument)
{
	struct buf inner = BUF_INIT(TEXT_MAX);

	put_tag(out, TRACE_REQUEST, type, id);
	buf_puts(&inner, command);
	if (argument.n > 0) {
		buf_lit(&inner, " '");
		if (strcmp(type, "set") == 0)
			put_payload(&inner, argument);
		else
			text_escape(&inner, argument.p, argument.n, '\'');
		buf_putc(&inner, '\'');
	}
	quoted(out, inner.p, inner.n);
	buf_putc(out, '\n');
	buf_free(&inner);
}

void
trace_result(struct buf *out, const char *type, struct str id,
    struct str response)
{
	put_tag(out, TRACE_RESULT, type, id);
	buf_putc(out, '\'');
	put_payload(out, response);
	buf_lit(out, "'\n");
}

void
trace_error(struct buf *out, const char *type, struct str id,
    const char *condition, struct str text)
{
	put_tag(out, TRACE_ERROR, type, id);
	buf_puts(out, condition);
	buf_putc(out, ' ');
	quoted(out, text.p, text.n);
	buf_putc(out, '\n');
}

/* --- reading ------------------------------------------------------------- */

static bool
skip(const char **p, size_t *n, const char *what)
{
	size_t len = strlen(what);

	if (*n < len || memcmp(*p, what, len) != 0)
		return false;
	*p += len;
	*n -= len;
	return true;
}

static int
unescape(struct str *out, struct arena *a, const char *p, size_t n)
{
	struct buf b = BUF_INIT(n + 1);
	int rc = text_unescape(&b, p, n);

	if (rc == 0)
		*out = (struct str){ arena_strn(a, b.p, b.n), b.n };
	buf_free(&b);
	return rc;
}

/* All of p[0..n) must be 'text'. */
static bool
get_text(struct trace_line *out, struct arena *a, const char *p, size_t n)
{
	return n >= 2 && p[0] == '\'' && p[n - 1] == '\'' &&
	    unescape(&out->text, a, p + 1, n - 2) == 0;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* "(get/ID) ..." */
static bool
get_tagged(struct trace_line *out, struct arena *a, const char *p, size_t n)
{
	ptrdiff_t slash, end;
	size_t most;

	if (!skip(&p, &n, "(") ||
	    (slash = find(p, least(n, WORD_MAX), "/")) < 0)
		return false;
	out->type = (struct str){ arena_strn(a, p, (size_t)slash),
	    (size_t)slash };
	p += slash + 1;
	n -= (size_t)slash + 1;
	most = least(n, ID_MAX);
	for (end = 0; (size_t)end < most && p[end] != ')'; end++)
		if (p[end] == '\\')
			end++;
	if ((size_t)end >= most || unescape(&out->id, a, p, (size_t)end) < 0)
		return false;
	p += end + 1;
	n -= (size_t)end + 1;
	if (!skip(&p, &n, " "))
		return false;
	if (out->kind == TRACE_ERROR) {
		if ((end = find(p, least(n, WORD_MAX), " ")) < 0)
			return false;
		out->condition = (struct str){ arena_strn(a, p, (size_t)end),
		    (size_t)end };
		p += end + 1;
		n -= (size_t)end + 1;
	}
	return get_text(out, a, p, n);
}

static bool
parse_at(struct trace_line *out, struct arena *a, const char *p, size_t n)
{
	for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
		const char *q = p;
		size_t m = n;

		if (!skip(&q, &m, words[k]))
			continue;
		memset(out, 0, sizeof *out);
		out->kind = (enum trace_kind)k;
		if (k == TRACE_READ || k == TRACE_WROTE)
			return skip(&q, &m, ": ") && get_text(out, a, q, m);
		return skip(&q, &m, " ") && get_tagged(out, a, q, m);
	}
	return false;
}

bool
trace_parse(struct trace_line *out, struct arena *a, const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == ' '))
		n--;
	/* A capital letter at the start or after a space, before any quote.
	 * The limits keep a line of many such from taking its square. */
	for (size_t i = 0; i < n && i < PREFIX_MAX && p[i] != '\''; i++)
		if ((i == 0 || p[i - 1] == ' ') && p[i] >= 'E' &&
		    p[i] <= 'W' && parse_at(out, a, p + i, n - i))
			return true;
	return false;
}
