#include <string.h>

#include <stdio.h>

#include "avro/plan_int.h"
#include "base/base64.h"
#include "base/jsonnum.h"
#include "base/jsonscan.h"
#include "base/text.h"

/*
 * JSON to binary: what is met less often than in plan_enc.c: strings with
 * escapes, bytes, numbers that are no plain integers, and errors.
 */

enum token
enc_token(char c)
{
	switch (c) {
	case '{': return TOKEN_OBJECT;
	case '[': return TOKEN_ARRAY;
	case '"': return TOKEN_STRING;
	case 'n': return TOKEN_NULL;
	case 't': case 'f': return TOKEN_BOOL;
	default:
		return c == '-' || (c >= '0' && c <= '9') ? TOKEN_NUMBER :
		    TOKEN_NONE;
	}
}

/* --- errors --------------------------------------------------------------- */

void *
enc_expected(struct plan_run *r, const char *p, const char *what)
{
	size_t len;

	if (p == r->end)
		return plan_short(r);
	if (utf8_get(p, (size_t)(r->end - p), &len) == UINT32_MAX)
		len = 1;
	return plan_fail(r, ERR_SYNTAX, p, "expected %s, found '%.*s'", what,
	    (int)len, p);
}

void
enc_found(struct plan_run *r, const char *p, char out[ENC_FOUND])
{
	static const char *const names[] = { "null", "boolean", "number",
	    "string", "array", "object" };
	enum token t = enc_token(*p);
	const char *end = p + 1;
	size_t max = (size_t)(r->end - p) < 40 ? (size_t)(r->end - p) : 40;
	bool quoted = t == TOKEN_STRING;

	while ((size_t)(end - p) < max && (quoted ? *end != '"' :
	    strchr(" \n\r\t,:]}", *end) == NULL))
		end += quoted && *end == '\\' &&
		    (size_t)(end - p) + 1 < max ? 2 : 1;
	if (t == TOKEN_ARRAY || t == TOKEN_OBJECT || t == TOKEN_NULL)
		snprintf(out, ENC_FOUND, "%s", names[t]);
	else if (quoted)
		snprintf(out, ENC_FOUND, "string '%.*s%s'",
		    (int)(end - p - 1), p + 1,
		    (size_t)(end - p) == max ? "..." : "");
	else
		snprintf(out, ENC_FOUND, "%s %.*s", names[t],
		    (int)(end - p), p);
}

static void
wanted(const struct pnode *n, char out[SCHEMA_WANTED])
{
	const struct schema_node *s = n->schema;
	const char *logical = schema_logical_name((enum schema_logical)
	    n->logical);
	size_t at = 0;

	if (n->op == SCHEMA_UNION && s->branch_count == 0) {
		snprintf(out, SCHEMA_WANTED, "nothing: the union [] has no "
		    "branch");
	} else if (n->op == SCHEMA_ENUM && s->symbol_count == 0) {
		snprintf(out, SCHEMA_WANTED, "nothing: the enum %.*s has no "
		    "symbol", (int)(s->name.n < 60 ? s->name.n : 60),
		    s->name.p);
	} else if (n->op == SCHEMA_UNION) {
		at = (size_t)snprintf(out, SCHEMA_WANTED, "one of");
		for (size_t i = 0; i < s->branch_count && at < 160; i++) {
			struct str b = schema_branch_name(s->branches[i]);

			at += (size_t)snprintf(out + at, SCHEMA_WANTED - at,
			    "%s %.*s", i > 0 ? "," : "",
			    (int)(b.n < 40 ? b.n : 40), b.p);
		}
	} else if (n->op == SCHEMA_ENUM) {
		at = (size_t)snprintf(out, SCHEMA_WANTED, "a symbol of %.*s (",
		    (int)(s->name.n < 40 ? s->name.n : 40), s->name.p);
		for (size_t i = 0; i < s->symbol_count && at < 160; i++)
			at += (size_t)snprintf(out + at, SCHEMA_WANTED - at,
			    "%s%.*s", i > 0 ? ", " : "",
			    (int)(s->symbols[i].n < 30 ? s->symbols[i].n : 30),
			    s->symbols[i].p);
		snprintf(out + at, SCHEMA_WANTED - at, ")");
	} else if (n->op == SCHEMA_FIXED && n->logical == LOGICAL_NONE) {
		snprintf(out, SCHEMA_WANTED, "fixed of %zu bytes", n->u.size);
	} else {
		snprintf(out, SCHEMA_WANTED, "%s%s%.*s",
		    logical != NULL ? logical : schema_type_name(s->type),
		    s->name.n > 0 ? " " : "",
		    (int)(s->name.n < 60 ? s->name.n : 60), s->name.p);
	}
}

void *
enc_misfit(struct plan_run *r, const struct pnode *n, const char *p)
{
	char want[SCHEMA_WANTED], got[ENC_FOUND];

	if (enc_token(*p) == TOKEN_NONE)
		return enc_expected(r, p, "a value");
	/* "trailing" is no boolean */
	if ((enc_token(*p) == TOKEN_BOOL || enc_token(*p) == TOKEN_NULL) &&
	    enc_ignore(r, p) == NULL)
		return NULL;
	/* do not quote half of what is still to come */
	if (!r->last && enc_ignore(r, p) == NULL && r->fail == FAIL_SHORT)
		return NULL;
	wanted(n, want);
	enc_found(r, p, got);
	return plan_fail(r, ERR_VALUE, p, "expected %s, got %s", want, got);
}

/* --- strings -------------------------------------------------------------- */

static void *
bad_string(struct plan_run *r, const char *at)
{
	if (at >= r->end)
		return plan_short(r);
	return plan_fail(r, ERR_SYNTAX, at,
	    "a control character in a string must be escaped");
}

/* Where the string at p ends, checked to be UTF-8. */
static const char *
string_end(struct plan_run *r, const char *p, unsigned *what)
{
	const char *at = r->end, *to;
	size_t n, good;

	to = json_string_end(p + 1, r->end, what, &at);
	if (to == NULL)
		return bad_string(r, at);
	n = (size_t)(to - p) - 1;
	if (*what & JSON_BYTES_HIGH) {
		good = utf8_check(p + 1, n);
		if (good != n)
			return plan_fail(r, ERR_SYNTAX, p + 1 + good,
			    "this is no UTF-8");
	}
	return to;
}

const char *
enc_string_slow(struct plan_run *r, const char *p)
{
	unsigned what;
	const char *to = string_end(r, p, &what), *at;
	size_t raw, head;
	ptrdiff_t n;

	if (to == NULL)
		return NULL;
	raw = (size_t)(to - p) - 1;
	head = varint_size((uint64_t)raw << 1);
	if (!plan_room(r, raw + VARINT_MAX))
		return NULL;
	if (!(what & JSON_BYTES_ESCAPE)) {
		r->o = put_varint(r->o, (uint64_t)raw << 1);
		memcpy(r->o, p + 1, raw);
		r->o += raw;
		return to + 1;
	}
	n = json_unescape(r->o + head, p + 1, raw, &at);
	if (n < 0)
		return plan_fail(r, ERR_SYNTAX, at, "bad escape in a string");
	if (varint_size((uint64_t)n << 1) < head) {
		memmove(r->o + varint_size((uint64_t)n << 1), r->o + head,
		    (size_t)n);
		head = varint_size((uint64_t)n << 1);
	}
	put_varint(r->o, (uint64_t)n << 1);
	r->o += head + (size_t)n;
	return to + 1;
}

const char *
enc_text(struct plan_run *r, const char *p, struct str *out)
{
	unsigned what;
	const char *to = string_end(r, p, &what), *at;
	size_t n;
	ptrdiff_t got;

	if (to == NULL)
		return NULL;
	n = (size_t)(to - p) - 1;
	*out = (struct str){ p + 1, n };
	if (what & JSON_BYTES_ESCAPE) {
		buf_reset(&r->text);
		got = json_unescape(buf_room(&r->text, n), p + 1, n, &at);
		if (got < 0)
			return plan_fail(r, ERR_SYNTAX, at,
			    "bad escape in a string");
		*out = (struct str){ r->text.p, (size_t)got };
	}
	return to + 1;
}

/* --- bytes and fixed ------------------------------------------------------ */

/* Characters up to U+00FF to bytes: in place, they only get fewer. */
static bool
latin1(char *p, size_t *n)
{
	size_t o = 0, len;

	for (size_t i = 0; i < *n; i += len) {
		uint32_t c = utf8_get(p + i, *n - i, &len);

		if (c > 0xff)
			return false;
		p[o++] = (char)c;
	}
	*n = o;
	return true;
}

static void *
not_bytes(struct plan_run *r, const char *p)
{
	char got[ENC_FOUND];

	enc_found(r, p, got);
	return plan_fail(r, ERR_VALUE, p, "expected bytes as characters up to "
	    "U+00FF, got %s", got);
}

const char *
enc_bytes(struct plan_run *r, const struct pnode *n, const char *p)
{
	const char *q;
	struct err e = ERR_INIT;
	struct str s;

	if (*p != '"')
		return enc_misfit(r, n, p);
	q = enc_text(r, p, &s);
	if (q == NULL)
		return NULL;
	if (r->flags & PF_BASE64) {
		struct buf text = r->text;
		int rc;

		buf_reset(&r->bytes);
		rc = base64_get(&r->bytes, s.p, s.n, &e);
		r->text = r->bytes;
		r->bytes = text;
		if (rc < 0)
			return plan_fail(r, ERR_VALUE, p,
			    "expected bytes in base64: %s", e.text);
	} else if (s.p != r->text.p || s.n == 0) {
		buf_reset(&r->text);
		buf_put(&r->text, s.p, s.n);
	} else {
		r->text.n = s.n;
	}
	s.n = r->text.n;
	if (!(r->flags & PF_BASE64) && !latin1(r->text.p, &s.n))
		return not_bytes(r, p);
	if (n->op == SCHEMA_FIXED && s.n != n->u.size)
		return plan_fail(r, ERR_VALUE, p, "expected fixed of %zu "
		    "bytes, got %zu", n->u.size, s.n);
	if (!plan_room(r, s.n + VARINT_MAX))
		return NULL;
	if (n->op == SCHEMA_BYTES)
		r->o = put_varint(r->o, (uint64_t)s.n << 1);
	if (s.n > 0)
		memcpy(r->o, r->text.p, s.n);
	r->o += s.n;
	return q;
}

/* --- numbers -------------------------------------------------------------- */

static bool
put_double(struct plan_run *r, const struct pnode *n, double d, float f)
{
	uint32_t low;
	uint64_t bits;

	if (!plan_room(r, 8))
		return false;
	if (n->op == SCHEMA_FLOAT) {
		memcpy(&low, &f, sizeof low);
		put_le32(r->o, low);
		r->o += 4;
	} else {
		memcpy(&bits, &d, sizeof bits);
		put_le64(r->o, bits);
		r->o += 8;
	}
	return true;
}

/* The number x for a number's type. */
static bool
put_number(struct plan_run *r, const struct pnode *n, const struct json_num *x)
{
	float f = 0;
	double d = 0;
	int64_t v;

	switch (n->op) {
	case SCHEMA_INT: case SCHEMA_LONG:
		if (!json_num_int64(x, &v) || (n->op == SCHEMA_INT &&
		    v != (int32_t)v) || ((r->flags & PF_STRICT) && !x->whole))
			return false;
		if (!plan_room(r, VARINT_MAX))
			return false;
		r->o = put_zigzag(r->o, v);
		return true;
	case SCHEMA_FLOAT:
		f = json_num_float(x);
		return json_num_finite((double)f) && put_double(r, n, d, f);
	default:
		d = json_num_double(x);
		if ((r->flags & PF_CAST) && x->whole &&
		    (!(json_num_int64(x, &v)) || (double)v != d ||
		    (d < 9e18 && (int64_t)d != v)))
			return false;	/* 2^53 + 1: it would become another */
		return json_num_finite(d) && put_double(r, n, d, f);
	}
}

/* A number that ends with the text may go on. */
static const char *
scan(struct plan_run *r, const char *p, const char *end, struct json_num *x)
{
	const char *q = json_num_scan(p, end, x);

	if (q == NULL && x->p == r->end)
		return plan_short(r);
	if (q == r->end && !r->last)
		return plan_short(r);
	if (q == NULL)
		return plan_fail(r, ERR_SYNTAX, x->p, "this is no number");
	return q;
}

const char *
enc_integer(struct plan_run *r, const struct pnode *n, const char *p)
{
	struct json_num x;
	const char *q;

	if (enc_token(*p) != TOKEN_NUMBER)
		return *p == '"' && (r->flags & PF_CAST) ?
		    enc_number(r, n, p) : enc_misfit(r, n, p);
	q = scan(r, p, r->end, &x);
	if (q == NULL)
		return NULL;
	if (!put_number(r, n, &x))
		return r->fail == FAIL_NONE ? enc_misfit(r, n, p) : NULL;
	return q;
}

/* "NaN", "Infinity", "-Infinity". */
static bool
not_finite(struct str s, double *d)
{
	if (str_is(s, "NaN"))
		*d = __builtin_nan("");
	else if (str_is(s, "Infinity") || str_is(s, "INF"))
		*d = __builtin_inf();
	else if (str_is(s, "-Infinity") || str_is(s, "-INF"))
		*d = -__builtin_inf();
	else
		return false;
	return true;
}

/* A scalar as the text of a string, a string as the scalar it is the text of:
 * PROTOCOL.md 3. */
static const char *
cast(struct plan_run *r, const struct pnode *n, const char *p)
{
	struct json_num x;
	const char *q;
	struct str s;
	bool truth;

	if (n->op == SCHEMA_STRING) {
		if (enc_token(*p) != TOKEN_NUMBER &&
		    enc_token(*p) != TOKEN_BOOL)
			return enc_misfit(r, n, p);
		q = enc_ignore(r, p);
		if (q == NULL || !plan_room(r, (size_t)(q - p) + VARINT_MAX))
			return NULL;
		r->o = put_varint(r->o, (uint64_t)(q - p) << 1);
		memcpy(r->o, p, (size_t)(q - p));
		r->o += q - p;
		return q;
	}
	q = enc_text(r, p, &s);
	if (q == NULL)
		return NULL;
	if (n->op == SCHEMA_BOOLEAN) {
		truth = str_is(s, "true");
		if ((!truth && !str_is(s, "false")) || !plan_room(r, 1))
			return enc_misfit(r, n, p);
		*r->o++ = truth;
		return q;
	}
	if (json_num_scan(s.p, s.p + s.n, &x) != s.p + s.n ||
	    !put_number(r, n, &x))
		return r->fail == FAIL_NONE ? enc_misfit(r, n, p) : NULL;
	return q;
}

const char *
enc_number(struct plan_run *r, const struct pnode *n, const char *p)
{
	struct json_num x;
	const char *q;
	struct str s;
	double d;

	if (n->op != SCHEMA_FLOAT && n->op != SCHEMA_DOUBLE)
		return cast(r, n, p);
	if (*p == '"') {
		q = enc_text(r, p, &s);
		if (q == NULL)
			return NULL;
		if (not_finite(s, &d))
			return put_double(r, n, d, (float)d) ? q : NULL;
		return r->flags & PF_CAST ? cast(r, n, p) :
		    enc_misfit(r, n, p);
	}
	if (enc_token(*p) != TOKEN_NUMBER)
		return enc_misfit(r, n, p);
	q = scan(r, p, r->end, &x);
	if (q == NULL)
		return NULL;
	if (!put_number(r, n, &x))
		return r->fail == FAIL_NONE ? enc_misfit(r, n, p) : NULL;
	return q;
}
