#include "words.h"

#include <string.h>

#include "base/fs.h"
#include "base/json.h"

const struct word words[] = {
#define X(name, arguments, least, most, summary) \
	{ #name, arguments, summary, least, most },
#include "words.def"
#undef X
	{ 0 },
};

const struct word *
word_find(struct str name)
{
	for (const struct word *w = words; w->name != NULL; w++)
		if (str_is(name, w->name))
			return w;
	return NULL;
}

/* FIELD=VALUE, FIELD=@FILE, FIELD:=JSON as a member, a comma before it. */
static int
put_field(struct buf *out, const char *field, struct err *e)
{
	const char *equals = strchr(field, '='), *value;
	struct buf file = BUF_INIT(out->max);
	struct arena a = ARENA_INIT;
	int rc = -1;
	size_t n;

	if (equals == NULL || equals == field)
		return err_set(e, ERR_INPUT, "'%s' is no FIELD=VALUE", field);
	value = equals + 1;
	n = (size_t)(equals - field);
	buf_putc(out, ',');
	json_put_string(out, field, equals[-1] == ':' ? n - 1 : n);
	buf_putc(out, ':');
	if (equals[-1] == ':') {
		if (json_parse(&a, value, strlen(value), NULL, e) == NULL) {
			err_prefix(e, "'%.*s'", (int)n - 1, field);
			goto out;
		}
		buf_puts(out, value);
	} else if (value[0] == '@') {
		if (fs_read(&file, value + 1, e) < 0)
			goto out;
		json_put_string(out, file.p, file.n);
	} else {
		json_put_cstr(out, value);
	}
	rc = 0;
out:
	arena_free(&a);
	buf_free(&file);
	return rc;
}

static void
begin_action(struct buf *out, const char *method, const char *path)
{
	buf_puts(out, out->n == 0 ? "[" : ",");
	buf_printf(out, "{\"method\":\"%s\",\"data\":{\"_path\":", method);
	json_put_cstr(out, path);
}

static void
put_string_field(struct buf *out, const char *name, const char *value)
{
	buf_putc(out, ',');
	json_put_key(out, name);
	json_put_cstr(out, value);
}

/* The actions of all words but "get". */
static int
put_actions(struct buf *out, const char *word, char *const w[], size_t n,
    struct err *e)
{
	size_t fields = n;

	if (strcmp(word, "create") == 0) {
		begin_action(out, "create", w[2]);
		put_string_field(out, "_kind", w[1]);
		fields = 3;
	} else if (strcmp(word, "save") == 0) {
		begin_action(out, "save", w[1]);
		fields = 2;
	} else if (strcmp(word, "rm") == 0) {
		for (size_t i = 1; i < n; i++) {
			begin_action(out, "remove", w[i]);
			if (i + 1 < n)
				buf_lit(out, "}}");
		}
	} else {
		begin_action(out, strcmp(word, "mv") == 0 ? "move" : "copy",
		    w[1]);
		put_string_field(out, "to", w[2]);
	}
	for (; fields < n; fields++)
		if (put_field(out, w[fields], e) < 0)
			return -1;
	buf_lit(out, "}}]");
	return 0;
}

int
word_expand(struct msg_ask *out, struct buf *text, const struct word *word,
    char *const w[], size_t n, struct err *e)
{
	if (n - 1 < word->least || (word->most > 0 && n - 1 > word->most))
		return err_set(e, ERR_INPUT, "'%s' takes: %s", word->name,
		    word->arguments);
	if (strcmp(word->name, "get") == 0) {
		out->command = msg_command_by_word(STR("get-item"));
		buf_puts(text, w[1]);
	} else {
		out->command = msg_command_by_word(STR("set-item"));
		if (put_actions(text, word->name, w, n, e) < 0)
			return -1;
	}
	if (buf_full(text))
		return err_set(e, ERR_INPUT, "the argument is too long");
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
