#include "diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/term.h"
#include "fields.h"
#include "found.h"

#define REV_TEXT	24

struct diff {
	struct send *s;
	struct buf out;
	bool any;
};

static void
put_line(struct diff *d, const char *sign, enum term_style style,
    struct str name, const struct json *value, size_t from)
{
	if (value == NULL)
		return;
	buf_puts(&d->out, term_style(d->s->out.color, style));
	buf_puts(&d->out, sign);
	text_escape(&d->out, name.p, name.n, 0);
	buf_lit(&d->out, ": ");
	fields_show(&d->out, value, from);
	buf_puts(&d->out, term_style(d->s->out.color, TERM_PLAIN));
	buf_putc(&d->out, '\n');
}

static void
on_text(void *arg, struct str name, const struct json *before,
    const struct json *after)
{
	struct diff *d = arg;
	size_t from = before == NULL || after == NULL ? 0 :
	    fields_common(before, after);

	put_line(d, "- ", TERM_RED, name, before, from);
	put_line(d, "+ ", TERM_GREEN, name, after, from);
}

static void
put_json(struct buf *out, const char *key, const struct json *value)
{
	buf_putc(out, ',');
	json_put_key(out, key);
	if (value == NULL)
		buf_lit(out, "null");
	else
		json_put(out, value, JSON_PUT_COMPACT);
}

static void
on_json(void *arg, struct str name, const struct json *before,
    const struct json *after)
{
	struct diff *d = arg;

	buf_puts(&d->out, d->any ? ",{\"field\":" : "{\"field\":");
	json_put_str(&d->out, name);
	put_json(&d->out, "before", before);
	put_json(&d->out, "after", after);
	buf_putc(&d->out, '}');
	d->any = true;
}

static void
print(struct diff *d, const struct found *from, const struct found *to,
    const char *rev_from, const char *rev_to)
{
	const struct json *known = to->json != NULL ? to->json : from->json;
	struct str path = json_string(json_get(known, "_path"));
	size_t start;

	if (!d->s->out.text) {
		buf_lit(&d->out, "{\"_path\":");
		json_put_str(&d->out, path);
		buf_printf(&d->out, ",\"from\":%s,\"to\":%s,\"changes\":[",
		    rev_from, rev_to);
		fields_differ(from->json, to->json, on_json, d);
		buf_lit(&d->out, "]}");
		send_print(d->s, (struct str){ d->out.p, d->out.n }, 0);
		return;
	}
	start = d->s->out.buf.n;
	buf_printf(&d->s->out.buf, "%.*s  %s..%s", (int)path.n,
	    path.n > 0 ? path.p : "", rev_from, rev_to);
	buf_cstr(&d->s->out.buf);
	text_clean(d->s->out.buf.p + start);
	buf_putc(&d->s->out.buf, '\n');
	fields_differ(from->json, to->json, on_text, d);
	buf_put(&d->s->out.buf, d->out.p, d->out.n);
}

static int
read_rev(char out[REV_TEXT], const char *text, struct err *e)
{
	uint64_t rev;

	if (text_number(text, strlen(text), INT64_MAX, &rev) < 0)
		return err_set(e, ERR_INPUT, "'%s' is no revision: a number, "
		    "as the log has them", text);
	snprintf(out, REV_TEXT, "%" PRIu64, rev);
	return 0;
}

/* The item now and then; it may be at one of them only. */
static int
find(struct found *from, struct found *to, struct send *s,
    const struct interrupt *in, const char *path, const char *rev_from,
    const char *rev_to, struct err *e)
{
	if (found_get(to, s, in, path, rev_to, e) == 0)
		return rev_from[0] == '\0' ? 0 : found_by_key(from, s, in,
		    found_key(to), rev_from, e);
	if (e->code != ERR_NOT_FOUND || rev_from[0] == '\0')
		return -1;
	err_clear(e);
	return found_get(from, s, in, path, rev_from, e);
}

/* It is not there: when was it taken away?  -1: that was long ago or never;
 * the first error stays. */
static int
find_removed(struct found *from, char *since, char *until, struct send *s,
    const struct interrupt *in, const char *path, struct err *e)
{
	struct err other = ERR_INIT;
	uint64_t rev;

	if (e->code != ERR_NOT_FOUND)
		return -1;
	if (found_removal(&rev, s, in, path, &other) < 0)
		return err_set(e, ERR_NOT_FOUND, "there is no item at '%s', "
		    "and none of the last commits removed one; 'diff %s REV' "
		    "shows it as it was then", path, path);
	snprintf(until, REV_TEXT, "%" PRIu64, rev);
	snprintf(since, REV_TEXT, "%" PRIu64, rev - 1);
	err_clear(e);
	return found_get(from, s, in, path, since, e);
}

/* What is there now was last changed then; what is not, taken away. */
static void
put_until(char *until, const struct found *from, const struct found *to,
    struct send *s, const struct interrupt *in, const char *path)
{
	struct err ignored = ERR_INIT;
	uint64_t rev;

	if (to->json != NULL)
		rev = found_rev(to);
	else if (found_removal(&rev, s, in, path, &ignored) < 0)
		rev = found_rev(from);
	snprintf(until, REV_TEXT, "%" PRIu64, rev);
}

int
diff_run(struct send *s, struct interrupt *in, char *const w[],
    size_t n, struct err *e)
{
	struct diff d = { .s = s, .out = BUF_INIT(OUTPUT_MAX) };
	struct found from = FOUND_INIT, to = FOUND_INIT;
	char since[REV_TEXT] = "", until[REV_TEXT] = "";
	int rc = 0;

	if (n > 1)
		rc = read_rev(since, w[1], e);
	if (n > 2 && rc == 0)
		rc = read_rev(until, w[2], e);
	if (rc == 0)
		rc = find(&from, &to, s, in, w[0], since, until, e);
	if (rc < 0 && n == 1)
		rc = find_removed(&from, since, until, s, in, w[0], e);
	else if (rc == 0 && n == 1) {
		snprintf(since, sizeof since, "%" PRIu64, found_rev(&to) - 1);
		if (found_rev(&to) > 1)		/* else nothing was there */
			rc = found_by_key(&from, s, in, found_key(&to), since,
			    e);
	}
	if (rc == 0 && n < 3 && until[0] == '\0')
		put_until(until, &from, &to, s, in, w[0]);
	if (rc == 0)
		print(&d, &from, &to, since, until);
	found_clear(&from);
	found_clear(&to);
	buf_free(&d.out);
	return rc;
}
