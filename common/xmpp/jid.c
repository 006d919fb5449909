#include "xmpp/jid.h"

#include <arpa/inet.h>
#include <string.h>

#include <idn2.h>

#include "base/text.h"
#include "xmpp/jid_precis.h"

#define LABEL_MAX	63

/* Of ASCII: what is left out of a local part (RFC 7622 3.3.1). */
static const char local_banned[] = "\"&'/:<>@";

static bool
is_ascii(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] >= 0x80)
			return false;
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static void
put_lower(struct buf *out, const char *p, size_t n)
{
	char *to = buf_room(out, n);

	if (to == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		to[i] = lower(p[i]);
	out->n += n;
}

static int
check_length(const char *what, size_t n, struct err *e)
{
	if (n == 0)
		return err_set(e, ERR_ARGUMENT, "the %s is empty", what);
	if (n > JID_PART_MAX)
		return err_set(e, ERR_ARGUMENT, "the %s has more than %d bytes",
		    what, JID_PART_MAX);
	return 0;
}

/* --- local part ---------------------------------------------------------- */

int
jid_local(struct buf *out, const char *p, size_t n, struct err *e)
{
	size_t from = out->n;

	if (check_length("local part", n, e) < 0)
		return -1;
	if (is_ascii(p, n))
		put_lower(out, p, n);
	else if (precis_username(out, p, n, e) < 0)
		return err_prefix(e, "local part");
	if (check_length("local part", out->n - from, e) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		unsigned char c = (unsigned char)out->p[i];

		if (c <= ' ' || c == 0x7f || strchr(local_banned, c) != NULL)
			return err_set(e, ERR_ARGUMENT,
			    "the local part has a character that is not "
			    "allowed there");
	}
	return 0;
}

/* --- domain -------------------------------------------------------------- */

static int
check_label(const char *p, size_t n, struct err *e)
{
	if (n == 0)
		return err_set(e, ERR_ARGUMENT,
		    "the domain has an empty label");
	if (n > LABEL_MAX)
		return err_set(e, ERR_ARGUMENT,
		    "a label of the domain has more than %d bytes", LABEL_MAX);
	if (p[0] == '-' || p[n - 1] == '-')
		return err_set(e, ERR_ARGUMENT,
		    "a label of the domain begins or ends with '-'");
	return 0;
}

/* Letters, digits, hyphens; the underscore, which names of test machines
 * like to have. */
static int
check_ascii_domain(const char *p, size_t n, struct err *e)
{
	size_t label = 0;

	for (size_t i = 0; i <= n; i++) {
		char c = i < n ? p[i] : '.';

		if (c == '.') {
			if (check_label(p + label, i - label, e) < 0)
				return -1;
			label = i + 1;
		} else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_')) {
			return err_set(e, ERR_ARGUMENT,
			    "the domain has a character that is not allowed");
		}
	}
	return 0;
}

static bool
has_ace(const char *p, size_t n)
{
	for (size_t i = 0; i + 4 <= n; i++)
		if ((i == 0 || p[i - 1] == '.') &&
		    memcmp(p + i, "xn--", 4) == 0)
			return true;
	return false;
}

/* The ASCII form of a name and the one in UTF-8, which must give the same
 * ASCII form again.  An IDN2_ code. */
static int
idna_forms(const char *text, char **ace, char **utf8)
{
	/* Not with STD3 rules: those drop what is not allowed. */
	const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
	char *again = NULL;
	int rc = idn2_to_ascii_8z(text, ace, flags);

	if (rc == IDN2_OK)
		rc = idn2_to_unicode_8z8z(*ace, utf8, 0);
	if (rc == IDN2_OK)
		rc = idn2_to_ascii_8z(*utf8, &again, flags);
	if (rc == IDN2_OK && strcmp(*ace, again) != 0)
		rc = IDN2_ALABEL_ROUNDTRIP_FAILED;
	idn2_free(again);
	return rc;
}

/* Other scripts, also in their ASCII disguise: the form in UTF-8 counts. */
static int
idna(struct buf *out, const char *p, size_t n, struct err *e)
{
	char text[JID_PART_MAX + 1];
	char *ace = NULL, *utf8 = NULL;
	int rc, ok = -1;

	if (utf8_check(p, n) < n || memchr(p, '\0', n) != NULL)
		return err_set(e, ERR_ARGUMENT, "the domain is not UTF-8");
	memcpy(text, p, n);
	text[n] = '\0';
	rc = idna_forms(text, &ace, &utf8);
	if (rc != IDN2_OK) {
		err_set(e, ERR_ARGUMENT,
		    "the domain is no internationalized name: %s",
		    idn2_strerror(rc));
	} else if (check_ascii_domain(ace, strlen(ace), e) == 0) {
		buf_puts(out, utf8);
		ok = 0;
	}
	idn2_free(ace);
	idn2_free(utf8);
	return ok;
}

static int
ipv6(struct buf *out, const char *p, size_t n, struct err *e)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	if (n - 2 < sizeof text && p[n - 1] == ']') {
		memcpy(text, p + 1, n - 2);
		text[n - 2] = '\0';
		if (strlen(text) == n - 2 &&
		    inet_pton(AF_INET6, text, &a) == 1 &&
		    inet_ntop(AF_INET6, &a, text, sizeof text) != NULL) {
			buf_printf(out, "[%s]", text);
			return 0;
		}
	}
	return err_set(e, ERR_ARGUMENT, "the domain is no IPv6 address");
}

int
jid_domain(struct buf *out, const char *p, size_t n, struct err *e)
{
	size_t from = out->n;

	if (check_length("domain", n, e) < 0)
		return -1;
	if (p[0] == '[' && n > 2)
		return ipv6(out, p, n, e);
	if (n > 1 && p[n - 1] == '.')	/* RFC 7622 3.2 */
		n--;
	if (!is_ascii(p, n)) {
		if (idna(out, p, n, e) < 0)
			return -1;
		return check_length("domain", out->n - from, e);
	}
	put_lower(out, p, n);
	if (buf_full(out))
		return err_set(e, ERR_LIMIT, "the address is too long");
	if (check_ascii_domain(out->p + from, n, e) < 0)
		return -1;
	if (!has_ace(out->p + from, n))
		return 0;
	buf_trim(out, from);
	return idna(out, p, n, e);
}

/* --- resource ------------------------------------------------------------ */

int
jid_resource(struct buf *out, const char *p, size_t n, struct err *e)
{
	size_t from = out->n;

	if (check_length("resource", n, e) < 0)
		return -1;
	if (!is_ascii(p, n)) {
		if (precis_opaque(out, p, n, e) < 0)
			return err_prefix(e, "resource");
		return check_length("resource", out->n - from, e);
	}
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			return err_set(e, ERR_ARGUMENT,
			    "the resource has a control character");
	buf_put(out, p, n);
	return 0;
}

/* --- whole addresses ----------------------------------------------------- */

/* p[0..n), with a NUL behind, is local@domain/resource. */
static void
set_parts(struct jid *out, const char *p, size_t n, size_t local,
    size_t domain)
{
	size_t at = local > 0 ? local + 1 : 0, end = at + domain;

	out->full = (struct str){ p, n };
	out->bare = (struct str){ p, end };
	out->local = (struct str){ p, local };
	out->domain = (struct str){ p + at, domain };
	out->resource = end < n ? (struct str){ p + end + 1, n - end - 1 } :
	    (struct str){ p + end, 0 };
}

/* --- the short way ------------------------------------------------------- */

/* Of a domain whose labels need no second look. */
static bool
is_plain_domain(const char *p, size_t n)
{
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		char c = lower(p[i]);
		bool edge = label == 0 || i + 1 == n || p[i + 1] == '.';

		if (c == '.' ? label == 0 : !((c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') || (c == '-' && !edge &&
		    p[i - 1] != '-')))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}
	return label > 0 && n <= JID_PART_MAX;
}

static bool
is_plain_local(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = lower(p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_'))
			return false;
	}
	return n > 0 && n <= JID_PART_MAX;
}

static bool
is_plain_resource(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' || (unsigned char)p[i] >= 0x7f)
			return false;
	return n > 0 && n <= JID_PART_MAX;
}

/* What nearly all addresses are made of; false: the long way must tell. */
static bool
parse_plain(struct jid *out, struct arena *a, const char *p, size_t n)
{
	const char *slash = n == 0 ? NULL : memchr(p, '/', n);
	size_t bare = slash == NULL ? n : (size_t)(slash - p);
	const char *at = bare == 0 ? NULL : memchr(p, '@', bare);
	size_t local = at == NULL ? 0 : (size_t)(at - p);
	size_t start = at == NULL ? 0 : local + 1;
	char *to;

	if ((at != NULL && !is_plain_local(p, local)) ||
	    !is_plain_domain(p + start, bare - start) || (slash != NULL &&
	    !is_plain_resource(slash + 1, n - bare - 1)))
		return false;
	to = arena_strn(a, p, n);
	for (size_t i = 0; i < bare; i++)
		to[i] = lower(to[i]);
	set_parts(out, to, n, local, bare - start);
	return true;
}

int
jid_parse(struct jid *out, struct arena *a, const char *p, size_t n,
    struct err *e)
{
	struct buf text = BUF_INIT(JID_MAX * 4);
	const char *slash = n == 0 ? NULL : memchr(p, '/', n), *at;
	size_t rest = slash == NULL ? n : (size_t)(slash - p);
	size_t local = 0, domain, start = 0;
	int rc = -1;

	if (parse_plain(out, a, p, n))
		return 0;
	at = rest == 0 ? NULL : memchr(p, '@', rest);
	if (at != NULL) {
		if (jid_local(&text, p, (size_t)(at - p), e) < 0)
			goto out;
		local = text.n;
		buf_putc(&text, '@');
		start = (size_t)(at - p) + 1;
	}
	domain = text.n;
	if (jid_domain(&text, p + start, rest - start, e) < 0)
		goto out;
	domain = text.n - domain;
	if (slash != NULL) {
		buf_putc(&text, '/');
		if (jid_resource(&text, slash + 1, n - rest - 1, e) < 0)
			goto out;
	}
	if (buf_full(&text)) {
		err_set(e, ERR_LIMIT, "the address is too long");
		goto out;
	}
	set_parts(out, arena_strn(a, text.p, text.n), text.n, local, domain);
	rc = 0;
out:
	buf_free(&text);
	return rc;
}

bool
jid_eq(const struct jid *a, const struct jid *b)
{
	return str_eq(a->full, b->full);
}

bool
jid_eq_bare(const struct jid *a, const struct jid *b)
{
	return str_eq(a->bare, b->bare);
}

bool
jid_is_bare(const struct jid *j)
{
	return j->resource.n == 0;
}

bool
jid_is_full(const struct jid *j)
{
	return j->resource.n > 0;
}

struct jid
jid_bare(const struct jid *j)
{
	struct jid bare = *j;

	bare.full = j->bare;
	bare.resource = (struct str){ j->bare.p + j->bare.n, 0 };
	return bare;
}

int
jid_with_resource(struct jid *out, struct arena *a, const struct jid *j,
    const char *resource, size_t n, struct err *e)
{
	struct buf text = BUF_INIT(JID_MAX * 4);
	int rc = -1;

	buf_put(&text, j->bare.p, j->bare.n);
	buf_putc(&text, '/');
	if (jid_resource(&text, resource, n, e) == 0) {
		set_parts(out, arena_strn(a, text.p, text.n), text.n,
		    j->local.n, j->domain.n);
		rc = 0;
	}
	buf_free(&text);
	return rc;
}

/* XEP-0106: the banned ones and what would look like an escape. */
void
jid_escape(struct buf *out, const char *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool like = false;

		if (c == '\\' && i + 2 < n) {
			char pair[3] = { p[i + 1], p[i + 2], '\0' };

			like = strstr("20 22 26 27 2f 3a 3c 3e 40 5c", pair) !=
			    NULL && pair[0] != ' ' && pair[1] != ' ';
		}
		if (c == ' ' || like || (c != 0 &&
		    strchr(local_banned, c) != NULL)) {
			buf_putc(out, '\\');
			buf_putc(out, hex[c >> 4]);
			buf_putc(out, hex[c & 15]);
		} else {
			buf_putc(out, (char)c);
		}
	}
}
