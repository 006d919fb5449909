#include "msg/command_line.h"

#include <string.h>

#include "base/text.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str
trimmed(const char *p, size_t n)
{
	while (n > 0 && is_space(p[0]))
		p++, n--;
	while (n > 0 && is_space(p[n - 1]))
		n--;
	return (struct str){ p, n };
}

static size_t
word_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && !is_space(s.p[n]))
		n++;
	return n;
}

const struct msg_command *
command_line_word(struct str word, struct err *e)
{
	const struct msg_command *c = msg_command_by_word(word), *near = NULL;
	size_t best = 4;
	char text[64];

	if (c != NULL)
		return c;
	word.n = word.n < sizeof text ? word.n : sizeof text - 1;
	memcpy(text, word.p, word.n);
	text[word.n] = '\0';
	for (int i = 0; i < MSG_COMMANDS; i++) {
		size_t d = text_distance(msg_commands[i].word, text);

		if (d < best) {
			best = d;
			near = &msg_commands[i];
		}
	}
	err_set(e, ERR_INPUT, near == NULL ? "unknown command '%s'" :
	    "unknown command '%s'; did you mean '%s'?", text,
	    near == NULL ? "" : near->word);
	return NULL;
}

int
command_line_check(const struct msg_ask *ask, struct err *e)
{
	const struct msg_command *c = ask->command;

	if (ask->argument.n == 0 && c->argument[0] != '\0' &&
	    c->argument[0] != '[')
		return err_set(e, ERR_INPUT, "'%s' needs an argument: %s",
		    c->word, c->argument);
	return 0;
}

/* One --NAME=VALUE at the start of *rest, which is moved behind it. */
static int
attribute(struct msg_ask *out, struct str *rest, struct err *e)
{
	const char *end = rest->p + rest->n, *p = rest->p + 2, *stop;
	struct str name = { p, 0 }, value;
	enum msg_attr a;

	while (p < end && *p != '=' && !is_space(*p))
		p++;
	name.n = (size_t)(p - name.p);
	a = msg_attr_find(name);
	if (a == MSG_ATTR_COUNT)
		return err_set(e, ERR_INPUT, "unknown attribute '--%.*s'",
		    (int)name.n, name.p);
	if (!msg_command_takes(out->command, name))
		return err_set(e, ERR_INPUT, "'%s' takes no '--%.*s'",
		    out->command->word, (int)name.n, name.p);
	if (p == end || *p != '=')
		return err_set(e, ERR_INPUT, "'--%.*s' needs a value: "
		    "--%.*s=VALUE", (int)name.n, name.p, (int)name.n, name.p);
	value.p = ++p;
	if (p < end && (*p == '"' || *p == '\'')) {
		stop = memchr(p + 1, *p, (size_t)(end - p) - 1);
		if (stop == NULL)
			return err_set(e, ERR_INPUT, "the quote behind "
			    "'--%.*s=' has no end", (int)name.n, name.p);
		value.p++;
		value.n = (size_t)(stop - value.p);
		p = stop + 1;
	} else {
		value.n = word_length((struct str){ p, (size_t)(end - p) });
		p += value.n;
	}
	out->attrs[a] = value;
	*rest = trimmed(p, (size_t)(end - p));
	return 0;
}

int
command_line_rest(struct msg_ask *out, const struct msg_command *c,
    const char *p, size_t n, struct err *e)
{
	struct str rest = trimmed(p, n);

	out->command = c;
	while (rest.n > 2 && rest.p[0] == '-' && rest.p[1] == '-')
		if (attribute(out, &rest, e) < 0)
			return -1;
	out->argument = rest;
	return command_line_check(out, e);
}

int
command_line_parse(struct msg_ask *out, const char *p, size_t n,
    struct err *e)
{
	struct str rest = trimmed(p, n);
	size_t word = word_length(rest);
	const struct msg_command *c = command_line_word((struct str){ rest.p,
	    word }, e);

	return c == NULL ? -1 : command_line_rest(out, c, rest.p + word,
	    rest.n - word, e);
}
