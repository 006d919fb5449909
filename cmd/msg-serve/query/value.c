#include "query/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

bool
value_true(const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL: return false;
	case VALUE_BOOLEAN: return v->u.truth;
	case VALUE_INTEGER: return v->u.integer != 0;
	case VALUE_REAL: return v->u.real < 0 || v->u.real > 0;
	case VALUE_STRING: return v->u.text.n > 0;
	default: return true;
	}
}

bool
value_same(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case VALUE_NULL: return true;
	case VALUE_BOOLEAN: return a->u.truth == b->u.truth;
	case VALUE_STRING: case VALUE_JSON:
		return str_eq(a->u.text, b->u.text);
	default:
		return memcmp(&a->u, &b->u, sizeof a->u.integer) == 0;
	}
}

uint64_t
value_hash(const struct value *v)
{
	uint64_t h = 0x9e3779b97f4a7c15u * (v->type + 1u);

	if (v->type == VALUE_STRING || v->type == VALUE_JSON) {
		for (size_t i = 0; i < v->u.text.n; i++)
			h = (h ^ (uint8_t)v->u.text.p[i]) * 0x100000001b3u;
	} else if (v->type == VALUE_BOOLEAN) {
		h += v->u.truth;
	} else if (v->type != VALUE_NULL) {
		h ^= v->u.item;
	}
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

#define NUMBER_TEXT_MAX	64

/* "12", "-1.5", "1e3"; nothing before or behind it. */
static bool
text_to_number(struct str s, struct number *out)
{
	char text[NUMBER_TEXT_MAX + 1], *end;
	bool minus = s.n > 0 && s.p[0] == '-';
	uint64_t v;

	if (s.n == 0 || s.n > NUMBER_TEXT_MAX)
		return false;
	if (text_number(s.p + minus, s.n - minus, INT64_MAX, &v) == 0) {
		out->real = false;
		out->i = minus ? -(int64_t)v : (int64_t)v;
		out->d = (double)out->i;
		return true;
	}
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	if (strspn(text, "0123456789.eE+-") != s.n)
		return false;
	out->real = true;
	out->d = strtod(text, &end);
	return *end == 0 && isfinite(out->d);
}

bool
value_number(const struct value *v, struct number *out)
{
	switch (v->type) {
	case VALUE_INTEGER:
		*out = (struct number){ false, v->u.integer,
		    (double)v->u.integer };
		return true;
	case VALUE_REAL:
		*out = (struct number){ true, 0, v->u.real };
		return true;
	case VALUE_STRING:
		return text_to_number(v->u.text, out);
	default:
		return false;
	}
}

struct value
value_of(struct number n)
{
	if (n.real)
		return (struct value){ .type = VALUE_REAL, .u.real = n.d };
	return value_integer(n.i);
}

struct str
value_text(const struct value *v, struct arena *a)
{
	struct buf b = BUF_INIT(100);
	char *s;

	switch (v->type) {
	case VALUE_NULL:
		return STR("");
	case VALUE_BOOLEAN:
		return v->u.truth ? STR("true") : STR("false");
	case VALUE_INTEGER:
		s = arena_printf(a, "%" PRId64, v->u.integer);
		return str_of(s);
	case VALUE_REAL:
		json_put_double(&b, v->u.real);
		s = arena_strn(a, b.p, b.n);
		buf_free(&b);
		return str_of(s);
	case VALUE_STRING: case VALUE_JSON:
		return v->u.text;
	default:
		return STR_NONE;
	}
}

int
number_compare(struct number a, struct number b)
{
	long double x, y;

	if (!a.real && !b.real)
		return (a.i > b.i) - (a.i < b.i);
	x = a.real ? (long double)a.d : (long double)a.i;
	y = b.real ? (long double)b.d : (long double)b.i;
	return (x > y) - (x < y);
}

static bool
holds(enum expr_op op, int order)
{
	switch (op) {
	case OP_EQ: return order == 0;
	case OP_NE: return order != 0;
	case OP_LT: return order < 0;
	case OP_LE: return order <= 0;
	case OP_GT: return order > 0;
	default: return order >= 0;
	}
}

static bool
is_number(const struct value *v)
{
	return v->type == VALUE_INTEGER || v->type == VALUE_REAL;
}

static bool
is_text(const struct value *v)
{
	return v->type == VALUE_STRING || v->type == VALUE_JSON;
}

bool
value_compare(enum expr_op op, const struct value *a, const struct value *b)
{
	struct number x, y;

	if (is_number(a) || is_number(b)) {
		if (value_number(a, &x) && value_number(b, &y))
			return holds(op, number_compare(x, y));
	} else if (is_text(a) && is_text(b)) {
		return holds(op, str_cmp(a->u.text, b->u.text));
	} else if (a->type == b->type) {
		if (a->type == VALUE_BOOLEAN)
			return holds(op, a->u.truth - b->u.truth);
		if (a->type == VALUE_NULL)
			return holds(op, 0);
		return holds(op, (a->u.item > b->u.item) -
		    (a->u.item < b->u.item));
	} else if ((a->type == VALUE_BOOLEAN || b->type == VALUE_BOOLEAN) &&
	    (is_text(a) || is_text(b))) {
		return holds(op, str_cmp(value_text(a, NULL),
		    value_text(b, NULL)));
	}
	return op == OP_NE;
}

static int
overflow(struct err *e)
{
	return err_set(e, ERR_VALUE, "a number grew over its 64 bits");
}

static int
compute_integers(enum expr_op op, int64_t a, int64_t b, int64_t *out,
    struct err *e)
{
	switch (op) {
	case OP_ADD:
		return __builtin_add_overflow(a, b, out) ? overflow(e) : 0;
	case OP_SUB:
		return __builtin_sub_overflow(a, b, out) ? overflow(e) : 0;
	case OP_MUL:
		return __builtin_mul_overflow(a, b, out) ? overflow(e) : 0;
	default:
		break;
	}
	if (b == 0)
		return err_set(e, ERR_VALUE, "division by zero");
	if (b == -1) {
		if (op == OP_MOD) {
			*out = 0;
			return 0;
		}
		return __builtin_sub_overflow((int64_t)0, a, out) ?
		    overflow(e) : 0;
	}
	*out = op == OP_DIV ? a / b : a % b;
	return 0;
}

int
number_compute(enum expr_op op, struct number a, struct number b,
    struct number *out, struct err *e)
{
	out->real = a.real || b.real;
	if (!out->real) {
		if (compute_integers(op, a.i, b.i, &out->i, e) < 0)
			return -1;
		out->d = (double)out->i;
		return 0;
	}
	switch (op) {
	case OP_ADD: out->d = a.d + b.d; break;
	case OP_SUB: out->d = a.d - b.d; break;
	case OP_MUL: out->d = a.d * b.d; break;
	default:
		if (!(b.d < 0 || b.d > 0))
			return err_set(e, ERR_VALUE, "division by zero");
		out->d = op == OP_DIV ? a.d / b.d : fmod(a.d, b.d);
	}
	return isfinite(out->d) ? 0 : overflow(e);
}
