#include "xmpp/stream_parse.h"

#include <assert.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "xmpp/xml.h"

#define IDLE_MAX	8		/* parsers kept in a pool */
#define HEADERS_MAX	4		/* that are known again */
#define HEADER_MAX	1024		/* bytes of one that is */
#define TAG_MAX		65536		/* a prime's bytes */
/* A parser past one of these is not used again. */
#define DICT_MAX	1024		/* names that it learned */
#define STANZA_MAX	65536	/* bytes of a stanza: its buffers grew */
#define BYTES_MAX	(256u << 20)	/* in all: libxml2 counts in int */

struct parser {
	struct parser *next;		/* in the pool */
	struct stream_pool *pool;
	struct prime *prime;
	struct buf header;		/* what it parsed, of pool->headers */
	xmlParserCtxtPtr ctxt;
	struct arena arena;
	struct stanza *top, *at;
	struct parse_error *pe;
	const char *content_ns;
	size_t text_cap;	/* of the text node being put together */
	size_t bytes, dict;
	bool rooted, complete, spent;
};

/* --- building the tree --------------------------------------------------- */

static void
fail(struct parser *pr, const char *condition, const char *words)
{
	if (pr->pe->condition != NULL)
		return;
	pr->pe->condition = condition;
	err_set(pr->pe->e, ERR_SYNTAX, "%s", words);
	pr->spent = true;
}

/* Names and namespaces stay in the dictionary: they are not copied. */
static const char *
dict_str(const xmlChar *s)
{
	return (const char *)s;
}

static void
put_attrs(struct parser *pr, struct stanza *st, unsigned n, const xmlChar **v)
{
	struct stanza_attr *at;

	if (n == 0)
		return;
	st->nattrs = n;
	st->attrs = at = arena_alloc(&pr->arena, n * sizeof *at);
	for (; n > 0; n--, at++, v += 5) {
		size_t len = (size_t)(v[4] - v[3]);

		at->name = dict_str(v[0]);
		at->prefix = dict_str(v[1]);
		at->ns = dict_str(v[2]);
		at->value.p = arena_strn(&pr->arena, (const char *)v[3], len);
		at->value.n = len;
	}
}

/* v: prefix and namespace in turn.  The default one shows in names' ns. */
static void
put_decls(struct parser *pr, struct stanza *st, int n, const xmlChar **v)
{
	st->decls = arena_alloc(&pr->arena, (size_t)n * sizeof *st->decls);
	for (; n > 0; n--, v += 2) {
		if (v[0] == NULL) {
			if (!pr->rooted)
				pr->content_ns = dict_str(v[1]);
			continue;
		}
		st->decls[st->ndecls].prefix = dict_str(v[0]);
		st->decls[st->ndecls++].ns = dict_str(v[1]);
	}
}

static void
on_start(void *user, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *ns, int ndecls, const xmlChar **decls, int nattrs,
    int ndefaults, const xmlChar **attrs)
{
	struct parser *pr = user;
	struct stanza *st;

	(void)ndefaults;
	if (pr->pe->condition != NULL)
		return;
	st = arena_zero(&pr->arena, sizeof *st);
	st->arena = &pr->arena;
	st->name = dict_str(name);
	st->prefix = dict_str(prefix);
	st->ns = ns == NULL ? "" : dict_str(ns);
	put_attrs(pr, st, (unsigned)nattrs, attrs);
	if (ndecls > 0)
		put_decls(pr, st, ndecls, decls);
	if (!pr->rooted) {
		pr->rooted = pr->complete = true;
		pr->top = st;
		return;
	}
	if (pr->at != NULL)
		stanza_append(pr->at, st);
	else if (pr->top == NULL)
		pr->top = st;
	else
		fail(pr, "not-well-formed", "more than one stanza");
	pr->at = st;
}

static void
on_end(void *user, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *ns)
{
	struct parser *pr = user;

	(void)name, (void)prefix, (void)ns;
	if (pr->pe->condition != NULL || pr->at == NULL)
		return;
	pr->at = pr->at->parent;
	pr->complete = pr->at == NULL;
}

/* More of the text that t has.  Twice the room each time: libxml2 may hand
 * it over in many small pieces. */
static void
grow_text(struct parser *pr, struct stanza *t, const char *p, size_t n)
{
	size_t want = t->text.n + n;
	char *to = (char *)(uintptr_t)t->text.p;

	if (want > pr->text_cap) {
		pr->text_cap = want * 2;
		to = arena_alloc(&pr->arena, pr->text_cap + 1);
		memcpy(to, t->text.p, t->text.n);
		t->text.p = to;
	}
	memcpy(to + t->text.n, p, n);
	to[want] = '\0';
	t->text.n = want;
}

static void
on_text(void *user, const xmlChar *p, int len)
{
	struct parser *pr = user;
	struct stanza *at = pr->at;
	size_t n = (size_t)len;

	if (pr->pe->condition != NULL || at == NULL || n == 0)
		return;
	if (at->last != NULL && at->last->name == NULL) {
		grow_text(pr, at->last, (const char *)p, n);
		return;
	}
	stanza_add_text(at, (const char *)p, n);
	pr->text_cap = n;
}

/* The scanner lets none of these through; if it did, they end here. */
static void
on_comment(void *user, const xmlChar *text)
{
	(void)text;
	fail(user, "restricted-xml", "a comment");
}

static void
on_pi(void *user, const xmlChar *target, const xmlChar *data)
{
	(void)target, (void)data;
	fail(user, "restricted-xml", "a processing instruction");
}

static void
on_dtd(void *user, const xmlChar *name, const xmlChar *id, const xmlChar *sys)
{
	(void)name, (void)id, (void)sys;
	fail(user, "restricted-xml", "a document type declaration");
}

static void
on_error(void *user, xmlErrorPtr xe)
{
	struct parser *pr = user;
	char words[200];

	switch (xe->code) {
	case XML_WAR_NS_URI:		/* any string will do for a name */
	case XML_WAR_NS_URI_RELATIVE:
		return;
	case XML_ERR_UNDECLARED_ENTITY:
	case XML_WAR_UNDECLARED_ENTITY:
		fail(pr, "restricted-xml", "an entity but the five of XML");
		return;
	case XML_ERR_UNKNOWN_ENCODING:
	case XML_ERR_UNSUPPORTED_ENCODING:
	case XML_ERR_INVALID_ENCODING:
		fail(pr, "unsupported-encoding", "the stream is not in UTF-8");
		return;
	}
	if (xe->level < XML_ERR_ERROR)
		return;
	snprintf(words, sizeof words, "%s",
	    xe->message == NULL ? "malformed XML" : xe->message);
	words[strcspn(words, "\n")] = '\0';
	fail(pr, "not-well-formed", words);
}

/* --- one parser ---------------------------------------------------------- */

static struct parser *
parser_new(struct stream_pool *pool)
{
	struct parser *pr = mem_zero(sizeof *pr);
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.comment = on_comment,
		.processingInstruction = on_pi,
		.internalSubset = on_dtd,
		.serror = on_error,
	};

	pr->pool = pool;
	pr->content_ns = "";
	buf_init(&pr->header, HEADER_MAX);
	arena_init(&pr->arena);
	pr->ctxt = xmlCreatePushParserCtxt(&sax, pr, NULL, 0, NULL);
	if (pr->ctxt == NULL)
		abort();		/* as mem_alloc does */
	/* HUGE: the limits are ours, and were kept before. */
	/* NOENT: without it "&amp;" beside another escape in an attribute
	 * comes as "&#38;".  There are no entities but the five. */
	xmlCtxtUseOptions(pr->ctxt, XML_PARSE_HUGE | XML_PARSE_NONET |
	    XML_PARSE_NOENT);
	return pr;
}

static void
parser_free(struct parser *pr)
{
	xmlFreeParserCtxt(pr->ctxt);
	arena_free(&pr->arena);
	prime_unref(pr->prime);
	buf_free(&pr->header);
	free(pr);
}

static int
parse(struct parser *pr, const char *p, size_t n, struct parse_error *pe)
{
	size_t good = utf8_check(p, n);

	pr->pe = pe;
	pr->top = pr->at = NULL;
	pr->complete = false;
	if (n > STANZA_MAX)
		pr->spent = true;
	pr->bytes += n;
	if (good < n)
		fail(pr, "not-well-formed", "bytes that are not UTF-8");
	else if (n > INT32_MAX)
		fail(pr, "policy-violation", "a stanza is too big");
	else if (xmlParseChunk(pr->ctxt, p, (int)n, 0) != 0)
		fail(pr, "not-well-formed", "malformed XML");
	if (pe->condition == NULL && (!pr->complete || pr->at != NULL))
		fail(pr, "not-well-formed", "no whole element");
	return pe->condition == NULL ? 0 : -1;
}

static bool
is_utf8(const struct parser *pr)
{
	const char *a = (const char *)pr->ctxt->encoding;
	const char *b = (const char *)pr->ctxt->input->encoding;

	return (a == NULL || xmlStrcasecmp((const xmlChar *)a,
	    (const xmlChar *)"utf-8") == 0) && (b == NULL ||
	    xmlStrcasecmp((const xmlChar *)b, (const xmlChar *)"utf-8") == 0);
}

static void
set_prime(struct parser *pr)
{
	const struct stanza *root = pr->top;
	struct buf tag = BUF_INIT(TAG_MAX);

	buf_printf(&tag, "<%s%s%s", root->prefix == NULL ? "" : root->prefix,
	    root->prefix == NULL ? "" : ":", root->name);
	if (pr->content_ns[0] != '\0')
		xml_attr(&tag, "xmlns", pr->content_ns);
	for (unsigned i = 0; i < root->ndecls; i++) {
		buf_lit(&tag, " xmlns:");
		buf_puts(&tag, root->decls[i].prefix);
		buf_lit(&tag, "=\"");
		xml_value(&tag, root->decls[i].ns,
		    strlen(root->decls[i].ns));
		buf_putc(&tag, '"');
	}
	buf_putc(&tag, '>');
	if (buf_full(&tag))
		fail(pr, "policy-violation", "the stream header is too big");
	else
		pr->prime = prime_get(pr->pool, tag.p, tag.n);
	buf_free(&tag);
}

/* Most clients of one kind send the same. */
static struct parser *
known_header(struct stream_pool *pool, const char *p, size_t n)
{
	struct parser **at = &pool->headers, *pr;

	while ((pr = *at) != NULL && (pr->header.n != n ||
	    memcmp(pr->header.p, p, n) != 0))
		at = &pr->next;
	if (pr != NULL)
		*at = pr->next;
	return pr;
}

void
parser_give_header(struct parser *pr)
{
	struct parser **at = &pr->pool->headers;

	pr->pe = NULL;
	if (buf_full(&pr->header)) {
		parser_free(pr);
		return;
	}
	pr->next = *at;
	*at = pr;
	for (int i = 0; i < HEADERS_MAX && *at != NULL; i++)
		at = &(*at)->next;
	if ((pr = *at) != NULL) {
		*at = NULL;
		parser_free(pr);
	}
}

struct parser *
parser_header(struct stream_pool *pool, const char *p, size_t n,
    const struct stanza **root, struct parse_error *pe)
{
	struct parser *pr = known_header(pool, p, n);

	if (pr != NULL) {
		*root = pr->top;
		return pr;
	}
	pr = parser_new(pool);
	if (parse(pr, p, n, pe) == 0 && !is_utf8(pr))
		fail(pr, "unsupported-encoding", "the stream is not in UTF-8");
	if (pe->condition == NULL)
		set_prime(pr);
	if (pe->condition != NULL) {
		parser_free(pr);
		return NULL;
	}
	buf_put(&pr->header, p, n);
	*root = pr->top;
	return pr;
}

const char *
parser_content_ns(const struct parser *pr)
{
	return pr->content_ns;
}

struct prime *
parser_prime(struct parser *pr)
{
	pr->prime->refs++;
	return pr->prime;
}

struct stanza *
parser_stanza(struct parser *pr, const char *p, size_t n,
    struct parse_error *pe)
{
	arena_reset(&pr->arena);
	return parse(pr, p, n, pe) < 0 ? NULL : pr->top;
}

/* --- the pool ------------------------------------------------------------ */

struct stream_pool *
stream_pool_new(void)
{
	xmlInitParser();
	return mem_zero(sizeof (struct stream_pool));
}

static void
free_all(struct parser *pr)
{
	for (struct parser *next; pr != NULL; pr = next) {
		next = pr->next;
		parser_free(pr);
	}
}

void
stream_pool_free(struct stream_pool *pool)
{
	if (pool == NULL)
		return;
	free_all(pool->idle);
	free_all(pool->headers);
	assert(pool->primes == NULL);	/* else a stream is still there */
	free(pool);
}

static struct parser *
parser_primed(struct prime *pm)
{
	struct err ignored = ERR_INIT;
	struct parse_error pe = { NULL, &ignored };
	struct parser *pr = parser_new(pm->pool);

	parse(pr, pm->tag, pm->n, &pe);
	assert(pe.condition == NULL);	/* it was well formed before */
	pr->prime = pm;
	pm->refs++;
	pr->dict = (size_t)xmlDictSize(pr->ctxt->dict);
	return pr;
}

struct parser *
parser_take(struct prime *pm)
{
	struct parser **at = &pm->pool->idle, *pr;

	while (*at != NULL && (*at)->prime != pm)
		at = &(*at)->next;
	if (*at == NULL)
		return parser_primed(pm);
	pr = *at;
	*at = pr->next;
	return pr;
}

static bool
is_spent(const struct parser *pr)
{
	return pr->spent || pr->bytes > BYTES_MAX ||
	    (size_t)xmlDictSize(pr->ctxt->dict) > pr->dict + DICT_MAX;
}

void
parser_give(struct parser *pr)
{
	struct parser **at, *last;
	int n = 1;

	if (pr == NULL)
		return;
	pr->pe = NULL;
	for (at = &pr->pool->idle; *at != NULL; at = &(*at)->next, n++)
		if ((*at)->prime == pr->prime || n == IDLE_MAX)
			break;
	if (is_spent(pr) || (*at != NULL && (*at)->prime == pr->prime)) {
		parser_free(pr);
		return;
	}
	if ((last = *at) != NULL) {	/* the one longest unused */
		*at = last->next;
		parser_free(last);
	}
	arena_reset(&pr->arena);
	pr->next = pr->pool->idle;
	pr->pool->idle = pr;
}
