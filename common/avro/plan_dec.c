#include <stdlib.h>
#include <string.h>

#include "avro/plan_int.h"
#include "base/base64.h"
#include "base/jsonscan.h"
#include "base/text.h"

/*
 * Binary to JSON, one pass.  Where keys are to be sorted, members are written
 * as they come and the chain puts them in order.
 */

static inline void
put_text(struct plan_run *r, const char *p, size_t n)
{
	memcpy(r->o, p, n);
	r->o += n;
}

/* --- strings -------------------------------------------------------------- */

static char *
put_escape(char *o, unsigned char c, const char *digits)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *which = c == 0 ? NULL : strchr(from, c);

	*o++ = '\\';
	if (which != NULL) {
		*o++ = to[which - from];
		return o;
	}
	memcpy(o, "u00", 3);
	o[3] = digits[c >> 4];
	o[4] = digits[c & 15];
	return o + 5;
}

static const uint8_t *
dec_string_slow(struct plan_run *r, const uint8_t *b, size_t n)
{
	const char *p = (const char *)b;
	size_t good = utf8_check(p, n);

	if (good != n)
		return plan_fail(r, ERR_INPUT, b + good,
		    "the string is no UTF-8");
	if (!plan_room(r, n * 6 + 2))
		return NULL;
	*r->o++ = '"';
	for (size_t i = 0; i < n; i++) {
		unsigned char c = b[i];

		if (c < 0x20 || c == '"' || c == '\\')
			r->o = put_escape(r->o, c, "0123456789abcdef");
		else
			*r->o++ = (char)c;
	}
	*r->o++ = '"';
	return b + n;
}

static inline const uint8_t *
dec_string(struct plan_run *r, const uint8_t *b)
{
	const char *p, *end = r->end;
	size_t n, i = 0;
	char *o;

	if ((const char *)b < end && *b < 0x80 && !(*b & 1) &&
	    (size_t)(end - (const char *)b) > (size_t)(*b >> 1)) {
		n = *b++ >> 1;
	} else {
		b = bin_length(r, b, &n);
		if (b == NULL)
			return NULL;
	}
	if (!plan_room(r, n + 2 + JSON_STEP))
		return NULL;
	p = (const char *)b;
	o = r->o;
	*o++ = '"';
	for (; i < n && end - (p + i) >= JSON_STEP; i += JSON_STEP) {
		unsigned high, bits = json_special(p + i, &high);
		size_t left = n - i;

		memcpy(o + i, p + i, JSON_STEP);
		bits |= high;
		if (left < JSON_STEP)
			bits &= (1u << left) - 1;
		if (bits != 0)
			return dec_string_slow(r, b, n);
	}
	for (; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80)
			return dec_string_slow(r, b, n);
		o[i] = (char)c;
	}
	o[n] = '"';
	r->o = o + n + 1;
	return b + n;
}

/* Bytes as characters up to U+00FF, or base64. */
const uint8_t *
dec_bytes(struct plan_run *r, const struct pnode *node, const uint8_t *b)
{
	size_t n = node->u.size;

	if (node->op == SCHEMA_BYTES) {
		b = bin_length(r, b, &n);
		if (b == NULL)
			return NULL;
	} else if ((size_t)((const uint8_t *)r->end - b) < n) {
		return plan_short(r);
	}
	if (!plan_room(r, n * 6 + 2))
		return NULL;
	*r->o++ = '"';
	if (r->flags & PF_BASE64) {
		buf_reset(&r->text);
		base64_put(&r->text, b, n);
		put_text(r, r->text.p == NULL ? "" : r->text.p, r->text.n);
	} else {
		for (size_t i = 0; i < n; i++) {
			unsigned char c = b[i];

			if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
				r->o = put_escape(r->o, c, "0123456789ABCDEF");
			else
				*r->o++ = (char)c;
		}
	}
	*r->o++ = '"';
	return b + n;
}

/* --- boolean, enum -------------------------------------------------------- */

static const uint8_t *
dec_boolean(struct plan_run *r, const uint8_t *b)
{
	if (b == (const uint8_t *)r->end)
		return plan_short(r);
	if (*b > 1)
		return plan_fail(r, ERR_INPUT, b, "%u is no boolean", *b);
	if (!plan_room(r, 5))
		return NULL;
	put_text(r, *b ? "true" : "false", *b ? 4 : 5);
	return b + 1;
}

static const uint8_t *
dec_enum(struct plan_run *r, const struct penum *en, const uint8_t *b)
{
	uint32_t i;

	b = bin_symbol(r, en, b, &i);
	if (b == NULL || !plan_room(r, en->symbols[i].n))
		return NULL;
	put_text(r, en->symbols[i].p, en->symbols[i].n);
	return b;
}

/* --- records -------------------------------------------------------------- */

/* A label is ,"name": and at least KEY_HEAD bytes can be read there. */
static inline bool
put_label(struct plan_run *r, const struct pfield *f, bool first)
{
	const char *p = f->label + first;
	size_t n = f->label_n - first;

	if (!plan_room(r, n + KEY_HEAD))
		return false;
	if (n <= KEY_HEAD - 1)
		memcpy(r->o, p, KEY_HEAD - 1);
	else
		memcpy(r->o, p, n);
	r->o += n;
	return true;
}

static const uint8_t *
dec_sorted(struct plan_run *r, const struct precord *rec, const uint8_t *b)
{
	struct order w = plan_order(r, rec->count);

	for (uint32_t i = 0; i < rec->count; i++) {
		const struct pfield *f = &rec->fields[i];
		size_t at = plan_member(r);

		if (!put_label(r, f, rec->rank[i] == 0))
			return NULL;
		b = dec_value(r, f->type, b);
		if (b == NULL) {
			plan_path(r, f->name);
			return NULL;
		}
		plan_member_end(r, &w, i, at);
	}
	return plan_order_end(r, &w, 0, rec->count, rec->sorted) ? b : NULL;
}

static const uint8_t *
dec_record(struct plan_run *r, const struct precord *rec, const uint8_t *b)
{
	if (!plan_room(r, 2))
		return NULL;
	*r->o++ = '{';
	if ((r->flags & PF_SORTED) && !rec->in_order)
		b = dec_sorted(r, rec, b);
	else
		for (uint32_t i = 0; i < rec->count; i++) {
			const struct pfield *f = &rec->fields[i];

			if (!put_label(r, f, i == 0))
				return NULL;
			b = dec_value(r, f->type, b);
			if (b == NULL) {
				plan_path(r, f->name);
				return NULL;
			}
		}
	if (b == NULL || !plan_room(r, 1))
		return NULL;
	*r->o++ = '}';
	return b;
}

/* --- arrays and maps ------------------------------------------------------ */

static const uint8_t *
dec_entry(struct plan_run *r, const struct pnode *n, const uint8_t *b,
    struct str *key)
{
	const uint8_t *at = b;
	size_t len;

	b = bin_length(r, b, &len);
	if (b == NULL)
		return NULL;
	bin_key_seen(r, at, b + len);
	*key = (struct str){ (const char *)b, len };
	if (utf8_check(key->p, len) != len)
		return plan_fail(r, ERR_INPUT, b, "the key is no UTF-8");
	b = dec_string_slow(r, b, len);
	if (b == NULL || !plan_room(r, 1))
		return NULL;
	*r->o++ = ':';
	b = dec_value(r, n->u.items, b);
	if (b == NULL)
		plan_path(r, *key);
	return b;
}

static const uint8_t *
dec_item(struct plan_run *r, const struct pnode *n, const uint8_t *b,
    size_t i, size_t parts)
{
	struct str key;

	if (!plan_room(r, 1))
		return NULL;
	*r->o = ',';
	r->o += i > 0 || parts != SIZE_MAX;
	if (n->op == SCHEMA_MAP) {
		b = dec_entry(r, n, b, &key);
		if (b != NULL && parts != SIZE_MAX) {
			plan_parts(r, 1);
			r->parts[parts + i].key = key;
			r->parts[parts + i].chain = plan_cut(r);
		}
		return b;
	}
	b = dec_value(r, n->u.items, b);
	if (b == NULL)
		plan_path_index(r, i);
	return b;
}

/* count items, the first of them number i. */
static const uint8_t *
dec_block(struct plan_run *r, const struct pnode *n, const uint8_t *b,
    size_t i, uint64_t count, size_t parts)
{
	if (n->op == SCHEMA_ARRAY && plan_is_number(r, n->u.items))
		return dec_numbers(r, n->u.items, b, i, count);
	for (; b != NULL && count > 0; count--, i++)
		b = dec_item(r, n, b, i, parts);
	return b;
}

static const uint8_t *
dec_blocks(struct plan_run *r, const struct pnode *n, const uint8_t *b,
    size_t parts)
{
	size_t i = 0, keys = r->key_count;
	const uint8_t *stop;
	uint64_t count;

	for (;;) {
		b = bin_block(r, n->op == SCHEMA_MAP ? NULL : n->u.items, b,
		    &count, &stop);
		if (b == NULL)
			return NULL;
		if (count == 0)
			return plan_keys_end(r, keys, r->start, ERR_INPUT) ?
			    b : NULL;
		b = dec_block(r, n, b, i, count, parts);
		if (b == NULL || !bin_block_end(r, b, stop))
			return NULL;
		i += count;
	}
}

static int
by_key(const void *a, const void *b)
{
	return str_cmp(((const struct part *)a)->key,
	    ((const struct part *)b)->key);
}

/* Entries each begin with a comma; the first one's is left out. */
static const uint8_t *
dec_sorted_map(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	size_t parts = r->part_count;
	struct chain before = plan_cut(r);
	struct part *p;

	b = dec_blocks(r, n, b, parts);
	if (b == NULL)
		return NULL;
	r->chain = before;
	if (r->part_count == parts)
		return b;
	p = r->parts + parts;
	qsort(p, r->part_count - parts, sizeof *p, by_key);
	for (size_t i = 0; i < r->part_count - parts; i++) {
		if (i == 0) {
			r->segs[p[i].chain.head].at++;
			r->segs[p[i].chain.head].n--;
		}
		plan_join(r, p[i].chain);
	}
	r->part_count = parts;
	return b;
}

static const uint8_t *
dec_items(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	bool map = n->op == SCHEMA_MAP;

	if (!plan_room(r, 1))
		return NULL;
	*r->o++ = map ? '{' : '[';
	b = map && (r->flags & PF_SORTED) ? dec_sorted_map(r, n, b) :
	    dec_blocks(r, n, b, SIZE_MAX);
	if (b == NULL || !plan_room(r, 1))
		return NULL;
	*r->o++ = map ? '}' : ']';
	return b;
}

/* --- unions, any value ---------------------------------------------------- */

static const uint8_t *
dec_union(struct plan_run *r, const struct punion *u, const uint8_t *b)
{
	bool tag;
	uint32_t i;

	if (b < (const uint8_t *)r->end && *b < 0x80 && !(*b & 1) &&
	    (uint32_t)(*b >> 1) < u->count) {
		i = *b++ >> 1;
	} else {
		b = bin_branch(r, u, b, &i);
		if (b == NULL)
			return NULL;
	}
	tag = (r->flags & PF_TAGS_OUT) && u->branches[i]->op != SCHEMA_NULL;
	if (tag) {
		if (!plan_room(r, u->labels[i].n))
			return NULL;
		put_text(r, u->labels[i].p, u->labels[i].n);
	}
	b = dec_value(r, u->branches[i], b);
	if (b == NULL || !tag)
		return b;
	if (!plan_room(r, 1))
		return NULL;
	*r->o++ = '}';
	return b;
}

static const uint8_t *
dec_nested(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	if (!bin_enter(r, b))
		return NULL;
	b = n->op == SCHEMA_RECORD ? dec_record(r, n->u.record, b) :
	    n->op == SCHEMA_UNION ? dec_union(r, n->u.branches, b) :
	    dec_items(r, n, b);
	r->depth++;
	return b;
}

const uint8_t *
dec_value(struct plan_run *r, const struct pnode *n, const uint8_t *b)
{
	if (n->logical != LOGICAL_NONE && !(r->flags & PF_RAW))
		return dec_logical(r, n, b);
	switch (n->op) {
	case SCHEMA_STRING:
		return dec_string(r, b);
	case SCHEMA_INT: case SCHEMA_LONG:
	case SCHEMA_FLOAT: case SCHEMA_DOUBLE:
		return dec_number(r, n, b);
	case SCHEMA_NULL:
		if (!plan_room(r, 4))
			return NULL;
		put_text(r, "null", 4);
		return b;
	case SCHEMA_BOOLEAN:
		return dec_boolean(r, b);
	case SCHEMA_ENUM:
		return dec_enum(r, n->u.symbols, b);
	case SCHEMA_BYTES: case SCHEMA_FIXED:
		return dec_bytes(r, n, b);
	default:
		return dec_nested(r, n, b);
	}
}
