#include "msg/trace.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "xmpp/ns.h"

#define PAYLOAD_MAX	(64u << 20)
#define PASSWORD	"password"

/* Elements whose text is a secret. */
static const struct {
	const char *ns, *name;
} secrets[] = {
	{ NS_SASL, "auth" }, { NS_SASL, "response" },
	{ NS_SASL, "challenge" }, { NS_SASL, "success" },
	{ NS_CLIENT, "auth" }, { NS_CLIENT, "response" },	/* no xmlns */
	{ NS_CLIENT, "challenge" }, { NS_CLIENT, "success" },
	{ NS_SASL2, "initial-response" }, { NS_SASL2, "response" },
	{ NS_SASL2, "challenge" }, { NS_SASL2, "additional-data" },
	{ NS_AUTH, PASSWORD }, { NS_AUTH, "digest" },
	{ NS_REGISTER, PASSWORD },
};

/* --- JSON ---------------------------------------------------------------- */

/* What the name of a secret ends with, in any case: "newPassword", too. */
static const char *const names[] = { PASSWORD, "passwd", "passphrase",
    "secret", "token" };

#define NAMES	(sizeof names / sizeof names[0])

static bool
is_name(struct str key)
{
	for (size_t i = 0; i < NAMES; i++) {
		size_t n = strlen(names[i]);

		if (key.n >= n &&
		    strncasecmp(key.p + key.n - n, names[i], n) == 0)
			return true;
	}
	return false;
}

/* "" and null give nothing away, and tell the reader something. */
static bool
is_secret(const struct json *j)
{
	return is_name(j->key) && j->type != JSON_NULL &&
	    !(j->type == JSON_STRING && j->text.n == 0);
}

/* Copies from *from on up to each secret value, which is left out.  The
 * parser has limited the depth. */
static void
mask_value(struct buf *out, const struct json *j, const char *p, size_t *from)
{
	if (is_secret(j)) {
		buf_put(out, p + *from, (size_t)(j->raw.p - p) - *from);
		buf_lit(out, "\"" TRACE_MASK "\"");
		*from = (size_t)(j->raw.p - p) + j->raw.n;
		return;
	}
	for (const struct json *c = j->first; c != NULL; c = c->next)
		mask_value(out, c, p, from);
}

static bool
begins_name(const char *p, size_t n)
{
	for (size_t i = 0; i < NAMES; i++) {
		size_t len = strlen(names[i]);

		if ((p[0] | 0x20) == names[i][0] && n >= len &&
		    strncasecmp(p, names[i], len) == 0)
			return true;
	}
	return false;
}

/* Does such a name stand there?  An escape might hide it. */
static bool
mentions(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] == '\\' && i + 1 < n && p[i + 1] == 'u') ||
		    begins_name(p + i, n - i))
			return true;
	return false;
}

void
trace_mask_json(struct buf *out, const char *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct err e = ERR_INIT;
	struct json *j;
	size_t from = 0;

	if (!mentions(p, n)) {
		buf_put(out, p, n);
		return;
	}
	j = json_parse(&a, p, n, NULL, &e);
	if (j == NULL) {
		buf_lit(out, TRACE_MASK);
	} else {
		mask_value(out, j, p, &from);
		buf_put(out, p + from, n - from);
	}
	arena_free(&a);
}

/* --- what trace_parse gave ------------------------------------------------ */

static struct str
masked(struct arena *a, struct str s)
{
	struct buf out = BUF_INIT(PAYLOAD_MAX);

	trace_mask_json(&out, s.p, s.n);
	s = buf_full(&out) ? STR(TRACE_MASK) :
	    (struct str){ arena_strn(a, out.p, out.n), out.n };
	buf_free(&out);
	return s;
}

/* "set-user 'ARGUMENT'", the argument escaped once more. */
static struct str
masked_request(struct arena *a, struct str s)
{
	struct buf arg = BUF_INIT(PAYLOAD_MAX), out = BUF_INIT(PAYLOAD_MAX);
	const char *quote = memchr(s.p, '\'', s.n);
	size_t at = quote == NULL ? s.n : (size_t)(quote - s.p) + 1;
	struct str inner;

	if (at + 1 > s.n || s.p[s.n - 1] != '\'' ||
	    text_unescape(&arg, s.p + at, s.n - at - 1) < 0) {
		s = masked(a, s);
	} else {
		inner = masked(a, (struct str){ arg.p, arg.n });
		buf_put(&out, s.p, at);
		text_escape(&out, inner.p, inner.n, '\'');
		buf_putc(&out, '\'');
		s = buf_full(&out) ? STR(TRACE_MASK) :
		    (struct str){ arena_strn(a, out.p, out.n), out.n };
	}
	buf_wipe(&arg);
	buf_free(&out);
	return s;
}

void
trace_mask_parsed(struct trace_line *t, struct arena *a)
{
	if (t->kind == TRACE_RESULT)
		t->text = masked(a, t->text);
	else if (t->kind == TRACE_REQUEST && !str_is(t->type, "get"))
		t->text = masked_request(a, t->text);
}

/* --- lines --------------------------------------------------------------- */

/* "password=x", "Authorization: Basic x", "<auth ...>x". */
void
trace_mask_line(struct buf *out, const char *p, size_t n)
{
	static const char *const marks[] = { "passw", "secret", "authoriz",
		"credential", "token", "sasl", "<auth", "<response",
		"<challenge", "<success", "<user", "digest", "cookie", "&#" };
	size_t to = n;

	for (size_t m = 0; m < sizeof marks / sizeof marks[0]; m++) {
		size_t len = strlen(marks[m]);

		for (size_t i = 0; i + len <= to; i++)
			if ((p[i] | 0x20) == (marks[m][0] | 0x20) &&
			    strncasecmp(p + i, marks[m], len) == 0)
				to = i + len;
	}
	buf_put(out, p, to);
	if (to < n)
		buf_lit(out, TRACE_MASK);
}

/* --- stanzas ------------------------------------------------------------- */

static bool
has_text(const struct stanza *st)
{
	return stanza_text(st).n > 0;
}

static bool
is_secret_text(const struct stanza *st)
{
	if (strcmp(st->name, PASSWORD) == 0)
		return has_text(st);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (stanza_is(st, secrets[i].name, secrets[i].ns))
			return has_text(st);
	return false;
}

static bool
is_value(const struct stanza *st)
{
	return stanza_is(st, "value", NS_DATA) && has_text(st);
}

/* A form's field that is private, or speaks of a password in one of its
 * lines, such as a command's argument in JSON. */
static bool
is_secret_field(const struct stanza *st)
{
	const char *type = stanza_attr(st, "type"), *var;
	bool values = false, secret;

	if (!stanza_is(st, "field", NS_DATA))
		return false;
	var = stanza_attr(st, "var");
	secret = (type != NULL && strcmp(type, "text-private") == 0) ||
	    (var != NULL && mentions(var, strlen(var)));
	for (st = stanza_first(st); st != NULL; st = stanza_next(st)) {
		struct str text = stanza_text(st);

		values = values || is_value(st);
		secret = secret || (is_value(st) && mentions(text.p, text.n));
	}
	return values && secret;
}

static bool
is_token(const struct stanza *st)
{
	return stanza_is(st, "token", NS_FAST) &&
	    stanza_attr(st, "token") != NULL;
}

/* The payload of set-user and its kin. */
static bool
is_payload(const struct stanza *st)
{
	return stanza_is(st, "user", NS_M) && has_text(st);
}

static bool
has_secret(const struct stanza *top)
{
	for (const struct stanza *st = top; st != NULL;
	    st = stanza_walk(top, st))
		if (st->name != NULL && (is_secret_text(st) ||
		    is_secret_field(st) || is_token(st) || is_payload(st)))
			return true;
	return false;
}

static void
mask_text(struct stanza *st)
{
	stanza_set_text(st, TRACE_MASK, sizeof TRACE_MASK - 1);
}

static void
mask_values(struct stanza *field)
{
	for (struct stanza *at = field; at != NULL;
	    at = stanza_walk(field, at))
		if (at->name != NULL && is_value(at))
			mask_text(at);
}

/* Base64 of JSON stays so, with the password masked inside; anything else
 * may have it in a form that we do not know. */
static void
mask_payload(struct stanza *st)
{
	struct str text = stanza_text(st);
	struct buf raw = BUF_INIT(PAYLOAD_MAX), json = BUF_INIT(PAYLOAD_MAX);
	struct buf b64 = BUF_INIT(BASE64_SIZE((size_t)PAYLOAD_MAX));
	struct err e = ERR_INIT;
	const char *as = stanza_attr(st, "as");

	if (base64_get_ws(&raw, text.p, text.n, &e) < 0 || buf_full(&raw) ||
	    (as != NULL && strcmp(as, "json") != 0)) {
		mask_text(st);
		goto out;
	}
	trace_mask_json(&json, raw.p, raw.n);
	if (str_is((struct str){ json.p, json.n }, TRACE_MASK)) {
		mask_text(st);
	} else if (json.n != raw.n || memcmp(json.p, raw.p, raw.n) != 0) {
		base64_put(&b64, json.p, json.n);
		stanza_set_text(st, b64.p, b64.n);
	}
out:
	buf_wipe(&raw);
	buf_free(&json);
	buf_free(&b64);
}

const struct stanza *
trace_mask(struct arena *a, const struct stanza *st)
{
	struct stanza *top;

	if (st == NULL || !has_secret(st))
		return st;
	top = stanza_copy(a, st);
	for (struct stanza *at = top; at != NULL; at = stanza_walk(top, at)) {
		if (at->name == NULL)
			continue;
		if (is_secret_text(at))
			mask_text(at);
		if (is_secret_field(at))
			mask_values(at);
		if (is_token(at))
			stanza_set(at, "token", TRACE_MASK);
		if (is_payload(at))
			mask_payload(at);
	}
	return top;
}
