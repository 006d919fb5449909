#include <string.h>

#include "base/text.h"
#include "cli/human.h"
#include "cli/term.h"
#include "show.h"

#define LABEL_WIDTH	20
#define COMMAND_WIDTH	14
#define CELL_WIDTH	9

enum unit { TEXT, COUNT, BYTES, TIME };

/* In the order they are shown; what a server has beyond them goes behind, as
 * it is called. */
static const struct figure {
	const char *member, *label;
	enum unit unit;
	const char *limit;		/* its member; NULL: none */
} figures[] = {
	{ "version", "version", TEXT, NULL },
	{ "uptime_us", "up for", TIME, NULL },
	{ "rev", "revision", TEXT, NULL },
	{ "items", "items", TEXT, NULL },
	{ "store_bytes", "store", BYTES, "store_bytes_limit" },
	{ "connections", "connections", TEXT, "connections_limit" },
	{ "streams", "streams", TEXT, NULL },
	{ "watches", "watches", TEXT, NULL },
	{ "requests_total", "requests", COUNT, NULL },
	{ "errors_total", "refused", COUNT, NULL },
	{ "commits", "commits", COUNT, NULL },
	{ "events_total", "events", COUNT, NULL },
	{ "bytes_in_total", "bytes in", BYTES, NULL },
	{ "bytes_out_total", "bytes out", BYTES, NULL },
};

#define FIGURES	(sizeof figures / sizeof figures[0])

static void
pad(struct output *o, size_t start, size_t wide)
{
	size_t n = o->buf.n - start;

	do
		buf_putc(&o->buf, ' ');
	while (++n < wide);
}

static void
put_label(struct output *o, struct str label)
{
	size_t start;

	buf_puts(&o->buf, term_style(o->color, TERM_DIM));
	start = o->buf.n;
	text_escape(&o->buf, label.p, label.n, 0);
	pad(o, start, LABEL_WIDTH);
	buf_puts(&o->buf, term_style(o->color, TERM_PLAIN));
}

static void
put_value(struct output *o, const struct json *j, enum unit unit)
{
	char text[HUMAN_MAX];
	struct err ignored = ERR_INIT;
	int64_t n;

	if (unit == TEXT || json_int64(j, &n, &ignored) < 0) {
		struct str s = j->type == JSON_STRING ? j->text : j->raw;

		text_escape(&o->buf, s.p, s.n, 0);
		return;
	}
	buf_puts(&o->buf, unit == TIME ? human_us(text, n) :
	    unit == BYTES ? human_bytes(text, (double)n) :
	    human_count(text, (double)n));
}

static void
put_figures(struct output *o, const struct json *answer)
{
	for (size_t i = 0; i < FIGURES; i++) {
		const struct figure *f = &figures[i];
		const struct json *j = json_get(answer, f->member);
		const struct json *limit = f->limit == NULL ? NULL :
		    json_get(answer, f->limit);

		if (j == NULL)
			continue;
		put_label(o, str_of(f->label));
		put_value(o, j, f->unit);
		if (limit != NULL) {
			buf_lit(&o->buf, " of ");
			put_value(o, limit, f->unit);
		}
		buf_putc(&o->buf, '\n');
	}
}

static bool
is_figure(struct str name)
{
	for (size_t i = 0; i < FIGURES; i++)
		if (str_is(name, figures[i].member) ||
		    (figures[i].limit != NULL &&
		    str_is(name, figures[i].limit)))
			return true;
	return false;
}

static bool
ends(struct str name, const char *with)
{
	size_t n = strlen(with);

	return name.n >= n && memcmp(name.p + name.n - n, with, n) == 0;
}

/* "waiting_commands": "waiting commands". */
static void
put_others(struct output *o, const struct json *answer)
{
	char label[64];

	for (const struct json *j = answer->first; j != NULL; j = j->next) {
		struct str name = j->key;

		if (is_figure(name) || j->type == JSON_OBJECT ||
		    j->type == JSON_ARRAY || name.n >= sizeof label)
			continue;
		for (size_t i = 0; i < name.n; i++)
			label[i] = name.p[i] == '_' ? ' ' : name.p[i];
		put_label(o, (struct str){ label, name.n });
		put_value(o, j, ends(name, "_us") ? TIME :
		    ends(name, "_bytes_limit") ? BYTES : TEXT);
		buf_putc(&o->buf, '\n');
	}
}

static void
put_commands(struct output *o, const struct json *commands)
{
	static const struct figure cells[] = {
		{ "count", "count", COUNT, NULL },
		{ "errors", "refused", COUNT, NULL },
		{ "p50_us", "half", TIME, NULL },
		{ "p90_us", "9 of 10", TIME, NULL },
		{ "p99_us", "99 of 100", TIME, NULL },
	};
	const size_t n = sizeof cells / sizeof cells[0];
	size_t start;

	buf_printf(&o->buf, "\n%s%-*s", term_style(o->color, TERM_DIM),
	    COMMAND_WIDTH, "command");
	for (size_t c = 0; c < n; c++)
		buf_printf(&o->buf, "%s%-*s", c == 0 ? "" : " ",
		    c + 1 < n ? CELL_WIDTH - 1 : 0, cells[c].label);
	buf_printf(&o->buf, "%s\n", term_style(o->color, TERM_PLAIN));
	for (const struct json *j = commands->first; j != NULL; j = j->next) {
		start = o->buf.n;
		text_escape(&o->buf, j->key.p, j->key.n, 0);
		pad(o, start, COMMAND_WIDTH);
		for (size_t c = 0; c < n; c++) {
			const struct json *m = json_get(j, cells[c].member);

			start = o->buf.n;
			if (m != NULL)
				put_value(o, m, cells[c].unit);
			if (c + 1 < n)
				pad(o, start, CELL_WIDTH);
		}
		buf_putc(&o->buf, '\n');
	}
}

bool
show_status(struct output *o, const struct json *answer)
{
	const struct json *commands = json_get(answer, "commands");

	if (json_get(answer, "version") == NULL)
		return false;
	put_figures(o, answer);
	put_others(o, answer);
	if (commands != NULL && commands->first != NULL)
		put_commands(o, commands);
	return true;
}
