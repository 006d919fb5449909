#include "base/json.h"

#include <string.h>

#include "base/jsonnum.h"
#include "base/jsonscan.h"
#include "base/mem.h"
#include "base/text.h"

/* Beyond this many members an object gets a table. */
#define INDEX_FROM	8

struct json_index {
	struct json **slots;
	size_t mask, used;
	uint64_t seed;
};

struct reader {
	struct arena *arena;
	const char *p, *start, *end;
	struct json_limits limits;
	size_t depth, count;
	struct err *e;
};

const char *
json_type_name(enum json_type type)
{
	static const char *const names[] = { "null", "boolean", "number",
	    "string", "array", "object" };

	return names[type];
}

int
json_err_at(struct err *e, const char *p, size_t n, size_t offset)
{
	size_t line, column;

	json_place(p, n, offset, &line, &column);
	return err_at(e, "line %zu, column %zu", line, column);
}

static struct json *
placed(struct reader *r, const char *at)
{
	json_err_at(r->e, r->start, (size_t)(r->end - r->start),
	    (size_t)(at - r->start));
	return NULL;
}

static struct json *
bad(struct reader *r, const char *at, const char *text)
{
	err_set(r->e, ERR_SYNTAX, "%s", text);
	return placed(r, at);
}

static struct json *
unexpected(struct reader *r, const char *wanted)
{
	const char *p = r->p;
	size_t len;

	if (p >= r->end)
		return bad(r, r->end, "the text ends where more must follow");
	if (utf8_get(p, (size_t)(r->end - p), &len) == UINT32_MAX)
		len = 1;
	err_set(r->e, ERR_SYNTAX, "expected %s, found '%.*s'", wanted,
	    (int)len, p);
	return placed(r, p);
}

/* --- objects -------------------------------------------------------------- */

/* Keys come from outside: the arena's address makes the hash hard to guess. */
static uint64_t
hash(uint64_t seed, struct str key)
{
	uint64_t h = seed ^ 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < key.n; i++) {
		h = (h ^ (uint8_t)key.p[i]) * 0x100000001b3u;
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

static struct json **
slot(const struct json_index *x, struct str key)
{
	size_t i = hash(x->seed, key) & x->mask;

	while (x->slots[i] != NULL && !str_eq(x->slots[i]->key, key))
		i = (i + 1) & x->mask;
	return &x->slots[i];
}

static void
index_make(struct arena *a, struct json *obj, size_t slots)
{
	struct json_index *x = arena_alloc(a, sizeof *x);

	x->slots = arena_zero(a, slots * sizeof *x->slots);
	x->mask = slots - 1;
	x->used = obj->count;
	x->seed = (uint64_t)(uintptr_t)x;
	for (struct json *c = obj->first; c != NULL; c = c->next)
		*slot(x, c->key) = c;
	obj->index = x;
}

static struct json *
find(const struct json *obj, struct str key)
{
	if (obj->index != NULL)
		return *slot(obj->index, key);
	for (struct json *c = obj->first; c != NULL; c = c->next)
		if (str_eq(c->key, key))
			return c;
	return NULL;
}

/* c is linked already. */
static void
index_add(struct arena *a, struct json *obj, struct json *c)
{
	struct json_index *x = obj->index;

	if (x == NULL && obj->count > INDEX_FROM)
		index_make(a, obj, 4 * INDEX_FROM);
	else if (x != NULL && 2 * obj->count > x->mask)
		index_make(a, obj, 2 * (x->mask + 1));
	else if (x != NULL)
		*slot(x, c->key) = c;
}

/* --- reading -------------------------------------------------------------- */

static int
string(struct reader *r, struct str *out)
{
	const char *from = r->p + 1, *to, *at = r->end;
	unsigned what;
	size_t n, good;
	char *copy;
	ptrdiff_t got;

	to = json_string_end(from, r->end, &what, &at);
	if (to == NULL) {
		bad(r, at, at == r->end ? "the string does not end" :
		    "a control character in a string must be escaped");
		return -1;
	}
	n = (size_t)(to - from);
	r->p = to + 1;
	if (what & JSON_BYTES_HIGH) {
		good = utf8_check(from, n);
		if (good != n) {
			bad(r, from + good, "this is no UTF-8");
			return -1;
		}
	}
	*out = (struct str){ from, n };
	if (what & JSON_BYTES_ESCAPE) {
		copy = arena_alloc(r->arena, n + 1);
		got = json_unescape(copy, from, n, &at);
		if (got < 0) {
			bad(r, at, "bad escape in a string");
			return -1;
		}
		*out = (struct str){ copy, (size_t)got };
	}
	return 0;
}

static struct json *value(struct reader *r);

static struct json *
member(struct reader *r, struct json *obj)
{
	struct json *c;
	const char *at = r->p;
	struct str key;

	if (r->p == r->end || *r->p != '"')
		return unexpected(r, "a key in quotes");
	if (string(r, &key) < 0)
		return NULL;
	if (find(obj, key) != NULL) {
		err_set(r->e, ERR_SYNTAX, "the key '%.*s' comes twice",
		    (int)(key.n < 100 ? key.n : 100), key.p);
		return placed(r, at);
	}
	r->p = json_space(r->p, r->end);
	if (r->p == r->end || *r->p != ':')
		return unexpected(r, "':'");
	r->p++;
	c = value(r);
	if (c != NULL)
		c->key = key;
	return c;
}

/* r->p is behind the bracket. */
static struct json *
items(struct reader *r, struct json *j, char close, const char *wanted)
{
	struct json **last = &j->first, *c;

	if (++r->depth > r->limits.depth) {
		err_set(r->e, ERR_LIMIT, "nested deeper than %zu",
		    r->limits.depth);
		return placed(r, r->p - 1);
	}
	r->p = json_space(r->p, r->end);
	if (r->p < r->end && *r->p == close)
		goto out;
	for (;;) {
		r->p = json_space(r->p, r->end);
		c = close == '}' ? member(r, j) : value(r);
		if (c == NULL)
			return NULL;
		*last = c;
		last = &c->next;
		j->count++;
		if (close == '}')
			index_add(r->arena, j, c);
		r->p = json_space(r->p, r->end);
		if (r->p < r->end && *r->p == close)
			break;
		if (r->p == r->end || *r->p != ',')
			return unexpected(r, wanted);
		r->p++;
	}
out:
	r->p++;
	r->depth--;
	return j;
}

static struct json *
word(struct reader *r, struct json *j, const char *text, size_t n)
{
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, text, n) != 0)
		return unexpected(r, "a value");
	r->p += n;
	return j;
}

static struct json *
of_type(struct reader *r, struct json *j)
{
	struct json_num x;
	const char *p;

	switch (*r->p) {
	case '{':
		j->type = JSON_OBJECT;
		r->p++;
		return items(r, j, '}', "',' or '}'");
	case '[':
		j->type = JSON_ARRAY;
		r->p++;
		return items(r, j, ']', "',' or ']'");
	case '"':
		j->type = JSON_STRING;
		return string(r, &j->text) < 0 ? NULL : j;
	case 't':
		j->type = JSON_BOOL;
		j->truth = true;
		return word(r, j, "true", 4);
	case 'f':
		j->type = JSON_BOOL;
		return word(r, j, "false", 5);
	case 'n':
		return word(r, j, "null", 4);
	default:
		j->type = JSON_NUMBER;
		p = json_num_scan(r->p, r->end, &x);
		if (p == NULL && x.p == r->p)
			return unexpected(r, "a value");
		if (p == NULL)
			return bad(r, x.p, "this is no number");
		r->p = p;
		return j;
	}
}

static struct json *
value(struct reader *r)
{
	struct json *j;

	r->p = json_space(r->p, r->end);
	if (r->p == r->end)
		return unexpected(r, "a value");
	if (r->count++ == r->limits.count) {
		err_set(r->e, ERR_LIMIT, "more than %zu values",
		    r->limits.count);
		return placed(r, r->p);
	}
	j = arena_zero(r->arena, sizeof *j);
	j->at = (size_t)(r->p - r->start);
	j->raw.p = r->p;
	if (of_type(r, j) == NULL)
		return NULL;
	j->raw.n = (size_t)(r->p - j->raw.p);
	return j;
}

struct json *
json_parse_next(struct arena *a, const char *p, size_t n, size_t *at,
    const struct json_limits *limits, struct err *e)
{
	struct reader r = { .arena = a, .start = p, .end = p + n, .e = e,
	    .limits = { JSON_DEPTH_MAX, JSON_COUNT_MAX } };
	struct json *j;

	if (limits != NULL)
		r.limits = *limits;
	r.p = json_space(p + *at, r.end);
	if (r.p == r.end) {
		err_clear(e);
		*at = n;
		return NULL;
	}
	j = value(&r);
	*at = (size_t)(r.p - p);
	return j;
}

struct json *
json_parse(struct arena *a, const char *p, size_t n,
    const struct json_limits *limits, struct err *e)
{
	size_t at = 0;
	struct json *j = json_parse_next(a, p, n, &at, limits, e);
	struct reader r = { .start = p, .end = p + n, .e = e };

	if (j == NULL && e->code == ERR_OK)
		return bad(&r, r.end, "there is no JSON value");
	if (j == NULL)
		return NULL;
	r.p = json_space(p + at, r.end);
	if (r.p != r.end)
		return unexpected(&r, "the end of the text");
	return j;
}

/* --- asking --------------------------------------------------------------- */

struct json *
json_getn(const struct json *j, const char *key, size_t n)
{
	if (j == NULL || j->type != JSON_OBJECT)
		return NULL;
	return find(j, (struct str){ key, n });
}

struct json *
json_get(const struct json *j, const char *key)
{
	return json_getn(j, key, strlen(key));
}

struct str
json_string(const struct json *j)
{
	return j == NULL || j->type != JSON_STRING ? STR_NONE : j->text;
}

static int
wrong(const struct json *j, const char *wanted, struct err *e)
{
	int n;

	if (j == NULL)
		return err_set(e, ERR_VALUE, "expected %s, got nothing",
		    wanted);
	n = (int)(j->raw.n < 40 ? j->raw.n : 40);
	if (j->type == JSON_ARRAY || j->type == JSON_OBJECT ||
	    j->type == JSON_NULL)
		return err_set(e, ERR_VALUE, "expected %s, got %s", wanted,
		    json_type_name(j->type));
	return err_set(e, ERR_VALUE, "expected %s, got %s %.*s", wanted,
	    json_type_name(j->type), n, j->raw.p);
}

int
json_int64(const struct json *j, int64_t *out, struct err *e)
{
	struct json_num x;

	if (j == NULL || j->type != JSON_NUMBER ||
	    json_num_scan(j->raw.p, j->raw.p + j->raw.n, &x) == NULL ||
	    !json_num_int64(&x, out))
		return wrong(j, "integer of 64 bits", e);
	return 0;
}

int
json_uint64(const struct json *j, uint64_t *out, struct err *e)
{
	struct json_num x;

	if (j == NULL || j->type != JSON_NUMBER ||
	    json_num_scan(j->raw.p, j->raw.p + j->raw.n, &x) == NULL ||
	    !json_num_uint64(&x, out))
		return wrong(j, "integer of 64 bits, not negative", e);
	return 0;
}

int
json_double(const struct json *j, double *out, struct err *e)
{
	struct json_num x;

	if (j == NULL || j->type != JSON_NUMBER ||
	    json_num_scan(j->raw.p, j->raw.p + j->raw.n, &x) == NULL)
		return wrong(j, "number", e);
	*out = json_num_double(&x);
	if (!json_num_finite(*out))
		return wrong(j, "number in the range of a double", e);
	return 0;
}

int
json_bool(const struct json *j, bool *out, struct err *e)
{
	if (j == NULL || j->type != JSON_BOOL)
		return wrong(j, "true or false", e);
	*out = j->truth;
	return 0;
}
