#include <string.h>

#include "avro/plan_int.h"
#include "base/jsonnum.h"

/*
 * Logical types in their readable form, both ways.  A number always may stand
 * for what is a number underneath; what has no readable form (a year beyond
 * 9999) is written as one.
 */

static const char *
enc_unlike(struct plan_run *r, const struct pnode *n, const char *p)
{
	return r->fail == FAIL_NONE ? enc_misfit(r, n, p) : NULL;
}

static bool
put_bytes(struct plan_run *r, const struct pnode *n, const void *p, size_t len)
{
	if (!plan_room(r, len + VARINT_MAX))
		return false;
	if (n->op == SCHEMA_BYTES)
		r->o = put_varint(r->o, (uint64_t)len << 1);
	memcpy(r->o, p, len);
	r->o += len;
	return true;
}

/* Two's complement for a fixed: the sign fills what is in front. */
static bool
put_fixed_decimal(struct plan_run *r, const struct pnode *n,
    const struct buf *d)
{
	size_t pad = n->u.size - d->n;

	if (d->n > n->u.size || !plan_room(r, n->u.size))
		return false;
	memset(r->o, d->p[0] & 0x80 ? 0xff : 0, pad);
	memcpy(r->o + pad, d->p, d->n);
	r->o += n->u.size;
	return true;
}

static const char *
enc_decimal(struct plan_run *r, const struct pnode *n, const char *p)
{
	struct str s = { p, 0 };
	struct buf *d = &r->bytes;
	char got[ENC_FOUND];
	const char *q;

	if (*p == '"') {
		q = enc_text(r, p, &s);
	} else if (enc_token(*p) == TOKEN_NUMBER) {
		q = enc_ignore(r, p);
		s.n = q == NULL ? 0 : (size_t)(q - p);
	} else {
		return enc_misfit(r, n, p);
	}
	if (q == NULL)
		return NULL;
	buf_reset(d);
	if (decimal_get(d, s.p, s.n, n->schema->precision,
	    n->schema->scale) == 0 && d->n <= DECIMAL_BYTES &&
	    (n->op == SCHEMA_FIXED ?
	    put_fixed_decimal(r, n, d) : put_bytes(r, n, d->p, d->n)))
		return q;
	if (r->fail != FAIL_NONE)
		return NULL;
	enc_found(r, p, got);
	return plan_fail(r, ERR_VALUE, p, "expected decimal of %u digits, %u "
	    "behind the point, got %s", n->schema->precision,
	    n->schema->scale, got);
}

static const char *
enc_time(struct plan_run *r, const struct pnode *n, const char *p)
{
	const char *q;
	struct str s;
	int64_t v;

	if (enc_token(*p) == TOKEN_NUMBER)
		return enc_integer(r, n, p);
	if (*p != '"')
		return enc_misfit(r, n, p);
	q = enc_text(r, p, &s);
	if (q == NULL)
		return NULL;
	if (!logical_get((enum schema_logical)n->logical, s.p, s.n, &v) ||
	    (n->op == SCHEMA_INT && v != (int32_t)v)) {
		if (r->flags & PF_CAST)		/* "12" for 12 */
			return enc_integer(r, n, p);
		return enc_misfit(r, n, p);
	}
	if (!plan_room(r, VARINT_MAX))
		return NULL;
	r->o = put_zigzag(r->o, v);
	return q;
}

const char *
enc_logical(struct plan_run *r, const struct pnode *n, const char *p)
{
	uint8_t bytes[16];
	const char *q;
	struct str s;

	if (n->logical == LOGICAL_DECIMAL)
		return enc_decimal(r, n, p);
	if (n->logical != LOGICAL_UUID && n->logical != LOGICAL_DURATION)
		return enc_time(r, n, p);
	if (*p != '"')
		return enc_misfit(r, n, p);
	q = enc_text(r, p, &s);
	if (q == NULL)
		return NULL;
	if (n->logical == LOGICAL_DURATION)
		return duration_get(s.p, s.n, bytes) &&
		    put_bytes(r, n, bytes, 12) ? q : enc_unlike(r, n, p);
	if (!uuid_get(s.p, s.n, bytes))
		return enc_misfit(r, n, p);
	if (n->op == SCHEMA_FIXED)
		return put_bytes(r, n, bytes, 16) ? q : NULL;
	return enc_string_slow(r, p);
}

/* --- binary to text ------------------------------------------------------- */

static bool
put_quoted(struct plan_run *r, const char *p, size_t n)
{
	if (!plan_room(r, n + 2))
		return false;
	*r->o++ = '"';
	memcpy(r->o, p, n);
	r->o += n;
	*r->o++ = '"';
	return true;
}

static const uint8_t *
dec_decimal(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	size_t len = n->u.size;
	const uint8_t *at = b;

	if (n->op == SCHEMA_BYTES) {
		b = bin_length(r, b, &len);
		if (b == NULL)
			return NULL;
	} else if ((size_t)((const uint8_t *)r->end - b) < len) {
		return plan_short(r);
	}
	buf_reset(&r->text);
	if (decimal_put(&r->text, b, len, n->schema->scale) < 0)
		return plan_fail(r, ERR_LIMIT, at,
		    "a decimal of more than %d bytes", DECIMAL_BYTES);
	return put_quoted(r, r->text.p, r->text.n) ? b + len : NULL;
}

static const uint8_t *
dec_time(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	char text[LOGICAL_TEXT];
	const uint8_t *at = b;
	size_t len;
	int64_t v;

	b = bin_long(r, b, &v);
	if (b == NULL)
		return NULL;
	if (n->op == SCHEMA_INT && v != (int32_t)v)
		return plan_fail(r, ERR_INPUT, at, "%lld is no int",
		    (long long)v);
	len = logical_put((enum schema_logical)n->logical, v, text);
	if (len > 0)
		return put_quoted(r, text, len) ? b : NULL;
	if (!plan_room(r, JSON_NUM_MAX))
		return NULL;
	r->o += json_num_put_int(r->o, v);
	return b;
}

const uint8_t *
dec_logical(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	char text[LOGICAL_TEXT];
	struct pnode plain = *n;

	plain.logical = LOGICAL_NONE;
	if (n->logical == LOGICAL_DECIMAL)
		return dec_decimal(r, n, b);
	if (n->logical == LOGICAL_UUID && n->op == SCHEMA_STRING)
		return dec_value(r, &plain, b);
	if (n->logical != LOGICAL_UUID && n->logical != LOGICAL_DURATION)
		return dec_time(r, n, b);
	if ((size_t)((const uint8_t *)r->end - b) < n->u.size)
		return plan_short(r);
	if (n->logical == LOGICAL_DURATION)
		return put_quoted(r, text, duration_put(b, text)) ? b + 12 :
		    NULL;
	uuid_put(b, text);
	return put_quoted(r, text, 36) ? b + 16 : NULL;
}
