#include "cli/output.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/term.h"

#define WIDTH	76	/* what is shorter stays on one line */

void
output_init(struct output *o, const char *format, const char *color)
{
	o->text = strcmp(format, "text") == 0 ||
	    (strcmp(format, "auto") == 0 && isatty(STDOUT_FILENO));
	o->terminal = isatty(STDOUT_FILENO);
	o->color = term_color(STDOUT_FILENO, color);
	buf_init(&o->buf, OUTPUT_MAX);
	signal(SIGPIPE, SIG_IGN);
}

void
output_free(struct output *o)
{
	buf_free(&o->buf);
}

static void
put_colored(struct output *o, enum term_style c, const char *p, size_t n)
{
	buf_puts(&o->buf, term_style(o->color, c));
	buf_put(&o->buf, p, n);
	buf_puts(&o->buf, term_style(o->color, TERM_PLAIN));
}

void
output_visible(struct output *o, const char *p, size_t n)
{
	size_t from = 0, len;

	for (size_t i = 0; i < n; i++) {
		uint32_t c = (unsigned char)p[i];

		if (c < 0x7f)
			continue;	/* C0 is escaped in any JSON */
		c = utf8_get(p + i, n - i, &len);
		if (!text_is_control(c))
			continue;
		buf_put(&o->buf, p + from, i - from);
		buf_printf(&o->buf, "\\u%04x", (unsigned)c);
		from = i + len;
	}
	buf_put(&o->buf, p + from, n - from);
}

static void
put_string(struct output *o, enum term_style c, struct str raw)
{
	buf_puts(&o->buf, term_style(o->color, c));
	output_visible(o, raw.p, raw.n);
	buf_puts(&o->buf, term_style(o->color, TERM_PLAIN));
}

static void
put_key(struct output *o, struct str key)
{
	struct buf b = BUF_INIT(OUTPUT_MAX);

	json_put_str(&b, key);
	put_string(o, TERM_BLUE, (struct str){ b.p, b.n });
	buf_lit(&o->buf, ": ");
	buf_free(&b);
}

static void
newline(struct output *o, int level)
{
	buf_printf(&o->buf, "\n%*s", 2 * level, "");
}

static void
put_members(struct output *o, const struct json *j, int level)
{
	bool object = j->type == JSON_OBJECT;
	bool flat = j->raw.n + 2 * (size_t)level < WIDTH;

	put_colored(o, TERM_DIM, object ? "{" : "[", 1);
	for (const struct json *m = j->first; m != NULL; m = m->next) {
		if (!flat)
			newline(o, level + 1);
		if (object)
			put_key(o, m->key);
		output_tree(o, m, level + 1);
		if (m->next != NULL)
			buf_puts(&o->buf, flat ? ", " : ",");
	}
	if (!flat)
		newline(o, level);
	put_colored(o, TERM_DIM, object ? "}" : "]", 1);
}

void
output_tree(struct output *o, const struct json *j, int level)
{
	if (j->type == JSON_ARRAY || j->type == JSON_OBJECT)
		put_members(o, j, level);
	else if (j->type == JSON_STRING)
		put_string(o, TERM_GREEN, j->raw);
	else
		put_colored(o, j->type == JSON_NUMBER ? TERM_CYAN :
		    TERM_MAGENTA, j->raw.p, j->raw.n);
}

void
output_json(struct output *o, const char *p, size_t n)
{
	struct arena a = ARENA_INIT;
	struct buf line = BUF_INIT(OUTPUT_MAX);
	struct json *j = NULL;
	struct err e = ERR_INIT;

	if (!o->text && !o->terminal && memchr(p, '\n', n) == NULL) {
		buf_put(&o->buf, p, n);
	} else if ((j = json_parse(&a, p, n, NULL, &e)) == NULL) {
		text_escape(&o->buf, p, n, 0);	/* base64 of Avro, say */
	} else if (o->text) {
		output_tree(o, j, 0);
	} else {
		json_put(&line, j, JSON_PUT_COMPACT);
		output_visible(o, line.p, line.n);
	}
	buf_putc(&o->buf, '\n');
	buf_free(&line);
	arena_free(&a);
}

void
output_xml(struct output *o, const char *p, size_t n)
{
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		uint32_t c = utf8_get(p + i, n - i, &len);

		if (text_is_control(c))
			buf_printf(&o->buf, "&#%u;", (unsigned)c);
		else
			buf_put(&o->buf, p + i, len);
	}
	buf_putc(&o->buf, '\n');
}

void
output_line(struct output *o, const char *p, size_t n)
{
	size_t start = o->buf.n;

	buf_put(&o->buf, p, n);
	if (o->buf.n > start) {
		buf_cstr(&o->buf);		/* a NUL behind */
		text_clean(o->buf.p + start);
	}
	buf_putc(&o->buf, '\n');
}

void
output_hangup(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

int
output_flush(struct output *o, struct err *e)
{
	int rc = 0;

	if (buf_full(&o->buf))
		return err_set(e, ERR_LIMIT, "the answer is too long to be "
		    "shown");
	if (o->buf.n > 0)
		rc = buf_write_all(&o->buf, STDOUT_FILENO, e);
	if (rc < 0 && errno == EPIPE)
		output_hangup();
	buf_reset(&o->buf);
	buf_shrink(&o->buf, 1 << 16);
	return rc < 0 ? err_prefix(e, "standard output") : 0;
}
