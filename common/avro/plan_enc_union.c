#include <string.h>

#include "avro/plan_int.h"
#include "base/jsonnum.h"
#include "base/jsonscan.h"
#include "base/text.h"

/*
 * Which branch of a union a JSON value means.
 *
 * Bare: of the branches that can take the token at all the first that fits,
 * in the order of suits() in plan.c.  An object fits the record that has all
 * its keys and needs no other; of several the one with the fewest fields left
 * to their defaults; a map fits last.  Tagged: an object whose only key names
 * a branch, unless a record of the union has a field of that name.
 */

static const char *
enc_branch(struct plan_run *r, const struct punion *u, uint32_t i,
    const char *p)
{
	if (!plan_room(r, VARINT_MAX))
		return NULL;
	r->o = put_zigzag(r->o, (int64_t)i);
	return enc_value(r, u->branches[i], p);
}

/* --- tagged --------------------------------------------------------------- */

/* p is behind the tag's key. */
static const char *
enc_tagged(struct plan_run *r, const struct punion *u, uint32_t i,
    const char *p)
{
	struct str tag = schema_branch_name(u->branches[i]->schema);

	p = json_space(p, r->end);
	if (p == r->end || *p != ':')
		return enc_expected(r, p, "':'");
	p = enc_branch(r, u, i, json_space(p + 1, r->end));
	if (p == NULL) {
		plan_path(r, tag);
		return NULL;
	}
	p = json_space(p, r->end);
	if (p == r->end)
		return plan_short(r);
	if (*p != '}')
		return plan_fail(r, ERR_VALUE, p, "a tagged value has no "
		    "other key than its type's name, '%.*s'",
		    (int)(tag.n < 60 ? tag.n : 60), tag.p);
	return p + 1;
}

/* Could the key be a field of some record of the union? */
static bool
is_field(struct plan_run *r, const struct punion *u, struct str key)
{
	const struct pbranches *by = &u->by[TOKEN_OBJECT];

	for (uint32_t k = 0; k < by->count; k++) {
		const struct pnode *b = u->branches[by->index[k]];

		if (b->op == SCHEMA_RECORD && plan_find(b->u.record,
		    r->plan->seed, key.p, key.n) >= 0)
			return true;
	}
	return false;
}

/* Is the key the only one?  p is behind it.  -1: it failed. */
static int
is_alone(struct plan_run *r, const char *p)
{
	p = json_space(p, r->end);
	if (p == r->end || *p != ':')
		return -1;
	p = json_space(p + 1, r->end);
	p = p == r->end ? NULL : enc_ignore(r, p);
	if (p == NULL)
		return -1;
	p = json_space(p, r->end);
	return p == r->end ? -1 : *p == '}';
}

/* 1: it was tagged and is done; 0: it is none; -1. */
static int
try_tagged(struct plan_run *r, const struct punion *u, const char **p)
{
	const char *q = json_space(*p + 1, r->end), *key = q;
	struct str tag;
	int i, alone;

	if (q == r->end)
		return plan_short(r) == NULL ? -1 : 0;
	if (*q != '"')
		return 0;
	if (!(r->flags & PF_TAGS_IN) && r->end - q > 1 && q[1] != '\\' &&
	    !(u->tag_first[(uint8_t)q[1] / 32] >> (uint8_t)q[1] % 32 & 1))
		return 0;
	q = enc_text(r, q, &tag);
	if (q == NULL)
		return -1;
	i = plan_name(&u->tags, r->plan->seed, tag.p, tag.n);
	if (i < 0 && !(r->flags & PF_TAGS_IN))
		return 0;
	if (i < 0) {
		plan_fail(r, ERR_VALUE, key, "the union has no type '%.*s'",
		    (int)(tag.n < 60 ? tag.n : 60), tag.p);
		return -1;
	}
	if ((r->flags & PF_STRICT) && !str_eq(tag,
	    schema_branch_name(u->branches[i]->schema))) {
		struct str full = schema_branch_name(u->branches[i]->schema);

		plan_fail(r, ERR_VALUE, key, "the union has no type '%.*s', "
		    "its full name is '%.*s'",
		    (int)(tag.n < 60 ? tag.n : 60), tag.p,
		    (int)(full.n < 100 ? full.n : 100), full.p);
		return -1;
	}
	if (!(r->flags & PF_TAGS_IN)) {
		if (is_field(r, u, tag))
			return 0;
		alone = u->has_map ? is_alone(r, q) : 1;
		if (alone <= 0)
			return r->fail == FAIL_NONE ? 0 : -1;
	}
	*p = enc_tagged(r, u, (uint32_t)i, q);
	return *p == NULL ? -1 : 1;
}

/* --- bare: objects -------------------------------------------------------- */

/* What is known of the records that an object could be: parts[k].count keys
 * fitted so far, parts[k].set: one did not. */
static bool
see_key(struct plan_run *r, const struct punion *u, size_t parts,
    struct str key, uint32_t *left, uint32_t *one)
{
	const struct pbranches *by = &u->by[TOKEN_OBJECT];

	*left = 0;
	for (uint32_t k = 0; k < by->count; k++) {
		const struct pnode *b = u->branches[by->index[k]];
		struct part *part = &r->parts[parts + k];

		if (b->op != SCHEMA_RECORD || part->set)
			continue;
		if (plan_find(b->u.record, r->plan->seed, key.p, key.n) >= 0) {
			part->count++;
		} else if (!(r->flags & PF_UNKNOWN)) {
			part->set = true;
			continue;
		}
		++*left;
		*one = k;
	}
	return *left > 0;
}

/* Of the records that have all keys: the one that needs no other and leaves
 * the fewest to defaults; else the one that comes nearest, for its error. */
static uint32_t
best_record(struct plan_run *r, const struct punion *u, size_t parts)
{
	const struct pbranches *by = &u->by[TOKEN_OBJECT];
	uint32_t best = 0, map = UINT32_MAX;
	int64_t score = INT64_MIN;

	for (uint32_t k = 0; k < by->count; k++) {
		const struct pnode *b = u->branches[by->index[k]];
		const struct part *part = &r->parts[parts + k];
		uint32_t needed = 0;
		int64_t s;

		if (b->op == SCHEMA_MAP) {
			map = k;
			continue;
		}
		for (uint32_t i = 0; i < b->u.record->count; i++)
			needed += b->u.record->fields[i].state == INIT_NONE;
		s = part->set ? INT32_MIN + (int64_t)part->count :
		    part->count < needed ? -(int64_t)(needed - part->count) :
		    INT32_MAX - (int64_t)(b->u.record->count - part->count);
		if (s > score) {
			score = s;
			best = k;
		}
	}
	return map != UINT32_MAX && score < 0 ? map : best;
}

/* Look at the keys of the object at p until they tell the branch. */
static const char *
choose_object(struct plan_run *r, const struct punion *u, const char *p,
    uint32_t *out)
{
	const struct pbranches *by = &u->by[TOKEN_OBJECT];
	size_t parts = plan_parts(r, by->count);
	uint32_t left = 0, one = 0;
	const char *q = json_space(p + 1, r->end), *from = q;
	struct str key;

	while (q < r->end && *q != '}') {
		if (*q != '"')
			return enc_expected(r, q, "a key in quotes");
		q = enc_text(r, q, &key);
		if (q == NULL)
			return NULL;
		if (!see_key(r, u, parts, key, &left, &one))
			break;
		if (left == 1 && !u->has_map) {
			r->part_count = parts;
			*out = by->index[one];
			return p;
		}
		q = json_space(q, r->end);
		if (q == r->end || *q != ':')
			return enc_expected(r, q, "':'");
		q = json_space(q + 1, r->end);
		q = q == r->end ? plan_short(r) : enc_ignore(r, q);
		if (q == NULL)
			return NULL;
		q = json_space(q, r->end);
		if (q < r->end && *q == ',')
			q = json_space(q + 1, r->end);
	}
	if (q == r->end)
		return plan_short(r);
	if ((size_t)(q - from) > r->look)
		return plan_fail(r, ERR_LIMIT, p, "too much is nested in "
		    "unions that only their last keys tell apart");
	r->look -= (size_t)(q - from);
	*out = by->index[best_record(r, u, parts)];
	r->part_count = parts;
	return p;
}

/* --- bare: scalars -------------------------------------------------------- */

/* Does the scalar at p fit the branch?  The run is as before when not. */
static bool
fits(struct plan_run *r, const struct pnode *b, const char *p)
{
	char *o = r->o;
	size_t at = (size_t)(o - r->work);
	bool ok = enc_value(r, b, p) != NULL;

	r->o = r->work + at;
	if (!ok && r->fail == FAIL_ERROR && r->err.code == ERR_VALUE) {
		r->fail = FAIL_NONE;
		r->path_at = sizeof r->path;
		return false;
	}
	return true;		/* or the text itself is bad: told later */
}

/* Integers go to int or long, other numbers to double or float first. */
static uint32_t
choose_number(const struct punion *u, const struct pbranches *by,
    const struct json_num *x)
{
	int64_t v;

	for (uint32_t k = 0; k < by->count; k++) {
		uint8_t op = u->branches[by->index[k]]->op;

		if (x->whole ? (op == SCHEMA_INT || op == SCHEMA_LONG) &&
		    json_num_int64(x, &v) &&
		    (op == SCHEMA_LONG || v == (int32_t)v) :
		    op == SCHEMA_DOUBLE || op == SCHEMA_FLOAT)
			return by->index[k];
	}
	return UINT32_MAX;
}

static const char *
choose_scalar(struct plan_run *r, const struct punion *u,
    const struct pbranches *by, const char *p, uint32_t *out)
{
	struct json_num x;
	const char *q;

	if (enc_token(*p) == TOKEN_NUMBER) {
		q = json_num_scan(p, r->end, &x);
		if (q == NULL || (q == r->end && !r->last)) {
			*out = by->index[0];	/* it tells what is wrong */
			return p;
		}
		*out = choose_number(u, by, &x);
		if (*out != UINT32_MAX)
			return p;
	}
	for (uint32_t k = 0; k < by->count; k++) {
		*out = by->index[k];
		if (fits(r, u->branches[*out], p))
			return p;
	}
	return NULL;
}

/* --- */

static const char *
choose(struct plan_run *r, const struct pnode *n, const char *p,
    uint32_t *out)
{
	const struct punion *u = n->u.branches;
	enum token t = enc_token(*p);
	const struct pbranches *by;

	if (t == TOKEN_NONE)
		return enc_expected(r, p, "a value");
	by = &u->by[t];
	if (by->count == 0)
		return enc_misfit(r, n, p);
	*out = by->index[0];
	if (by->count == 1)
		return p;
	if (t == TOKEN_OBJECT)
		return choose_object(r, u, p, out);
	if (choose_scalar(r, u, by, p, out) == NULL)
		return r->fail == FAIL_NONE ? enc_misfit(r, n, p) : NULL;
	return p;
}

const char *
enc_union(struct plan_run *r, const struct pnode *n, const char *p)
{
	const struct punion *u = n->u.branches;
	uint32_t i = 0;
	int tagged;

	if (r->depth == 0)
		return plan_fail(r, ERR_LIMIT, p, "nested deeper than %zu",
		    r->limits.depth);
	if ((r->flags & PF_FIRST) && u->count > 0)
		return enc_branch(r, u, 0, p);
	if (*p == '{' && (r->flags & (PF_TAGS_IN | PF_TAGS_MAYBE))) {
		r->depth--;
		tagged = try_tagged(r, u, &p);
		r->depth++;
		if (tagged != 0)
			return tagged > 0 ? p : NULL;
		if (r->flags & PF_TAGS_IN)
			return enc_misfit(r, n, p);
	} else if ((r->flags & PF_TAGS_IN) && *p != 'n') {
		return enc_misfit(r, n, p);
	}
	if (choose(r, n, p, &i) == NULL)
		return NULL;
	return enc_branch(r, u, i, p);
}

/* --- what is passed over -------------------------------------------------- */

static const char *
ignore_items(struct plan_run *r, const char *p)
{
	bool object = *p == '{';
	char close = object ? '}' : ']';

	if (r->depth == 0)
		return plan_fail(r, ERR_LIMIT, p, "nested deeper than %zu",
		    r->limits.depth);
	r->depth--;
	p = json_space(p + 1, r->end);
	if (p < r->end && *p == close)
		goto out;
	for (;;) {
		if (object) {
			if (p == r->end || *p != '"')
				return enc_expected(r, p, "a key in quotes");
			p = enc_ignore(r, p);
			if (p == NULL)
				return NULL;
			p = json_space(p, r->end);
			if (p == r->end || *p != ':')
				return enc_expected(r, p, "':'");
			p = json_space(p + 1, r->end);
		}
		p = enc_ignore(r, p);
		if (p == NULL)
			return NULL;
		p = json_space(p, r->end);
		if (p < r->end && *p == close)
			break;
		if (p == r->end || *p != ',')
			return enc_expected(r, p, object ? "',' or '}'" :
			    "',' or ']'");
		p = json_space(p + 1, r->end);
	}
out:
	r->depth++;
	return p + 1;
}

static const char *
ignore_word(struct plan_run *r, const char *p)
{
	const char *word = *p == 't' ? "true" : *p == 'f' ? "false" : "null";
	size_t n = strlen(word), left = (size_t)(r->end - p);

	if (left >= n && memcmp(p, word, n) == 0)
		return p + n;
	if (left < n && memcmp(p, word, left) == 0)
		return plan_short(r);
	return enc_expected(r, p, "a value");
}

const char *
enc_ignore(struct plan_run *r, const char *p)
{
	struct json_num x;
	const char *q;
	struct str s;

	if (p == r->end)
		return plan_short(r);
	switch (enc_token(*p)) {
	case TOKEN_OBJECT: case TOKEN_ARRAY:
		return ignore_items(r, p);
	case TOKEN_STRING:
		return enc_text(r, p, &s);
	case TOKEN_NUMBER:
		q = json_num_scan(p, r->end, &x);
		if (q == r->end ? !r->last : q == NULL && x.p == r->end)
			return plan_short(r);
		return q != NULL ? q : plan_fail(r, ERR_SYNTAX, x.p,
		    "this is no number");
	case TOKEN_NULL: case TOKEN_BOOL:
		return ignore_word(r, p);
	default:
		return enc_expected(r, p, "a value");
	}
}
