#include <string.h>

#include "avro/plan_int.h"
#include "base/text.h"

/*
 * The writer's binary to the reader's.
 */


static bool
put_init(struct plan_run *r, const struct pfield *f)
{
	if (!plan_room(r, f->init.n))
		return false;
	memcpy(r->o, f->init.p, f->init.n);
	r->o += f->init.n;
	return true;
}

static const uint8_t *
res_copy(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	const uint8_t *end = bin_value(r, n->w, b);
	size_t len;

	if (end == NULL)
		return NULL;
	len = (size_t)(end - b);
	if (!plan_room(r, len))
		return NULL;
	memcpy(r->o, b, len);
	r->o += len;
	return end;
}

static const uint8_t *
res_text(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	const uint8_t *end = bin_value(r, n->w, b);
	const uint8_t *from;
	size_t len;

	if (end == NULL)
		return NULL;
	from = bin_length(r, b, &len);
	if (utf8_check((const char *)from, len) != len)
		return plan_fail(r, ERR_INPUT, from,
		    "bytes that are to be read as a string are no UTF-8");
	return res_copy(r, n, b);
}

static const uint8_t *
res_number(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	const uint8_t *end = bin_value(r, n->w, b);
	uint32_t low;
	uint64_t bits;
	int64_t v = 0;
	double d;
	float f;

	if (end == NULL || !plan_room(r, 8))
		return NULL;
	if (n->op == R_FLOAT_DOUBLE) {
		low = get_le32(b);
		memcpy(&f, &low, sizeof f);
		d = (double)f;
	} else {
		bin_long(r, b, &v);
		d = (double)v;
		f = (float)v;
	}
	if (n->op == R_INT_FLOAT || n->op == R_LONG_FLOAT) {
		memcpy(&low, &f, sizeof low);
		put_le32(r->o, low);
		r->o += 4;
	} else {
		memcpy(&bits, &d, sizeof bits);
		put_le64(r->o, bits);
		r->o += 8;
	}
	return end;
}

static const uint8_t *
res_enum(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	const uint8_t *at = b;
	struct str s;
	uint32_t i;

	b = bin_symbol(r, n->w->u.symbols, b, &i);
	if (b == NULL || !plan_room(r, VARINT_MAX))
		return NULL;
	if (n->symbols[i] < 0) {
		s = n->w->schema->symbols[i];
		return plan_fail(r, ERR_INPUT, at, "the reader's enum has no "
		    "symbol '%.*s' and no default",
		    (int)(s.n < 60 ? s.n : 60), s.p);
	}
	r->o = put_zigzag(r->o, n->symbols[i]);
	return b;
}

/* The blocks as they come; their sizes in bytes are not told again. */
static const uint8_t *
res_items(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	static const struct pnode text = { .op = SCHEMA_STRING };
	static const struct rnode key = { .op = R_COPY, .w = &text };
	bool map = n->w->op == SCHEMA_MAP;
	size_t i = 0, keys = r->key_count;
	const uint8_t *stop, *at;
	uint64_t count;

	for (;;) {
		b = bin_block(r, map ? NULL : n->w->u.items, b, &count, &stop);
		if (b == NULL || !plan_room(r, VARINT_MAX))
			return NULL;
		r->o = put_varint(r->o, count << 1);
		if (count == 0)
			return plan_keys_end(r, keys, r->start, ERR_INPUT) ?
			    b : NULL;
		for (; count > 0; count--, i++) {
			at = b;
			if (map)
				b = res_copy(r, &key, b);
			if (map && b != NULL)
				bin_key_seen(r, at, b);
			if (b != NULL)
				b = res_value(r, n->items, b);
			if (b == NULL)
				return bin_step(r, map, keys, i);
		}
		if (!bin_block_end(r, b, stop))
			return NULL;
	}
}

/* One field of the writer: to the reader, or passed over. */
static const uint8_t *
res_step(struct plan_run *r, const struct rrecord *rec, uint32_t i,
    const uint8_t *b)
{
	const struct rstep *s = &rec->steps[i];

	b = s->node == NULL ? bin_value(r, s->skip, b) :
	    res_value(r, s->node, b);
	if (b == NULL)
		plan_path(r, s->node == NULL ? rec->writer->fields[i].name :
		    rec->reader->fields[s->to].name);
	return b;
}

static const uint8_t *
res_any_order(struct plan_run *r, const struct rrecord *rec, const uint8_t *b)
{
	struct order w = plan_order(r, rec->reader->count);
	size_t at;

	for (uint32_t i = 0; i < rec->writer->count; i++) {
		at = plan_member(r);
		b = res_step(r, rec, i, b);
		if (b == NULL)
			return NULL;
		if (rec->steps[i].node != NULL)
			plan_member_end(r, &w, rec->steps[i].to, at);
	}
	for (uint32_t i = 0; i < rec->reader->count; i++) {
		if (rec->given[i])
			continue;
		at = plan_member(r);
		if (!put_init(r, &rec->reader->fields[i]))
			return NULL;
		plan_member_end(r, &w, i, at);
	}
	return plan_order_end(r, &w, 0, rec->reader->count, NULL) ? b : NULL;
}

static const uint8_t *
res_record(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	const struct rrecord *rec = n->record;
	uint32_t next = 0;

	if (!rec->in_order)
		return res_any_order(r, rec, b);
	for (uint32_t i = 0; i < rec->writer->count; i++) {
		const struct rstep *s = &rec->steps[i];

		for (; s->node != NULL && next < s->to; next++)
			if (!put_init(r, &rec->reader->fields[next]))
				return NULL;
		next += s->node != NULL;
		b = res_step(r, rec, i, b);
		if (b == NULL)
			return NULL;
	}
	for (; next < rec->reader->count; next++)
		if (!put_init(r, &rec->reader->fields[next]))
			return NULL;
	return b;
}

static const uint8_t *
res_union(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	uint32_t i;

	b = bin_branch(r, n->w->u.branches, b, &i);
	return b == NULL ? NULL : res_value(r, n->branches[i], b);
}

static const uint8_t *
res_branch(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	if (!plan_room(r, VARINT_MAX))
		return NULL;
	r->o = put_zigzag(r->o, (int64_t)n->index);
	return res_value(r, n->items, b);
}

static const uint8_t *
res_nested(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	if (!bin_enter(r, b))
		return NULL;
	b = n->op == R_RECORD ? res_record(r, n, b) :
	    n->op == R_ITEMS ? res_items(r, n, b) : res_union(r, n, b);
	r->depth++;
	return b;
}

const uint8_t *
res_value(struct plan_run *r, const struct rnode *n, const uint8_t *b)
{
	switch (n->op) {
	case R_COPY:
		return res_copy(r, n, b);
	case R_TEXT:
		return res_text(r, n, b);
	case R_ENUM:
		return res_enum(r, n, b);
	case R_BRANCH:
		return res_branch(r, n, b);
	case R_RECORD: case R_ITEMS: case R_UNION:
		return res_nested(r, n, b);
	case R_FAIL:
		return plan_fail(r, ERR_INPUT, b, "%s", n->why);
	default:
		return res_number(r, n, b);
	}
}
