#include "base/text.h"
#include "cli/term.h"
#include "event.h"

#define SHOWN	200	/* bytes of a value */

static void
put_field(struct output *out, char sign, struct str key, const struct json *j)
{
	size_t n = j->raw.n;

	if (n > SHOWN)
		for (n = SHOWN; n > 0 && (j->raw.p[n] & 0xc0) == 0x80; n--)
			;
	buf_lit(&out->buf, "    ");
	buf_puts(&out->buf, term_style(out->color, sign == '-' ? TERM_RED :
	    TERM_GREEN));
	buf_printf(&out->buf, "%c ", sign);
	text_escape(&out->buf, key.p, key.n, 0);
	buf_lit(&out->buf, ": ");
	output_visible(out, j->raw.p, n);
	if (n < j->raw.n)
		buf_printf(&out->buf, "... (%zu bytes)", j->raw.n);
	buf_puts(&out->buf, term_style(out->color, TERM_PLAIN));
	buf_putc(&out->buf, '\n');
}

static bool
is_field(const struct json *m)
{
	return m->key.n > 0 && m->key.p[0] != '_';
}

static const struct json *
member(const struct json *j, const struct json *like)
{
	return j == NULL ? NULL : json_getn(j, like->key.p, like->key.n);
}

/* The server writes a value always the same way: equal bytes, equal value. */
void
event_diff(struct output *out, const struct json *before,
    const struct json *after)
{
	const struct json *m, *other;

	for (m = before == NULL ? NULL : before->first; m != NULL;
	    m = m->next) {
		other = member(after, m);
		if (!is_field(m) || (other != NULL && str_eq(m->raw,
		    other->raw)))
			continue;
		put_field(out, '-', m->key, m);
		if (other != NULL)
			put_field(out, '+', m->key, other);
	}
	for (m = after == NULL ? NULL : after->first; m != NULL; m = m->next)
		if (is_field(m) && member(before, m) == NULL)
			put_field(out, '+', m->key, m);
}
