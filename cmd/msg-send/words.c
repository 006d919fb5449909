#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "diff.h"
#include "edit.h"
#include "help.h"
#include "msg/command_line.h"
#include "passwd.h"
#include "show.h"
#include "watches.h"

/* --- the actions of a word ----------------------------------------------- */

/* The text of a value; invalid bytes would be replaced on their way. */
static int
put_text(struct buf *out, const char *p, size_t n, struct err *e)
{
	size_t at = utf8_check(p, n);

	if (at < n)
		return err_set(e, ERR_INPUT, "byte %zu of the value is no "
		    "UTF-8; bytes go as base64 into a field of bytes", at + 1);
	json_put_string(out, p, n);
	return 0;
}

static int
put_value(struct buf *out, const char *value, bool json, struct err *e)
{
	struct buf file = BUF_INIT(out->max);
	struct arena a = ARENA_INIT;
	int rc = 0;

	if (json) {
		if (json_parse(&a, value, strlen(value), NULL, e) == NULL)
			rc = -1;
		buf_puts(out, value);
	} else if (value[0] == '@') {
		rc = fs_read(&file, value + 1, e);
		if (rc == 0)
			rc = put_text(out, file.p, file.n, e);
	} else {
		rc = put_text(out, value, strlen(value), e);
	}
	arena_free(&a);
	buf_free(&file);
	return rc;
}

/* The name in front of = or :=. */
static struct str
field_name(const char *field)
{
	size_t n = strcspn(field, "=");

	if (n > 0 && field[n] == '=' && field[n - 1] == ':')
		n--;
	return (struct str){ field, n };
}

int
word_check_fields(char *const w[], size_t n, const char *place, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct str name = field_name(w[i]);

		if (place != NULL && str_is(name, place))
			return err_set(e, ERR_USAGE, "'%s' says which one is "
			    "meant, and cannot be given as a field", place);
		for (size_t k = 0; k < i; k++)
			if (str_eq(field_name(w[k]), name))
				return err_set(e, ERR_USAGE, "'%.*s' is given "
				    "twice", (int)name.n, name.p);
	}
	return 0;
}

int
word_put_field(struct buf *out, const char *field, struct err *e)
{
	const char *equals = strchr(field, '=');
	bool json = equals != NULL && equals > field && equals[-1] == ':';
	size_t n;

	if (equals == NULL || equals == field)
		return err_set(e, ERR_USAGE, "'%s' is no FIELD=VALUE", field);
	n = (size_t)(equals - field) - json;
	if (put_text(out, field, n, e) < 0)
		return -1;
	buf_putc(out, ':');
	if (put_value(out, equals + 1, json, e) < 0)
		return err_prefix(e, "'%.*s'", (int)n, field);
	return 0;
}

static int
begin(struct buf *out, const char *method, const char *name,
    const char *value, struct err *e)
{
	buf_puts(out, out->n == 0 ? "[" : ",");
	buf_printf(out, "{\"method\":\"%s\",\"data\":{", method);
	json_put_key(out, name);
	return put_text(out, value, strlen(value), e);
}

static int
put_member(struct buf *out, const char *name, const char *value,
    struct err *e)
{
	buf_putc(out, ',');
	json_put_key(out, name);
	return put_text(out, value, strlen(value), e);
}

static int
put_fields(struct buf *out, char *const w[], size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		buf_putc(out, ',');
		if (word_put_field(out, w[i], e) < 0)
			return -1;
	}
	buf_lit(out, "}}]");
	return 0;
}

/* What the server alone gives an item: said here, it would be dropped.
 * allowed: what is not; or NULL. */
static int
check_item(char *const w[], size_t n, const char *allowed, const char *why,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct str name = field_name(w[i]);

		if (w[i][0] == '_' && (allowed == NULL ||
		    !str_is(name, allowed)))
			return err_set(e, ERR_USAGE, "'%.*s' is no field that "
			    "%s", (int)name.n, name.p, why);
	}
	return word_check_fields(w, n, NULL, e);
}

static int
put_create(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	if (check_item(w + 2, n - 2, NULL, "a new item can be given", e) < 0)
		return -1;
	if (begin(out, method, "_path", w[1], e) < 0 ||
	    put_member(out, "_kind", w[0], e) < 0)
		return -1;
	return put_fields(out, w + 2, n - 2, e);
}

static int
put_save(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	if (check_item(w + 1, n - 1, "_rev", "save changes; mv renames and "
	    "moves, and the kind stays", e) < 0 ||
	    begin(out, method, "_path", w[0], e) < 0)
		return -1;
	return put_fields(out, w + 1, n - 1, e);
}

static int
put_rm(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (begin(out, method, "_path", w[i], e) < 0)
			return -1;
		buf_lit(out, "}}");
	}
	buf_putc(out, ']');
	return 0;
}

/* Several go into a folder. */
static int
put_to(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	const char *to = w[n - 1];

	if (n > 2 && (to[0] == '\0' || to[strlen(to) - 1] != '/'))
		return err_set(e, ERR_USAGE, "several items go into a folder: "
		    "'%.200s/'", to);
	for (size_t i = 0; i + 1 < n; i++) {
		if (begin(out, method, "_path", w[i], e) < 0 ||
		    put_member(out, "to", to, e) < 0)
			return -1;
		buf_lit(out, "}}");
	}
	buf_putc(out, ']');
	return 0;
}

static int
put_revert(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	uint64_t rev;

	for (size_t i = 0; i < n; i++) {
		if (text_number(w[i], strlen(w[i]), INT64_MAX, &rev) < 0)
			return err_set(e, ERR_INPUT, "'%.200s' is no revision: "
			    "a number, as the log has them", w[i]);
		buf_printf(out, "%s{\"method\":\"%s\",\"data\":{\"rev\":%llu}}",
		    i == 0 ? "[" : ",", method, (unsigned long long)rev);
	}
	buf_putc(out, ']');
	return 0;
}

static int
put_branch(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	if (word_check_fields(w + 1, n - 1, "_name", e) < 0 ||
	    begin(out, method, "_name", w[0], e) < 0)
		return -1;
	return put_fields(out, w + 1, n - 1, e);
}

/* Which side to take of items in conflict. */
static int
put_publish(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	if (word_check_fields(w + 1, n - 1, NULL, e) < 0 ||
	    begin(out, method, "_name", w[0], e) < 0)
		return -1;
	for (size_t i = 1; i < n; i++) {
		buf_puts(out, i == 1 ? ",\"take\":{" : ",");
		if (word_put_field(out, w[i], e) < 0)
			return -1;
	}
	buf_puts(out, n > 1 ? "}}}]" : "}}]");
	return 0;
}

static int
put_user(struct buf *out, const char *method, char *const w[], size_t n,
    struct err *e)
{
	if (word_check_fields(w + 1, n - 1, "name", e) < 0 ||
	    begin(out, method, "name", w[0], e) < 0)
		return -1;
	for (size_t i = 1; i < n; i++) {
		buf_putc(out, ',');
		if (passwd_put_field(out, w[i], e) < 0)
			return -1;
	}
	buf_lit(out, "}}]");
	return 0;
}

/* --- the words ----------------------------------------------------------- */

const struct word words[] = {
#define ALIAS(name, sub, command, show, summary) \
	{ name, sub, MSG_##command, NULL, NULL, NULL, NULL, summary, 0, 0, \
	  show },
#define ACTION(name, sub, command, method, put, arguments, least, most, \
    summary) \
	{ name, sub, MSG_##command, method, put_##put, NULL, arguments, \
	  summary, least, most },
#define TALK(name, sub, run, arguments, least, most, summary) \
	{ name, sub, MSG_COMMANDS, NULL, NULL, run, arguments, summary, \
	  least, most },
#include "words.def"
	{ 0 },
};

const struct word *
word_find(struct str first, struct str second)
{
	for (const struct word *w = words; w->name != NULL; w++)
		if (str_is(first, w->name) &&
		    (w->sub == NULL || str_is(second, w->sub)))
			return w;
	return NULL;
}

static const char *
nearest(const char *typed, size_t distance)
{
	const char *near = NULL;

	for (const struct word *w = words; w->name != NULL; w++) {
		size_t d = text_distance(w->name, typed);

		if (d < distance) {
			distance = d;
			near = w->name;
		}
	}
	return near;
}

void
word_unknown(struct str typed, struct err *e)
{
	char *text = mem_strn(typed.p, typed.n);
	size_t distance = typed.n / 2 + 1;
	const char *near = nearest(text, distance < 3 ? distance : 3);

	if (near != NULL)
		err_set(e, ERR_INPUT, "unknown command '%s'; did you mean "
		    "'%s'?", text, near);
	else
		command_line_word(typed, e);
	free(text);
}

size_t
word_length(const struct word *word)
{
	return word->sub == NULL ? 1 : 2;
}

const char *
word_arguments(const struct word *word)
{
	return word->arguments != NULL ? word->arguments :
	    msg_commands[word->command].argument;
}

int
word_check(const struct word *word, size_t n, struct err *e)
{
	if (n >= word->least && (word->most == 0 || n <= word->most))
		return 0;
	return err_set(e, ERR_USAGE, "'%s%s%s' takes: %s", word->name,
	    word->sub == NULL ? "" : " ", word->sub == NULL ? "" : word->sub,
	    word->arguments);
}

int
word_expand(struct msg_ask *out, struct buf *text, const struct word *word,
    char *const w[], size_t n, struct err *e)
{
	if (word_check(word, n, e) < 0 ||
	    word->put(text, word->method, w, n, e) < 0)
		return -1;
	if (buf_full(text))
		return err_set(e, ERR_INPUT, "the argument is too long");
	out->command = &msg_commands[word->command];
	out->argument = (struct str){ text->p, text->n };
	return 0;
}

/* One word from *from on, written to *to; -1: a quote has no end. */
static int
cut(char **from, char **to)
{
	char *p = *from, *q = *to, quote = 0;

	for (; *p != '\0' && (quote != 0 || strchr(" \t\r\n", *p) == NULL);
	    p++) {
		if (quote == 0 && (*p == '\'' || *p == '"'))
			quote = *p;
		else if (quote != 0 && *p == quote)
			quote = 0;
		else if (*p == '\\' && quote != '\'' && p[1] != '\0')
			*q++ = *++p;
		else
			*q++ = *p;
	}
	*from = *p == '\0' ? p : p + 1;
	*q = '\0';
	*to = q + 1;
	return quote == 0 ? 0 : -1;
}

int
words_split(char *line, char *w[WORDS_MAX], struct err *e)
{
	char *from = line, *to;
	int n = 0;

	for (;;) {
		from += strspn(from, " \t\r\n");
		if (*from == '\0')
			return n;
		if (n == WORDS_MAX)
			return err_set(e, ERR_INPUT, "more than %d words",
			    WORDS_MAX);
		to = from;
		w[n++] = to;
		if (cut(&from, &to) < 0)
			return err_set(e, ERR_INPUT, "a quote has no end");
	}
}
