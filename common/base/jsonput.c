#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonnum.h"
#include "base/jsonscan.h"
#include "base/mem.h"
#include "base/text.h"

/* Bytes of p[0..n) that stand for themselves. */
static size_t
plain(const char *p, size_t n)
{
	unsigned bits, high;
	size_t i = 0;

	for (; n - i >= JSON_STEP; i += JSON_STEP) {
		bits = json_special(p + i, &high);
		if (bits != 0)
			return i + (size_t)__builtin_ctz(bits);
	}
	while (i < n && p[i] != '"' && p[i] != '\\' &&
	    (unsigned char)p[i] >= 0x20)
		i++;
	return i;
}

static void
put_escaped(struct buf *b, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *which = c == '\0' ? NULL : strchr(from, c);
	char text[6] = "\\u00";

	if (which != NULL) {
		text[1] = to[which - from];
		buf_put(b, text, 2);
		return;
	}
	text[4] = (char)('0' + (c >> 4));
	text[5] = "0123456789abcdef"[c & 15];
	buf_put(b, text, 6);
}

/* UTF-8 for sure. */
static void
put_rest(struct buf *b, const char *p, size_t n)
{
	while (n > 0) {
		size_t run = plain(p, n);

		buf_put(b, p, run);
		p += run;
		n -= run;
		if (n > 0) {
			put_escaped(b, *p);
			p++;
			n--;
		}
	}
}

void
json_put_string(struct buf *b, const char *p, size_t n)
{
	buf_putc(b, '"');
	while (n > 0) {
		size_t good = utf8_check(p, n);

		put_rest(b, p, good);
		p += good;
		n -= good;
		if (n > 0) {
			buf_lit(b, "\xef\xbf\xbd");
			p++;
			n--;
		}
	}
	buf_putc(b, '"');
}

void
json_put_str(struct buf *b, struct str s)
{
	json_put_string(b, s.p, s.n);
}

void
json_put_cstr(struct buf *b, const char *s)
{
	json_put_string(b, s, strlen(s));
}

void
json_put_key(struct buf *b, const char *key)
{
	json_put_cstr(b, key);
	buf_putc(b, ':');
}

static bool
put_not_finite(struct buf *b, double v)
{
	if (json_num_finite(v))
		return false;
	buf_puts(b, v != v ? "\"NaN\"" : v > 0 ? "\"Infinity\"" :
	    "\"-Infinity\"");
	return true;
}

void
json_put_double(struct buf *b, double v)
{
	char text[JSON_NUM_MAX];

	if (!put_not_finite(b, v))
		buf_put(b, text, json_num_put_double(text, v));
}

void
json_put_float(struct buf *b, float v)
{
	char text[JSON_NUM_MAX];

	if (!put_not_finite(b, (double)v))
		buf_put(b, text, json_num_put_float(text, v));
}

void
json_put_bool(struct buf *b, bool v)
{
	buf_puts(b, v ? "true" : "false");
}

/* --- trees ---------------------------------------------------------------- */

static int
by_key(const void *a, const void *b)
{
	const struct json *const *x = a, *const *y = b;

	return str_cmp((*x)->key, (*y)->key);
}

static void
line(struct buf *b, size_t level)
{
	buf_putc(b, '\n');
	while (level-- > 0)
		buf_lit(b, "  ");
}

static void put(struct buf *b, const struct json *j, int flags, size_t level);

static void
put_child(struct buf *b, const struct json *c, bool keyed, bool first,
    int flags, size_t level)
{
	if (!first)
		buf_putc(b, ',');
	if (flags & JSON_PUT_PRETTY)
		line(b, level);
	if (keyed) {
		json_put_str(b, c->key);
		buf_putc(b, ':');
		if (flags & JSON_PUT_PRETTY)
			buf_putc(b, ' ');
	}
	put(b, c, flags, level);
}

static void
put_sorted(struct buf *b, const struct json *j, int flags, size_t level)
{
	const struct json **all = mem_array(j->count, sizeof *all);
	size_t n = 0;

	for (const struct json *c = j->first; c != NULL; c = c->next)
		all[n++] = c;
	qsort(all, n, sizeof *all, by_key);
	for (size_t i = 0; i < n; i++)
		put_child(b, all[i], true, i == 0, flags, level + 1);
	free(all);
}

static void
put(struct buf *b, const struct json *j, int flags, size_t level)
{
	bool object = j->type == JSON_OBJECT;

	if (!object && j->type != JSON_ARRAY) {
		if (j->type == JSON_STRING)
			json_put_str(b, j->text);
		else
			buf_put(b, j->raw.p, j->raw.n);
		return;
	}
	buf_putc(b, object ? '{' : '[');
	if (object && (flags & JSON_PUT_SORTED))
		put_sorted(b, j, flags, level);
	else
		for (const struct json *c = j->first; c != NULL; c = c->next)
			put_child(b, c, object, c == j->first, flags,
			    level + 1);
	if ((flags & JSON_PUT_PRETTY) && j->count > 0)
		line(b, level);
	buf_putc(b, object ? '}' : ']');
}

void
json_put(struct buf *b, const struct json *j, int flags)
{
	put(b, j, flags, 0);
}
