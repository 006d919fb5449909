#include <string.h>

#include "base/text.h"
#include "io/http_int.h"

#define METHOD_MAX	32	/* bytes */
#define LENGTH_MAX	((uint64_t)1 << 62)

/* --- characters ---------------------------------------------------------- */

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

size_t
http_token(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (is_alnum(p[i]) || (p[i] != '\0' &&
	    strchr("!#$%&'*+-.^_`|~", p[i]) != NULL)))
		i++;
	return i;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
http_same(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

static struct str
trim(const char *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return (struct str){ p, n };
}

/* --- fields -------------------------------------------------------------- */

/* The n-th field so called, from *at on. */
static const struct http_field *
find(const struct http_request *r, const char *name, size_t *at)
{
	while (*at < r->count) {
		const struct http_field *f = &r->fields[(*at)++];

		if (http_same(f->name, str_of(name)))
			return f;
	}
	return NULL;
}

struct str
http_field(const struct http_request *r, const char *name)
{
	size_t at = 0;
	const struct http_field *f = find(r, name, &at);

	return f == NULL ? STR_NONE : f->value;
}

int
http_field_one(const struct http_request *r, const char *name,
    struct str *out)
{
	size_t at = 0;
	const struct http_field *f = find(r, name, &at);

	*out = f == NULL ? STR_NONE : f->value;
	return f != NULL && find(r, name, &at) != NULL ? -1 : 0;
}

bool
http_field_has(const struct http_request *r, const char *name,
    const char *token)
{
	const struct http_field *f;
	size_t at = 0;

	while ((f = find(r, name, &at)) != NULL) {
		struct str rest = f->value;

		while (rest.n > 0) {
			const char *comma = memchr(rest.p, ',', rest.n);
			size_t n = comma == NULL ? rest.n :
			    (size_t)(comma - rest.p);

			if (http_same(trim(rest.p, n), str_of(token)))
				return true;
			n += comma != NULL;
			rest.p += n;
			rest.n -= n;
		}
	}
	return false;
}

int
http_parse_field(struct http *h, struct str line, struct http_field *out,
    struct err *e)
{
	size_t n = http_token(line.p, line.n);

	if (n == 0 || n == line.n || line.p[n] != ':')
		return http_refuse(h, 400, e, n == 0 && (line.p[0] == ' ' ||
		    line.p[0] == '\t') ? "a folded line" :
		    "a field has no name and colon");
	out->name = (struct str){ line.p, n };
	out->value = trim(line.p + n + 1, line.n - n - 1);
	for (size_t i = 0; i < out->value.n; i++) {
		uint8_t c = (uint8_t)out->value.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return http_refuse(h, 400, e,
			    "a control character in a field");
	}
	return 0;
}

/* --- the request line ---------------------------------------------------- */

static bool
is_host(struct str s)
{
	bool address = s.n > 0 && s.p[0] == '[';
	size_t i = 0;

	for (; i < s.n && s.p[i] != ']' && (address || s.p[i] != ':'); i++)
		if (!is_alnum(s.p[i]) && (s.p[i] == '\0' ||
		    strchr(address ? "[:." : "-._~", s.p[i]) == NULL))
			return false;
	if (address && i++ == s.n)
		return false;
	if (i < s.n && s.p[i++] != ':')
		return false;
	for (; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n < 256;
}

/* "/a?b" and, for proxies, "http://host/a?b" (RFC 9112 3.2.2). */
static int
parse_target(struct http *h, struct str t, struct err *e)
{
	struct http_request *r = &h->req;
	const char *mark;

	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] <= ' ' || t.p[i] >= 0x7f || t.p[i] == '#')
			return http_refuse(h, 400, e,
			    "a character that no target has");
	for (const char *s = "http://\0https://\0"; *s != '\0';
	    s += strlen(s) + 1) {
		size_t n = strlen(s);

		if (t.n > n && http_same((struct str){ t.p, n },
		    (struct str){ s, n })) {
			t.p += n;
			t.n -= n;
			mark = memchr(t.p, '/', t.n);
			r->host.p = t.p;
			r->host.n = mark == NULL ? t.n : (size_t)(mark - t.p);
			t.p += r->host.n;
			t.n -= r->host.n;
			if (t.n == 0)
				t = STR("/");
			break;
		}
	}
	if (t.n == 0 || (t.p[0] != '/' && !(str_is(t, "*") &&
	    str_is(r->method, "OPTIONS"))))
		return http_refuse(h, 400, e, "the target is no path");
	mark = memchr(t.p, '?', t.n);
	r->path = (struct str){ t.p, mark == NULL ? t.n :
		(size_t)(mark - t.p) };
	r->query = mark == NULL ? STR_NONE : (struct str){ mark + 1,
		t.n - r->path.n - 1 };
	return 0;
}

/* "GET /a HTTP/1.1", one space between.  Returns the minor version. */
static int
parse_request_line(struct http *h, struct str line, struct err *e)
{
	struct http_request *r = &h->req;
	size_t n = http_token(line.p, line.n);
	const char *space, *p = line.p + n + 1, *end = line.p + line.n;

	if (n == 0 || n == line.n || line.p[n] != ' ')
		return http_refuse(h, 400, e, "this is no request");
	if (n > METHOD_MAX)
		return http_refuse(h, 501, e, "no such method");
	r->method = (struct str){ line.p, n };
	space = memchr(p, ' ', (size_t)(end - p));
	if (space == NULL || end - space != 9 ||
	    memcmp(space + 1, "HTTP/", 5) != 0 || space[7] != '.' ||
	    space[6] < '0' || space[6] > '9' || space[8] < '0' ||
	    space[8] > '9')
		return http_refuse(h, 400, e, "this is no request");
	if (space[6] != '1')
		return http_refuse(h, 505, e, "HTTP/1.1 is spoken here");
	if (parse_target(h, (struct str){ p, (size_t)(space - p) }, e) < 0)
		return -1;
	return space[8] == '0' ? 0 : 1;
}

/* --- what the fields mean ------------------------------------------------ */

static int
check_host(struct http *h, int minor, struct err *e)
{
	struct http_request *r = &h->req;
	struct str host, named = r->host;

	if (http_field_one(r, "host", &host) < 0 ||
	    (host.p == NULL && minor > 0) ||
	    (host.p != NULL && !is_host(host)) ||
	    (named.p != NULL && (!is_host(named) ||
	    (host.p != NULL && !http_same(named, host)))))
		return http_refuse(h, 400, e, "not exactly one good Host");
	r->host = host.p != NULL ? host : named.p != NULL ? named : STR("");
	return 0;
}

/* Where the body ends (RFC 9112 6.3), without any doubt. */
static int
check_framing(struct http *h, int minor, struct err *e)
{
	struct http_request *r = &h->req;
	struct str length, coding;

	if (http_field_one(r, "content-length", &length) < 0 ||
	    http_field_one(r, "transfer-encoding", &coding) < 0 ||
	    (length.p != NULL && coding.p != NULL))
		return http_refuse(h, 400, e, "the body has two lengths");
	h->left = 0;
	h->chunked = coding.p != NULL;
	if (coding.p != NULL && minor == 0)
		return http_refuse(h, 400, e, "chunks in HTTP/1.0");
	if (coding.p != NULL && !http_same(coding, STR("chunked")))
		return http_refuse(h, 501, e, "a transfer coding other than "
		    "chunked");
	if (length.p != NULL && (length.n > 19 || text_number(length.p,
	    length.n, LENGTH_MAX, &h->left) < 0))
		return http_refuse(h, 400, e, "Content-Length is no number");
	return 0;
}

static int
check_expect(struct http *h, int minor, struct err *e)
{
	struct http_request *r = &h->req;
	struct str expect;

	if (http_field_one(r, "expect", &expect) < 0 || (expect.p != NULL &&
	    !http_same(expect, STR("100-continue"))))
		return http_refuse(h, 417, e, "an expectation other than "
		    "100-continue");
	r->expect = expect.p != NULL && minor > 0;
	return 0;
}

int
http_parse_head(struct http *h, struct err *e)
{
	struct http_request *r = &h->req;
	const char *p = h->head.p, *end = p + h->head.n, *nl;
	int minor = -1;

	r->host = STR_NONE;
	r->count = 0;
	for (; p < end; p = nl + 1) {
		struct str line;

		nl = memchr(p, '\n', (size_t)(end - p));
		line = (struct str){ p, (size_t)(nl - p) - 1 };
		if (minor < 0) {
			minor = parse_request_line(h, line, e);
			if (minor < 0)
				return -1;
		} else if (http_parse_field(h, line, &r->fields[r->count++],
		    e) < 0) {
			return -1;
		}
	}
	r->close = minor == 0 || http_field_has(r, "connection", "close");
	if (check_host(h, minor, e) < 0 || check_framing(h, minor, e) < 0)
		return -1;
	return check_expect(h, minor, e);
}

/* --- paths --------------------------------------------------------------- */

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

int
http_path(struct buf *out, struct str path)
{
	size_t start = out->n;

	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (c == '%') {
			if (path.n - i < 3 || nibble(path.p[i + 1]) < 0 ||
			    nibble(path.p[i + 2]) < 0)
				return -1;
			c = (char)(nibble(path.p[i + 1]) << 4 |
			    nibble(path.p[i + 2]));
			i += 2;
			if (c == '/')		/* no separator in disguise */
				return -1;
		}
		if ((uint8_t)c < ' ' || c == 0x7f || c == '\\')
			return -1;
		if (c == '.' && out->n > start && out->p[out->n - 1] == '/')
			return -1;
		buf_putc(out, c);
	}
	return buf_full(out) || out->n == start ||
	    out->p[start] != '/' ? -1 : 0;
}
