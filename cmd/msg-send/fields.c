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

static void
put_compact(struct buf *out, const struct json *value)
{
	buf_init(out, value == NULL ? 1 : 6 * value->raw.n + 16);
	if (value != NULL)
		json_put(out, value, JSON_PUT_COMPACT);
}

size_t
fields_common(const struct json *a, const struct json *b)
{
	struct buf x, y;
	size_t n = 0;

	put_compact(&x, a);
	put_compact(&y, b);
	while (n < x.n && n < y.n && x.p[n] == y.p[n])
		n++;
	n = n > FIELDS_AROUND ? n - FIELDS_AROUND : 0;
	while (n > 0 && ((unsigned char)x.p[n] & 0xc0) == 0x80)
		n--;			/* not into a character */
	buf_free(&x);
	buf_free(&y);
	return n > FIELDS_AROUND ? n : 0;
}

void
fields_show(struct buf *out, const struct json *value, size_t from)
{
	struct buf text;
	size_t cut, count = 0, len;

	if (value == NULL) {
		buf_lit(out, "nothing");
		return;
	}
	put_compact(&text, value);
	if (from > text.n)
		from = 0;
	for (cut = from; cut < text.n && count < FIELDS_SHOWN; cut += len) {
		utf8_get(text.p + cut, text.n - cut, &len);
		count++;
	}
	buf_puts(out, from > 0 ? "..." : "");
	len = out->n;
	buf_put(out, text.p + from, cut - from);
	if (buf_cstr(out)[0] != '\0')
		text_clean(out->p + len);
	if (cut < text.n)
		buf_printf(out, "... (%zu bytes)", text.n);
	buf_free(&text);
}
