#include "cli/opt_row.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Milliseconds: so that a clock's microseconds and these are no overflow. */
#define DURATION_MAX	((uint64_t)INT64_MAX / 4000)

/* Digits, then a unit of the table: the product, or -1. */
struct unit {
	const char *name;
	uint64_t of;
};

static int
number_with_unit(const char *text, const struct unit *units, size_t count,
    uint64_t *out)
{
	size_t n = strspn(text, "0123456789");
	uint64_t v;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(text + n, units[i].name) != 0)
			continue;
		if (text_number(text, n, INT64_MAX / units[i].of, &v) < 0)
			return -1;
		*out = v * units[i].of;
		return 0;
	}
	return -1;
}

int
opt_duration(const char *text, int64_t *ms)
{
	static const struct unit units[] = {
		{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 },
	};
	uint64_t v;

	if (number_with_unit(text, units, MEM_COUNT(units), &v) < 0 ||
	    v > DURATION_MAX)
		return -1;
	*ms = (int64_t)v;
	return 0;
}

int
opt_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 }, { "k", 1 << 10 }, { "K", 1 << 10 },
		{ "M", 1 << 20 }, { "G", 1 << 30 },
	};

	return number_with_unit(text, units, MEM_COUNT(units), bytes);
}

static int
signed_number(const char *text, int64_t *out)
{
	bool minus = text[0] == '-';
	uint64_t v;

	text += minus;
	if (text_number(text, strlen(text), INT64_MAX, &v) < 0)
		return -1;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return 0;
}

static int
in_range(const struct opt *o, int64_t v, const char *text, struct err *e)
{
	bool any = o->min == 0 && o->max == 0;

	if (v < o->min)
		return err_set(e, ERR_USAGE, "--%s: '%s' is less than %" PRId64
		    "%s", o->name, text, o->min,
		    o->type == OPT_MS ? " ms" : "");
	if (!any && v > o->max)
		return err_set(e, ERR_USAGE, "--%s: '%s' is more than %" PRId64
		    "%s", o->name, text, o->max,
		    o->type == OPT_MS ? " ms" : "");
	return 0;
}

static int
bad_value(const struct opt *o, const char *text, const char *what,
    struct err *e)
{
	return err_set(e, ERR_USAGE, "--%s: '%s' is no %s", o->name, text,
	    what);
}

struct str
opt_choice(const struct opt *o, size_t i)
{
	const char *p = o->choices == NULL ? "" : o->choices;
	size_t n;

	for (p += strspn(p, " ");; p += strspn(p, " ")) {
		n = strcspn(p, " ");
		if (i-- == 0 || n == 0)
			return (struct str){ p, n };
		p += n;
	}
}

static int
store_choice(const struct opt *o, const char **to, const char *text,
    struct err *e)
{
	struct str c;

	for (size_t i = 0; (c = opt_choice(o, i)).n > 0; i++)
		if (str_is(c, text)) {
			*to = text;
			return 0;
		}
	return err_set(e, ERR_USAGE, "--%s: '%s' is none of: %s", o->name,
	    text, o->choices);
}

static int
store_flag(const struct opt *o, bool *to, const char *text, bool on,
    struct err *e)
{
	static const char *const words[] = { "no", "yes", "false", "true",
	    "off", "on", "0", "1" };

	if (text == NULL) {
		*to = on;
		return 0;
	}
	for (size_t i = 0; i < MEM_COUNT(words); i++)
		if (strcmp(text, words[i]) == 0) {
			*to = i % 2 == 1;
			return 0;
		}
	return err_set(e, ERR_USAGE, "--%s: '%s' is neither yes nor no",
	    o->name, text);
}

/* How often a flag was given, or the number itself. */
static int
store_count(const struct opt *o, int *to, const char *text, struct err *e)
{
	uint64_t v;

	if (text == NULL) {
		*to += *to < 100;
		return 0;
	}
	if (text_number(text, strlen(text), 100, &v) < 0)
		return bad_value(o, text, "number from 0 to 100", e);
	*to = (int)v;
	return 0;
}

static int
store_list(const struct opt *o, struct opt_list *to, const char *text,
    bool first, struct err *e)
{
	if (first)
		to->n = 0;
	if (to->n == OPT_LIST_MAX)
		return err_set(e, ERR_USAGE, "--%s: given more than %d times",
		    o->name, OPT_LIST_MAX);
	to->v[to->n++] = text;
	return 0;
}

static int
store_number(const struct opt *o, void *to, const char *text, struct err *e)
{
	int64_t v = 0;
	uint64_t size;

	switch (o->type) {
	case OPT_INT:
		if (signed_number(text, &v) < 0)
			return bad_value(o, text, "whole number", e);
		break;
	case OPT_MS:
		if (opt_duration(text, &v) < 0)
			return bad_value(o, text,
			    "time (as 500ms, 5s, 2m, 1h)", e);
		break;
	default:
		if (opt_size(text, &size) < 0)
			return bad_value(o, text,
			    "size (as 500, 16k, 4M, 1G)", e);
		v = (int64_t)size;
	}
	if (in_range(o, v, text, e) < 0)
		return -1;
	memcpy(to, &v, sizeof v);
	return 0;
}

int
opt_store(const struct tool *t, void *values, const struct opt *o,
    const char *text, bool on, enum opt_source by, struct err *e)
{
	uint8_t *from = &((struct opt_from *)values)->row[o - t->opts];
	void *to = (char *)values + o->offset;
	bool first = *from != by;
	int rc;

	assert(o->offset >= sizeof (struct opt_from));
	if (*from > by)
		return 0;
	*from = (uint8_t)by;
	switch (o->type) {
	case OPT_FLAG:
		return store_flag(o, to, text, on, e);
	case OPT_COUNT:
		if (first)
			*(int *)to = 0;
		return store_count(o, to, text, e);
	case OPT_CHOICE:
		return store_choice(o, to, text, e);
	case OPT_LIST:
		return store_list(o, to, text, first, e);
	case OPT_STR:
		*(const char **)to = text;
		return 0;
	default:
		rc = store_number(o, to, text, e);
	}
	return rc;
}

void
opt_defaults(const struct tool *t, void *values)
{
	struct err e = ERR_INIT;
	int rc;

	memset(values, 0, sizeof (struct opt_from));
	for (const struct opt *o = t->opts; o->name != NULL; o++) {
		void *to = (char *)values + o->offset;

		assert(o - t->opts < OPT_ROWS_MAX);
		switch (o->type) {
		case OPT_FLAG: *(bool *)to = false; break;
		case OPT_COUNT: *(int *)to = 0; break;
		case OPT_LIST: ((struct opt_list *)to)->n = 0; break;
		case OPT_STR: case OPT_CHOICE:
			*(const char **)to = NULL;
			break;
		default: *(int64_t *)to = 0;
		}
		if (o->init == NULL)
			continue;
		rc = opt_store(t, values, o, o->init, true, OPT_DEFAULT, &e);
		assert(rc == 0);
	}
}

/* --- values anew ---------------------------------------------------------- */

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static size_t
size_of(const struct opt *o)
{
	switch (o->type) {
	case OPT_FLAG: return sizeof (bool);
	case OPT_COUNT: return sizeof (int);
	case OPT_LIST: return sizeof (struct opt_list);
	case OPT_STR: case OPT_CHOICE: return sizeof (const char *);
	default: return sizeof (int64_t);
	}
}

static bool
same_value(const struct opt *o, const void *a, const void *b)
{
	const struct opt_list *la = a, *lb = b;

	if (o->type == OPT_STR || o->type == OPT_CHOICE)
		return same_text(*(const char *const *)a,
		    *(const char *const *)b);
	if (o->type != OPT_LIST)
		return memcmp(a, b, size_of(o)) == 0;
	if (la->n != lb->n)
		return false;
	for (size_t i = 0; i < la->n; i++)
		if (!same_text(la->v[i], lb->v[i]))
			return false;
	return true;
}

void
opt_renew(const struct tool *t, const void *running, void *values,
    opt_renew_fn *fn, void *arg)
{
	for (const struct opt *o = t->opts; o->name != NULL; o++) {
		const char *old = (const char *)running + o->offset;
		char *fresh = (char *)values + o->offset;
		bool live = (o->flags & OPT_LIVE) != 0;

		if (same_value(o, old, fresh))
			continue;
		if (!live)
			memcpy(fresh, old, size_of(o));
		fn(arg, o, live);
	}
}
