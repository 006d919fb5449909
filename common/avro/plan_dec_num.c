#include <string.h>

#include "avro/plan_int.h"

/*
 * Binary to JSON: numbers, and arrays of nothing else.
 */

static inline const uint8_t *
put_long(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	const uint8_t *at = b;
	int64_t v;

	b = bin_long_fast(r, b, &v);
	if (b == NULL)
		return NULL;
	if (n->op == SCHEMA_INT && v != (int32_t)v)
		return plan_fail(r, ERR_INPUT, at, "%lld is no int",
		    (long long)v);
	r->o += json_num_put_int(r->o, v);
	return b;
}

static void
put_not_finite(struct plan_run *r, double v)
{
	const char *s = v != v ? "\"NaN\"" : v > 0 ? "\"Infinity\"" :
	    "\"-Infinity\"";

	memcpy(r->o, s, strlen(s));
	r->o += strlen(s);
}

static inline const uint8_t *
put_float(struct plan_run *r, const uint8_t *b)
{
	uint32_t bits;
	float f;

	if (r->end - (const char *)b < 4)
		return plan_short(r);
	bits = get_le32(b);
	memcpy(&f, &bits, sizeof f);
	if (json_num_finite((double)f))
		r->o += json_num_put_float(r->o, f);
	else
		put_not_finite(r, (double)f);
	return b + 4;
}

static inline const uint8_t *
put_double(struct plan_run *r, const uint8_t *b)
{
	uint64_t bits;
	double d;

	if (r->end - (const char *)b < 8)
		return plan_short(r);
	bits = get_le64(b);
	memcpy(&d, &bits, sizeof d);
	if (json_num_finite(d))
		r->o += json_num_put_double(r->o, d);
	else
		put_not_finite(r, d);
	return b + 8;
}

const uint8_t *
dec_number(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	if (!plan_room(r, JSON_NUM_MAX))
		return NULL;
	return n->op == SCHEMA_DOUBLE ? put_double(r, b) :
	    n->op == SCHEMA_FLOAT ? put_float(r, b) : put_long(r, n, b);
}

const uint8_t *
dec_numbers(struct plan_run *r, const struct pnode *n, const uint8_t *b,
    size_t i, uint64_t count)
{
	for (; count > 0; count--, i++) {
		if (!plan_room(r, JSON_NUM_MAX + 1))
			return NULL;
		*r->o = ',';
		r->o += i > 0;
		b = n->op == SCHEMA_DOUBLE ? put_double(r, b) :
		    n->op == SCHEMA_FLOAT ? put_float(r, b) :
		    put_long(r, n, b);
		if (b == NULL) {
			plan_path_index(r, i);
			return NULL;
		}
	}
	return b;
}
