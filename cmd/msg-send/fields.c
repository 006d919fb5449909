#include "fields.h"

#include "base/text.h"

static bool
same_members(const struct json *a, const struct json *b)
{
	for (const struct json *m = a->first; m != NULL; m = m->next)
		if (!fields_equal(m, json_getn(b, m->key.p, m->key.n)))
			return false;
	return true;
}

static bool
same_elements(const struct json *a, const struct json *b)
{
	const struct json *x = a->first, *y = b->first;

	for (; x != NULL; x = x->next, y = y->next)
		if (!fields_equal(x, y))
			return false;
	return true;
}

bool
fields_equal(const struct json *a, const struct json *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->type != b->type || a->count != b->count)
		return false;
	switch (a->type) {
	case JSON_OBJECT: return same_members(a, b);
	case JSON_ARRAY: return same_elements(a, b);
	case JSON_STRING: return str_eq(a->text, b->text);
	default: return str_eq(a->raw, b->raw);
	}
}

size_t
fields_differ(const struct json *before, const struct json *after,
    fields_fn *fn, void *arg)
{
	size_t n = 0;

	for (const struct json *m = before == NULL ? NULL : before->first;
	    m != NULL; m = m->next) {
		const struct json *o = json_getn(after, m->key.p, m->key.n);

		if (str_is(m->key, "_rev") || fields_equal(m, o))
			continue;
		fn(arg, m->key, m, o);
		n++;
	}
	for (const struct json *m = after == NULL ? NULL : after->first;
	    m != NULL; m = m->next)
		if (!str_is(m->key, "_rev") &&
		    json_getn(before, m->key.p, m->key.n) == NULL) {
			fn(arg, m->key, NULL, m);
			n++;
		}
	return n;
}

void
fields_show(struct buf *out, const struct json *value)
{
	struct buf text = BUF_INIT(value == NULL ? 1 : 6 * value->raw.n + 16);
	size_t cut = 0, count = 0, len;

	if (value == NULL) {
		buf_lit(out, "nothing");
		return;
	}
	json_put(&text, value, JSON_PUT_COMPACT);
	for (; cut < text.n && count < FIELDS_SHOWN; cut += len, count++)
		utf8_get(text.p + cut, text.n - cut, &len);
	len = out->n;
	buf_put(out, text.p, cut);
	if (buf_cstr(out)[0] != '\0')
		text_clean(out->p + len);
	if (cut < text.n)
		buf_printf(out, "... (%zu bytes)", text.n);
	buf_free(&text);
}
