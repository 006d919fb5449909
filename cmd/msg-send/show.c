#include "show.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/term.h"
#include "options.h"

#define COLUMNS_MAX	4
#define CHANGES_SHOWN	20	/* of a commit */
#define CHANGE_WIDTH	7	/* "create " */

static struct str
text_of(const struct json *j, const char *member)
{
	const struct json *m = json_get(j, member);

	if (m == NULL)
		return STR_NONE;
	return m->type == JSON_STRING ? m->text : m->raw;
}

static void
put_styled(struct output *o, enum term_style style, struct str s)
{
	bool styled = o->color && style != TERM_PLAIN;

	buf_puts(&o->buf, term_style(styled, style));
	text_escape(&o->buf, s.p, s.n, 0);
	buf_puts(&o->buf, term_style(styled, TERM_PLAIN));
}

/* Columns of a terminal: one a character, which is near enough. */
static size_t
width(struct str s)
{
	size_t n = 0, len;

	for (size_t i = 0; i < s.n; i += len, n++)
		utf8_get(s.p + i, s.n - i, &len);
	return n;
}

static void
put_cell(struct output *o, enum term_style style, struct str s, size_t wide)
{
	size_t has = width(s);

	put_styled(o, style, s);
	for (; has < wide; has++)
		buf_putc(&o->buf, ' ');
}

/* --- the log ------------------------------------------------------------- */

/* "2026-11-29T08:46:14.178331Z" without what nobody reads. */
static void
put_time(struct output *o, struct str time)
{
	size_t n = time.n > 19 ? 19 : time.n;

	for (size_t i = 0; i < n; i++)
		buf_putc(&o->buf, time.p[i] == 'T' ? ' ' :
		    strchr("0123456789-:", time.p[i]) != NULL ? time.p[i] :
		    '?');
	buf_putc(&o->buf, 'Z');
}

static void
put_change(struct output *o, const struct json *change)
{
	struct str from = text_of(change, "from");

	buf_lit(&o->buf, "    ");
	put_cell(o, TERM_PLAIN, text_of(change, "change"), CHANGE_WIDTH);
	if (from.n > 0) {
		put_styled(o, TERM_PLAIN, from);
		buf_lit(&o->buf, " to ");
	}
	put_styled(o, TERM_PLAIN, text_of(change, "_path"));
	buf_putc(&o->buf, '\n');
}

static void
put_commit(struct output *o, const struct json *commit)
{
	const struct json *changes = json_get(commit, "changes"), *c;
	struct str message = text_of(commit, "message");
	size_t n = 0;

	put_styled(o, TERM_YELLOW, text_of(commit, "rev"));
	buf_lit(&o->buf, "  ");
	put_time(o, text_of(commit, "time"));
	buf_lit(&o->buf, "  ");
	put_styled(o, TERM_PLAIN, text_of(commit, "author"));
	if (message.n > 0) {
		buf_lit(&o->buf, "  ");
		put_styled(o, TERM_BOLD, message);
	}
	buf_putc(&o->buf, '\n');
	c = changes == NULL ? NULL : changes->first;
	for (; c != NULL && n < CHANGES_SHOWN; c = c->next, n++)
		put_change(o, c);
	if (c != NULL)
		buf_printf(&o->buf, "    and %zu more\n", changes->count - n);
}

static bool
is_list(const struct json *j, const char *member)
{
	return j->type == JSON_ARRAY && (j->first == NULL ||
	    json_get(j->first, member) != NULL);
}

bool
show_log(struct output *o, const struct json *answer)
{
	if (!is_list(answer, "rev"))
		return false;
	for (const struct json *j = answer->first; j != NULL; j = j->next)
		put_commit(o, j);
	return true;
}

/* --- tables -------------------------------------------------------------- */

struct column {
	const char *title, *member;
};

/* j NULL: the titles. */
static void
put_row(struct output *o, const struct json *j,
    const struct column columns[COLUMNS_MAX], const size_t wide[COLUMNS_MAX])
{
	for (size_t c = 0; c < COLUMNS_MAX; c++)
		put_cell(o, j == NULL ? TERM_DIM : TERM_PLAIN, j == NULL ?
		    str_of(columns[c].title) : text_of(j, columns[c].member),
		    c + 1 < COLUMNS_MAX ? wide[c] + 2 : 0);
	buf_putc(&o->buf, '\n');
}

static bool
table(struct output *o, const struct json *list,
    const struct column columns[COLUMNS_MAX])
{
	size_t wide[COLUMNS_MAX];

	if (!is_list(list, columns[0].member))
		return false;
	for (size_t c = 0; c < COLUMNS_MAX; c++) {
		wide[c] = width(str_of(columns[c].title));
		for (const struct json *j = list->first; j != NULL;
		    j = j->next) {
			size_t n = width(text_of(j, columns[c].member));

			wide[c] = n > wide[c] ? n : wide[c];
		}
	}
	put_row(o, NULL, columns, wide);
	for (const struct json *j = list->first; j != NULL; j = j->next)
		put_row(o, j, columns, wide);
	return true;
}

bool
show_branches(struct output *o, const struct json *answer)
{
	static const struct column columns[COLUMNS_MAX] = {
		{ "branch", "_name" }, { "publishes to", "publish" },
		{ "revision", "_rev" }, { "owner", "owner" },
	};

	return table(o, answer, columns);
}

bool
show_users(struct output *o, const struct json *answer)
{
	static const struct column columns[COLUMNS_MAX] = {
		{ "user", "name" }, { "admin", "admin" },
		{ "full name", "full_name" }, { "roles", "roles" },
	};

	return table(o, answer, columns);
}

/* --- a new item ---------------------------------------------------------- */

void
show_stored(const char *asked, const struct buf *answer)
{
	struct arena a = ARENA_INIT;
	struct err ignored = ERR_INIT;
	const struct json *j = json_parse(&a, answer->p, answer->n, NULL,
	    &ignored);
	struct str path = j == NULL ? STR_NONE :
	    json_string(json_get(j->first, "_path"));
	struct buf shown = BUF_INIT(4096);

	if (path.n > 0 && !str_is(path, asked)) {
		text_escape(&shown, path.p, path.n, '\'');
		fprintf(stderr, "%s: stored as '%s'\n", send_tool.name,
		    buf_cstr(&shown));
	}
	buf_free(&shown);
	arena_free(&a);
}
