#include <string.h>

#include "avro/plan_int.h"
#include "base/text.h"

/*
 * Binary that is passed over and checked: lengths, indexes, UTF-8, blocks.
 */

/* Avro 1.11, Binary Encoding: zigzag, 7 bits a byte, the lowest first. */
const uint8_t *
bin_long(struct plan_run *r, const uint8_t *b, int64_t *out)
{
	const uint8_t *end = (const uint8_t *)r->end;
	uint64_t z = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t c;

		if (b == end)
			return plan_short(r);
		c = *b++;
		if (shift == 63 && c > 1)
			break;
		z |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*out = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
			return b;
		}
	}
	return plan_fail(r, ERR_INPUT, b, "an integer of more than 64 bits");
}

/* A length and so many bytes behind it. */
const uint8_t *
bin_length(struct plan_run *r, const uint8_t *b, size_t *out)
{
	const uint8_t *at = b;
	int64_t v;

	b = bin_long(r, b, &v);
	if (b == NULL)
		return NULL;
	if (v < 0)
		return plan_fail(r, ERR_INPUT, at, "a negative length");
	if ((uint64_t)v > r->limits.bytes)
		return plan_fail(r, ERR_LIMIT, at, "a length of %lld bytes",
		    (long long)v);
	if ((uint64_t)v > (uint64_t)((const uint8_t *)r->end - b)) {
		if (!r->last)
			return plan_short(r);
		return plan_fail(r, ERR_INPUT, at, "a length of %lld bytes, "
		    "and %zu are left", (long long)v,
		    (size_t)((const uint8_t *)r->end - b));
	}
	*out = (size_t)v;
	return b;
}

#define EMPTY_PART	64	/* of the budget: items that take no byte */

const uint8_t *
bin_block(struct plan_run *r, const struct pnode *items, const uint8_t *b,
    uint64_t *count, const uint8_t **stop)
{
	const uint8_t *at = b;
	int64_t c;
	size_t n;

	*stop = NULL;
	b = bin_long(r, b, &c);
	if (b == NULL)
		return NULL;
	*count = c < 0 ? 0 - (uint64_t)c : (uint64_t)c;
	if (c < 0) {
		b = bin_length(r, b, &n);
		if (b == NULL)
			return NULL;
		*stop = b + n;
	}
	if (items != NULL && items->may_be_empty &&
	    *count > r->limits.elements / EMPTY_PART)
		return plan_fail(r, ERR_LIMIT, at, "more than %zu elements "
		    "that may take no byte, a %dth of all that a value may "
		    "have", r->limits.elements / EMPTY_PART, EMPTY_PART);
	if (*count > r->elements)
		return plan_fail(r, ERR_LIMIT, at, "more than %zu elements in"
		    " one value", r->limits.elements);
	r->elements -= *count;
	if (r->last && (items == NULL || !items->may_be_empty) &&
	    *count > (uint64_t)((const uint8_t *)r->end - b))
		return plan_fail(r, ERR_INPUT, at, "a block of %llu items, "
		    "and %zu bytes are left", (unsigned long long)*count,
		    (size_t)((const uint8_t *)r->end - b));
	return b;
}

bool
bin_block_end(struct plan_run *r, const uint8_t *b, const uint8_t *stop)
{
	if (stop == NULL || b == stop)
		return true;
	plan_fail(r, ERR_INPUT, b, "the block has another size than it says");
	return false;
}

static const uint8_t *
bin_text(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	size_t len, good;

	b = bin_length(r, b, &len);
	if (b == NULL || n->op == SCHEMA_BYTES)
		return b == NULL ? NULL : b + len;
	good = utf8_check((const char *)b, len);
	if (good != len)
		return plan_fail(r, ERR_INPUT, b + good,
		    "the string is no UTF-8");
	return b + len;
}

static const uint8_t *
bin_index(struct plan_run *r, const uint8_t *b, uint32_t count,
    const char *what, uint32_t *out)
{
	const uint8_t *at = b;
	int64_t v;

	b = bin_long(r, b, &v);
	if (b == NULL)
		return NULL;
	if (v < 0 || v >= (int64_t)count)
		return plan_fail(r, ERR_INPUT, at, "index %lld of %s with "
		    "%u", (long long)v, what, count);
	*out = (uint32_t)v;
	return b;
}

const uint8_t *
bin_branch(struct plan_run *r, const struct punion *u, const uint8_t *b,
    uint32_t *out)
{
	return bin_index(r, b, u->count, "a union", out);
}

const uint8_t *
bin_symbol(struct plan_run *r, const struct penum *en, const uint8_t *b,
    uint32_t *out)
{
	return bin_index(r, b, en->count, "an enum", out);
}

static const uint8_t *
bin_int(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	const uint8_t *at = b;
	int64_t v;

	b = bin_long(r, b, &v);
	if (b != NULL && n->op == SCHEMA_INT && v != (int32_t)v)
		return plan_fail(r, ERR_INPUT, at, "%lld is no int",
		    (long long)v);
	return b;
}

static const uint8_t *
bin_fixed(struct plan_run *r, const uint8_t *b, size_t n)
{
	return (size_t)((const uint8_t *)r->end - b) < n ? plan_short(r) :
	    b + n;
}

static const uint8_t *
bin_boolean(struct plan_run *r, const uint8_t *b)
{
	if (b == (const uint8_t *)r->end)
		return plan_short(r);
	return *b > 1 ? plan_fail(r, ERR_INPUT, b, "%u is no boolean", *b) :
	    b + 1;
}

static const uint8_t *
bin_record(struct plan_run *r, const struct precord *rec, const uint8_t *b)
{
	for (uint32_t i = 0; i < rec->count; i++) {
		b = bin_value(r, rec->fields[i].type, b);
		if (b == NULL) {
			plan_path(r, rec->fields[i].name);
			return NULL;
		}
	}
	return b;
}

const uint8_t *
bin_key(struct plan_run *r, const uint8_t *b)
{
	static const struct pnode key = { .op = SCHEMA_STRING };
	const uint8_t *at = b;

	b = bin_text(r, &key, b);
	if (b != NULL)
		bin_key_seen(r, at, b);
	return b;
}

/* Into the path: the item, or the entry's key when it was read. */
void *
bin_step(struct plan_run *r, bool map, size_t keys, size_t i)
{
	const struct key *k;

	if (map && r->key_count > keys + i) {
		k = r->keys + keys + i;
		plan_path(r, (struct str){ r->start + k->at, k->n });
	} else {
		plan_path_index(r, i);
	}
	return NULL;
}

static const uint8_t *
bin_items(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	bool map = n->op == SCHEMA_MAP;
	size_t i = 0, keys = r->key_count;
	const uint8_t *stop;
	uint64_t count;

	for (;;) {
		b = bin_block(r, map ? NULL : n->u.items, b, &count, &stop);
		if (b == NULL)
			return NULL;
		if (count == 0)
			return plan_keys_end(r, keys, r->start, ERR_INPUT) ?
			    b : NULL;
		for (; count > 0; count--, i++) {
			if (map)
				b = bin_key(r, b);
			if (b != NULL)
				b = bin_value(r, n->u.items, b);
			if (b == NULL)
				return bin_step(r, map, keys, i);
		}
		if (!bin_block_end(r, b, stop))
			return NULL;
	}
}

static const uint8_t *
bin_union(struct plan_run *r, const struct punion *u, const uint8_t *b)
{
	uint32_t i;

	b = bin_branch(r, u, b, &i);
	return b == NULL ? NULL : bin_value(r, u->branches[i], b);
}

/* One more level; each record counts, so that empty ones in one another come
 * to an end. */
bool
bin_enter(struct plan_run *r, const void *b)
{
	if (r->depth == 0) {
		plan_fail(r, ERR_LIMIT, b, "nested deeper than %zu",
		    r->limits.depth);
		return false;
	}
	if (r->elements == 0) {
		plan_fail(r, ERR_LIMIT, b, "more than %zu elements in one "
		    "value", r->limits.elements);
		return false;
	}
	r->elements--;
	r->depth--;
	return true;
}

static const uint8_t *
bin_nested(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	if (!bin_enter(r, b))
		return NULL;
	b = n->op == SCHEMA_RECORD ? bin_record(r, n->u.record, b) :
	    n->op == SCHEMA_UNION ? bin_union(r, n->u.branches, b) :
	    bin_items(r, n, b);
	r->depth++;
	return b;
}

const uint8_t *
bin_value(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	uint32_t i;

	switch (n->op) {
	case SCHEMA_NULL:
		return b;
	case SCHEMA_BOOLEAN:
		return bin_boolean(r, b);
	case SCHEMA_INT: case SCHEMA_LONG:
		return bin_int(r, n, b);
	case SCHEMA_FLOAT:
		return bin_fixed(r, b, 4);
	case SCHEMA_DOUBLE:
		return bin_fixed(r, b, 8);
	case SCHEMA_STRING: case SCHEMA_BYTES:
		return bin_text(r, n, b);
	case SCHEMA_FIXED:
		return bin_fixed(r, b, n->u.size);
	case SCHEMA_ENUM:
		return bin_symbol(r, n->u.symbols, b, &i);
	default:
		return bin_nested(r, n, b);
	}
}
