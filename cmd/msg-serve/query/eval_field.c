#include "query/eval.h"

#include <math.h>
#include <string.h>

#include "avro/object.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

#define FIELD_TEXT_MAX	((size_t)64 << 20)

/* What every item has, unless its kind has a field of that name. */
enum pseudo { PSEUDO_KEY, PSEUDO_KIND, PSEUDO_PARENT, PSEUDO_PATH,
	PSEUDO_REV, PSEUDO_AUTHOR, PSEUDO_TIME, PSEUDO_COUNT };

static const char *const pseudo_words[PSEUDO_COUNT] = { "key", "kind",
	"parent", "path", "rev", "author", "time" };

/* Made text moves to the arena. */
static int
push_text(struct run *r, struct buf *b, enum value_type type)
{
	struct value v = { .type = type };

	if (buf_full(b)) {
		buf_free(b);
		return err_set(r->e, ERR_POLICY, "a value of the query is "
		    "too large");
	}
	v.u.text.n = b->n;
	v.u.text.p = arena_strn(r->arena, b->p, b->n);
	buf_free(b);
	return run_steps(r, v.u.text.n / TEXT_COPIED) < 0 ? -1 :
	    run_push(r, v);
}

int
run_push_key(struct run *r, struct str key)
{
	struct buf b = BUF_INIT(1024);

	base64url_put(&b, key.p, key.n);
	return push_text(r, &b, VALUE_STRING);
}

int
run_push_path(struct run *r, uint64_t id)
{
	struct buf b = BUF_INIT(FIELD_TEXT_MAX);
	int rc = view_path(r->view, id, &b, r->e);

	if (rc <= 0) {
		buf_free(&b);
		return rc;
	}
	return push_text(r, &b, VALUE_STRING);
}

/* Who made this version, and when; of a version still being made: nothing. */
static int
push_commit(struct run *r, uint64_t rev, bool author)
{
	struct buf b = BUF_INIT(4096);
	char time[CLOCK_TEXT];
	struct commit *c;
	int rc;

	if (run_steps(r, 1) < 0)
		return -1;
	rc = reader_commit_head(r->view->reader, rev, &c, r->e);
	if (rc <= 0)
		return rc;
	if (author) {
		buf_put(&b, c->author.p, c->author.n);
	} else {
		clock_text(c->time_us, time);
		buf_puts(&b, time);
	}
	commit_unref(c);
	return push_text(r, &b, VALUE_STRING);
}

static int
push_pseudo(struct run *r, enum pseudo which, uint64_t id)
{
	const struct item *it;
	const struct kind *k;
	int rc = run_item(r, id, false, &it);

	if (rc <= 0)
		return rc;
	switch (which) {
	case PSEUDO_KEY:
		return run_push_key(r, it->key);
	case PSEUDO_KIND:
		k = kinds_by_id(r->kinds, it->kind);
		return k == NULL ? 0 : run_push(r, value_string(k->name));
	case PSEUDO_PARENT:
		id = it->parent;
		if (id == 0)
			return 0;
		rc = run_item(r, id, false, &it);
		return rc <= 0 ? rc : run_push(r, value_item(id));
	case PSEUDO_PATH:
		return run_push_path(r, id);
	case PSEUDO_REV:
		return run_push(r, value_integer((int64_t)it->rev));
	default:
		return push_commit(r, it->rev, which == PSEUDO_AUTHOR);
	}
}

/* The body of r->item as fields of its kind's current version. */
static int
split_fields(struct run *r, const struct kind *k)
{
	const struct kind_version *version;
	struct str binary;
	size_t count = plan_field_count(k->current->plan);

	if (kind_body(k, r->item.body, &version, &binary, r->e) < 0)
		return -1;
	if (r->scratch == NULL)
		r->scratch = plan_run_new(NULL);
	if (version->resolve != NULL) {
		buf_reset(&r->resolved);
		if (plan_resolve(version->resolve, r->scratch, binary.p,
		    binary.n, &r->resolved, r->e) < 0)
			return -1;
		binary.n = r->resolved.n;
		if (run_steps(r, binary.n / TEXT_COPIED) < 0)
			return -1;
		binary.p = arena_dup(r->arena, r->resolved.p, binary.n);
	}
	r->ends = mem_grow(r->ends, &r->ends_cap, count, sizeof *r->ends);
	if (plan_fields(k->current->plan, r->scratch, binary.p, binary.n,
	    r->ends, r->e) < 0)
		return -1;
	r->binary = binary;
	r->kind = k;
	return 0;
}

static int
push_json(struct run *r, const struct kind *k, int field, const char *p,
    size_t n)
{
	struct buf b = BUF_INIT(FIELD_TEXT_MAX);

	struct json *j;
	int rc;

	if (plan_decode_field(k->current->plan, r->scratch, (size_t)field, p,
	    n, &b, r->e) < 0) {
		buf_free(&b);
		return -1;
	}
	if (b.n == 0 || b.p[0] != '"')
		return push_text(r, &b, VALUE_JSON);
	/* A logical type's text, such as a date. */
	j = json_parse(r->arena, b.p, b.n, NULL, r->e);
	rc = j == NULL ? -1 : run_push(r, value_string((struct str){
	    arena_strn(r->arena, j->text.p, j->text.n), j->text.n }));
	buf_free(&b);
	return rc;
}

static struct str
text_at(const char *p, size_t n)
{
	int64_t length;
	int used = varint_get(p, n, &length);

	return (struct str){ p + used, (size_t)length };
}

/*
 * A value as its type says, and how many bytes it has; 0: it is none that
 * is simple.  The whole body has been checked.
 */
static size_t
simple(const struct schema_node *t, const char *p, size_t n,
    struct value *out)
{
	int64_t i;
	size_t used;

	if (t->logical != LOGICAL_NONE)
		return 0;
	switch (t->type) {
	case SCHEMA_STRING:
		*out = value_string(text_at(p, n));
		return (size_t)(out->u.text.p - p) + out->u.text.n;
	case SCHEMA_INT: case SCHEMA_LONG:
		used = (size_t)varint_get(p, n, &i);
		*out = value_integer(i);
		return used;
	case SCHEMA_BOOLEAN:
		*out = value_boolean(p[0] != 0);
		return 1;
	case SCHEMA_ENUM:
		used = (size_t)varint_get(p, n, &i);
		*out = value_string(t->symbols[i]);
		return used;
	case SCHEMA_FLOAT: case SCHEMA_DOUBLE: {
		uint32_t f = 0;
		uint64_t d = 0;
		float single;

		*out = (struct value){ .type = VALUE_REAL };
		if (t->type == SCHEMA_FLOAT) {
			f = get_le32(p);
			memcpy(&single, &f, sizeof f);
			out->u.real = (double)single;
		} else {
			d = get_le64(p);
			memcpy(&out->u.real, &d, sizeof d);
		}
		if (!isfinite(out->u.real))
			return 0;
		return t->type == SCHEMA_FLOAT ? 4 : 8;
	}
	default:
		return 0;
	}
}

/* The items of an array of simple values; 0: it is none. */
static int
push_array(struct run *r, const struct schema_node *t, const char *p,
    size_t n)
{
	const char *end = p + n;
	int64_t count, bytes;
	struct value v;
	size_t used;

	for (;;) {
		p += varint_get(p, (size_t)(end - p), &count);
		if (count == 0)
			return 1;
		if (count < 0) {
			count = -count;
			p += varint_get(p, (size_t)(end - p), &bytes);
		}
		while (count-- > 0) {
			used = simple(t->items, p, (size_t)(end - p), &v);
			if (used == 0)
				return 0;
			p += used;
			if (run_steps(r, 1) < 0 || run_push(r, v) < 0)
				return -1;
		}
	}
}

/* One field: a scalar, each item of an array, or JSON of what is neither. */
static int
push_value(struct run *r, const struct kind *k, int field)
{
	const struct schema_node *t = k->fields[field].schema->type;
	size_t from = field == 0 ? 0 : r->ends[field - 1], top = r->top;
	const char *p = r->binary.p + from;
	size_t n = r->ends[field] - from;
	const char *whole = p;
	size_t whole_n = n;
	struct value v;
	int64_t branch;
	int rc = 0;

	if (t->type == SCHEMA_UNION) {
		int used = varint_get(p, n, &branch);

		p += used;
		n -= (size_t)used;
		t = t->branches[branch];
	}
	if (t->type == SCHEMA_NULL)
		return run_push(r, (struct value){ .type = VALUE_NULL });
	if (simple(t, p, n, &v) > 0)
		return run_push(r, v);
	if (t->type == SCHEMA_ARRAY) {
		rc = push_array(r, t, p, n);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
		r->top = top;
	}
	return push_json(r, k, field, whole, whole_n);
}

/* A folder's contents are its children: their keys, in order. */
static int
push_contents(struct run *r, uint64_t id)
{
	size_t base = r->top, end;
	const struct item *it;

	if (axis_children(r, id, ALL) < 0)
		return -1;
	end = r->top;
	for (size_t i = base; i < end; i++) {
		int rc = run_item(r, r->stack[i].u.item, false, &it);

		if (rc < 0 || (rc > 0 && run_push_key(r, it->key) < 0))
			return -1;
	}
	memmove(r->stack + base, r->stack + end,
	    (r->top - end) * sizeof *r->stack);
	r->top -= end - base;
	return 0;
}

static int
push_field(struct run *r, const struct kind *k, int field, uint64_t id)
{
	const struct item *it;
	int rc;

	if (field == k->f_name)
		return run_push(r, value_string(r->item.name));
	if (field == k->f_contents)
		return push_contents(r, id);
	rc = run_item(r, id, true, &it);
	if (rc <= 0)
		return rc;
	if (r->kind != k && split_fields(r, k) < 0)
		return -1;
	return push_value(r, k, field);
}

int
eval_field(struct run *r, const struct step *s, uint64_t id)
{
	struct slot *slot = &r->slots[s->id];
	const struct item *it;
	const struct kind *k;
	int rc = run_item(r, id, false, &it);

	if (rc <= 0 || it->hidden)
		return rc < 0 ? -1 : 0;
	k = kinds_by_id(r->kinds, it->kind);
	if (k == NULL)
		return 0;
	if (s->test == TEST_ANY) {
		for (size_t i = 0; i < k->field_count; i++) {
			rc = run_item(r, id, false, &it);
			if (rc <= 0)
				return rc;
			if (push_field(r, k, (int)i, id) < 0)
				return -1;
		}
		return 0;
	}
	if (slot->kind != k) {
		slot->kind = k;
		slot->field = kind_field(k, s->name);
	}
	if (slot->field >= 0)
		return push_field(r, k, slot->field, id);
	for (int i = 0; i < PSEUDO_COUNT; i++)
		if (str_is(s->name, pseudo_words[i]))
			return push_pseudo(r, (enum pseudo)i, id);
	return 0;
}
